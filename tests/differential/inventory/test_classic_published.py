"""Do we reproduce numbers nobody here computed: Snyder & Shen (2019) as tested by stockpyl (MIT), row by row.

A key is the class and method of the row in the catalogue of its tests; the last test holds the rows against it.
"""

import csv
import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from tuoguan.inventory.classic import (
    Continuous,
    Stream,
    backorder_lot,
    best_point,
    best_quantity,
    discounted_lot,
    economic_lot,
    evaluate_backlog,
    gamma,
    joint_lots,
    levels_at_cost,
    lognormal,
    loss_approximation,
    losses,
    lot_and_safety,
    lot_with_disruptions,
    lot_with_yield,
    myopic,
    newsvendor,
    newsvendor_profit,
    newsvendor_with_disruptions,
    newsvendor_with_yield,
    normal,
    optimal_backlog,
    poisson,
    power_approximation,
    quantity_cost,
    uniform,
    wagner_whitin,
    whitin,
)
from tuoguan.inventory.closed import loss
from tuoguan.inventory.instances import Backlog, Discrete
from tuoguan.inventory.policies import ReorderUpTo

EXAMPLE_4_1, PROBLEM_4_1 = normal(50, 8), normal(900, 60)
TENTHS = Discrete("", np.array([0, 0.13, 0.15, 0.02, 0.15, 0.10, 0.02, 0.04, 0.09, 0.15, 0.15]))
EIGHTHS = Discrete("", np.array([0, 0.25, 0.05, 0.1, 0.2, 0.15, 0.1, 0.1, 0.05]))
SEVEN = Discrete("", poisson(7).probability[:41] / poisson(7).probability[:41].sum())
FOUR = Discrete("", poisson(4).probability[:51] / poisson(4).probability[:51].sum())
DEMAND_4_31 = Backlog(poisson(4), 0, 40, 125, 150)
DEMAND_4_7 = Backlog(poisson(6), 0, 1, 4, 5)
HEAVY = (normal(800 * 4 / 365, 40 * math.sqrt(4 / 365)), 800, 3.1, 45, 50)
EXAMPLE_5_1 = Stream(normal(1300 / 12, 150 / math.sqrt(12)), 1300, 0.225, 7.5, 8)
PROBLEM_5_1 = Stream(*HEAVY)
PROBLEM_5_3 = Stream(normal(192 * 3, 17.4 * math.sqrt(3)), 192, 3 / 14, 40, 85)
EXAMPLE_5_8, PROBLEM_5_2 = Stream(poisson(3), 1.5, 20, 150, 100), Stream(poisson(6), 12, 4, 28, 4)
MYOPIC_4_1 = (EXAMPLE_4_1, 0.18, 0.7, 0.3)
MYOPIC_P_4_1 = (PROBLEM_4_1, 43, 79, 65, 55, 0.9)
DISCOUNTS_3_5 = (8, 0.3, 1300, (0, 400, 800), (0.75, 0.72, 0.68))
DISCOUNTS_3_12 = (2250, 0.25, 182_500, (0, 1200, 2400), (1490, 1220, 1100))
FAILING_9_1, FAILING_9_8 = (8, 0.225, 5, 1300, 1.5, 14), (35, 4, 22, 30, 1, 12)


def geometric(success: float) -> Discrete:
    """Failures before the first success."""
    share = success * (1.0 - success) ** np.arange(300)
    return Discrete("", share / share.sum())


def first(law: Continuous | Discrete, level: float) -> tuple[float, float]:
    """Missing and left."""
    found = losses(law, level)
    return found.missing, found.left


def second(law: Continuous | Discrete, level: float) -> tuple[float, float]:
    """Half the second moments of missing and left."""
    found = losses(law, level)
    return found.missing_second, found.left_second


def second_count(law: Discrete, level: float) -> tuple[float, float]:
    """The textbook's second losses of a count: E[(D - x)^+ (D - x - 1)^+] / 2 and E[(x - D)^+ (x + 1 - D)^+] / 2."""
    found = losses(law, level)
    return found.missing_second - found.missing / 2, found.left_second + found.left / 2


def both(found: Callable[..., tuple[float, float]], *cases: tuple[Continuous | Discrete, float]) -> list[float]:
    return [number for case in cases for number in found(*case)]


def negative_binomial(level: int, mean: float, deviation: float) -> tuple[float, float]:
    missing = float(loss(level, mean, deviation**2 / mean)[0])
    return missing, level - mean + missing


def at_cost(*given: float | Continuous) -> list[float]:
    """The cost at the two levels found for it, which has to be the cost asked for."""
    *costs, wanted = given
    best = myopic(*costs).level  # type: ignore[arg-type]
    below, above = levels_at_cost(*costs, wanted)  # type: ignore[arg-type]
    assert below <= best <= above
    return [myopic(*costs, level).cost for level in (below, above)]  # type: ignore[arg-type]


def reorder(instance: Backlog, *policies: tuple[int, int]) -> list[float]:
    return [evaluate_backlog(instance, ReorderUpTo(*policy)).value for policy in policies]


def best_reorder(instance: Backlog) -> tuple[float, ...]:
    found = optimal_backlog(instance)
    assert isinstance(found.policy, ReorderUpTo)
    return found.policy.reorder_point, found.policy.order_up_to, found.cost.value


def joint(*given: object) -> tuple[float, ...]:
    cycle, multiples, cost = joint_lots(*given)  # type: ignore[arg-type]
    return cycle, *multiples, cost


def planned(
    demand: Iterable[float], fixed: float | list[float], holding: float, unit: list[float] | None = None
) -> list[float]:
    demand = list(demand)
    fixed = fixed if isinstance(fixed, list) else [fixed] * len(demand)
    orders, cost = wagner_whitin(demand, fixed, [holding] * len(demand), unit or [0.0] * len(demand))
    return [*orders, cost]


def flat(found: object) -> list[float]:
    if isinstance(found, tuple | list):
        return [number for part in found for number in flat(part)]
    return [float(found)]  # type: ignore[arg-type]


# Numbers as printed there; a third entry is the tolerance of that row where it is not seven decimals.
CASES: dict[str, tuple[Callable[[], object], list[float]] | tuple[Callable[[], object], list[float], float]] = {
    "TestEconomicOrderQuantity.test_example_3_1":
        (lambda: economic_lot(8, 0.225, 1300), [304.0467800264368, 0, 68.41052550594827]),
    "TestEconomicOrderQuantity.test_order_quantity":
        (lambda: [economic_lot(8, 0.225, 1300, quantity=q).cost for q in (304.0467800264368, 250)],
         [68.41052550594827, 69.725]),
    "TestEconomicOrderQuantity.test_problem_3_1":
        (lambda: economic_lot(2250, 275, 182_500), [1728.109844993551, 0, 475230.2073732266]),
    "TestEconomicOrderQuantityWithAllUnitsDiscounts.test_example_3_6":
        (lambda: discounted_lot(*DISCOUNTS_3_5), [800, 2, 978.60]),
    "TestEconomicOrderQuantityWithAllUnitsDiscounts.test_problem_3_12a":
        (lambda: discounted_lot(*DISCOUNTS_3_12), [2400, 2, 201251093.75]),
    "TestEconomicOrderQuantityWithAllUnitsDiscounts.test_docstring_example":
        (lambda: discounted_lot(200, 0.2, 1000, (0, 200, 500), (500, 475, 450)), [500, 2, 472900.0]),
    "TestEconomicOrderQuantityWithIncrementalDiscounts.test_example_3_7":
        (lambda: discounted_lot(*DISCOUNTS_3_5, incremental=True), [304.04678003, 0, 1043.41052551]),
    "TestEconomicOrderQuantityWithIncrementalDiscounts.test_problem_3_12b":
        (lambda: discounted_lot(*DISCOUNTS_3_12, incremental=True), [28553.06065428, 2, 208678591.67992835]),
    "TestEconomicOrderQuantityWithIncrementalDiscounts.test_docstring_example":
        (lambda: discounted_lot(150, 0.25, 2400, (0, 300, 600), (100, 90, 80), incremental=True),
         [1481.8906842274164, 2, 222762.8136845483]),
    "TestEconomicOrderQuantityWithBackorders.test_example_3_8":
        (lambda: economic_lot(8, 0.225, 1300, 5), [310.8125551589646, 0.043062200956938, 66.92136355097325]),
    "TestEconomicOrderQuantityWithBackorders.test_problem_3_2b":
        (lambda: economic_lot(40, 40.05, 2080, 60), [83.23544812889804, 0.400299850074962, 1999.148244415212]),
    "TestEconomicOrderQuantityWithBackorders.test_order_quantity":
        (lambda: [economic_lot(40, 40.05, 2080, 60, quantity=q, short_share=x).cost
                  for q, x in ((83.23544812889804, 0.400299850074962), (100, 0.3))],
         [1999.148244415212, 2083.225]),
    "TestEconomicProductionQuantity.test_example_3_1":
        (lambda: economic_lot(8, 0.225, 1300, production=2000), [513.9328595516969, 0, 40.47221268969612]),
    "TestEconomicProductionQuantity.test_order_quantity":
        (lambda: [economic_lot(8, 0.225, 1300, production=2000, quantity=q).cost for q in (513.9328595516969, 350)],
         [40.47221268969612, 43.495535714285715]),
    "TestEconomicProductionQuantity.test_problem_3_22":
        (lambda: economic_lot(4, 0.08, 80, production=110), [171.2697677155351, 0, 3.73679493197531]),
    "TestJointReplenishmentProblemSilverHeuristic.test_example_scmo":
        (lambda: joint(600, (120, 840, 300), (160, 20, 50), (1, 1, 1)),
         [3.103164454170876, 1, 3, 1, 837.8544026261366]),
    "TestJointReplenishmentProblemSilverHeuristic.test_hw_1_scmo":
        (lambda: joint(20000, (36000, 46000, 34000, 38000), (1000, 900, 1200, 1000), (1780, 445, 920, 175)),
         [0.24433405218634363, 1, 2, 1, 3, 1028646.3597045067]),
    "TestJointReplenishmentProblemSilverHeuristic.test_hw_2_scmo":
        (lambda: joint(1500, (4000, 1000, 2000), (300, 200, 200), (9100, 83200, 20800)),
         [0.017076411245211497, 3, 1, 2, 566083.0327787611]),
    "TestJointReplenishmentProblemSilverHeuristic.test_hw_3_scmo":
        (lambda: joint(180, (60, 100, 180, 115, 135), (5.32, 3.92, 4.76, 3.92, 3.36), (6200, 1300, 400, 4400, 1800)),
         [0.11364657309360865, 1, 2, 4, 1, 2, 9107.181781429423]),
    "TestJointReplenishmentProblemSilverHeuristic.test_silver":
        (lambda: joint(10, (1.87, 5.27, 7.94, 8.19, 8.87), (0.2,) * 5, (1736, 656, 558, 170, 142)),
         [0.2813771490671472, 1, 1, 1, 3, 3, 218.68632025498687]),
    "TestJointReplenishmentProblemSilverHeuristic.test_spp":
        (lambda: joint(40, (15,) * 4, (0.24,) * 4, (86000, 12500, 1400, 3000)),
         [0.07617340262784976, 1, 1, 4, 3, 2067.650840930354]),
    "TestStandardNormalLoss.test":
        (lambda: both(first, *((normal(0, 1), z) for z in (-1.4, 0.3, 3.1))),
         [1.436668142708465, 0.036668142708465, 0.26676124211721, 0.56676124211721, 2.672490952231408e-04,
          3.100267249095223]),
    "TestStandardNormalSecondLoss.test":
        (lambda: both(second, *((normal(0, 1), z) for z in (-1.4, 0.3, 3.1))),
         [1.46528937027904, 0.01471062972096, 0.151030102587942, 0.393969897412058, 6.956550901328958e-05,
          5.304930434490987]),
    "TestNormalLoss.test":
        (lambda: both(first, (normal(0, 1), -1.4), (normal(8, 3), 11), (normal(15, 5), 10.5)),
         [1.436668142708465, 0.036668142708465, 0.249946411763059, 3.249946411763059, 5.002155685433356,
          0.502155685433356]),
    "TestNormalSecondLoss.test":
        (lambda: both(second, (normal(0, 1), -1.4), (normal(8, 3), 11), (normal(15, 5), 10.5)),
         [1.46528937027904, 0.01471062972096, 0.339029025046969, 8.660970974953031, 21.454098725390558,
          1.170901274609442]),
    "TestStandardNormalLossDict.test_loss":  # a table in steps of 0.1, or of 0.01, rounds z
        (lambda: [losses(normal(0, 1), z).missing for z in (-3.71, -0.77, 1.12, 2.34, -0.3, 1.1, 2.3)],
         [3.71, 0.8967, 0.0659, 0.0033, 0.5668, 0.0686, 0.0037], 5e-5),
    "TestStandardNormalLossDict.test_complementary_loss":
        (lambda: [losses(normal(0, 1), z).left for z in (-3.71, -0.77, 1.12, 2.34, -0.3, 1.1, 2.3)],
         [2.486423864755949e-05, 0.12669430629997542, 1.1859494400078596, 2.343254599799449, 0.2667612421172099,
          1.1686195099915297, 2.3036615846917465]),
    "TestLognormalLoss.test":
        (lambda: both(first, (lognormal(2, 0.3), 10), (lognormal(1, 0.5), 2.5), (lognormal(0.2, 0.1), 0.5)),
         [0.283649738881062, 2.554491200971182, 0.887025638033385, 0.306808789115353, 0.727525064963178, 0]),
    "TestExponentialLoss.test":
        (lambda: both(first, (gamma(1, 5), 1), (gamma(1, 1), 2.5), (gamma(1, 0.5), 0.5)),
         [4.093653765389909, 0.093653765389909, 0.082084998623899, 1.582084998623899, 0.183939720585721,
          0.183939720585721]),
    "TestExponentialSecondLoss.test":
        (lambda: both(second, (gamma(1, 5), 1), (gamma(1, 1), 2.5), (gamma(1, 0.5), 0.5)),
         [20.46826882694954, 0.03173117305046, 0.082084998623899, 1.542915001376101, 0.091969860292861,
          0.033030139707139]),
    "TestGammaLoss.test":
        (lambda: both(first, (gamma(2, 3), 4), (gamma(0.5, 1), 0.4), (gamma(9, 0.5), 7)),
         [2.635971381157268, 0.635971381157268, 0.276296168886834, 0.176296168886834, 0.057910792089881,
          2.557910792089881]),
    "TestGammaSecondLoss.test":
        (lambda: both(second, (gamma(2, 3), 4), (gamma(0.5, 1), 0.4), (gamma(9, 0.5), 7)),
         [10.280288386513346, 0.7197116134866537, 0.226181566792298, 0.028818433207702, 0.05068580073573,
          4.19931419926427]),
    "TestContinuousLoss.test_normal":
        (lambda: both(first, (normal(0, 1), -1.4), (normal(8, 3), 11)),
         [1.436668142708465, 0.036668142708465, 0.249946411763059, 3.249946411763059]),
    "TestContinuousLoss.test_lognormal":
        (lambda: both(first, (lognormal(2, 0.3), 10), (lognormal(1, 0.5), 2.5)),
         [0.283649738881062, 2.554491200971182, 0.887025638033385, 0.306808789115353]),
    "TestContinuousSecondLoss.test_normal":
        (lambda: both(second, (normal(0, 1), -1.4), (normal(8, 3), 11)),
         [1.46528937027904, 0.01471062972096, 0.339029025046969, 8.660970974953031]),
    "TestContinuousSecondLoss.test_gamma":
        (lambda: both(second, (gamma(2, 3), 4), (gamma(0.5, 1), 0.4), (gamma(9, 0.5), 7)),
         [10.280288386513346, 0.7197116134866537, 0.226181566792298, 0.028818433207702, 0.05068580073573,
          4.19931419926427]),
    "TestPoissonLoss.test":
        (lambda: both(first, (poisson(200), 220), (poisson(7), 5), (poisson(47), 50)),
         [0.536005857158494, 20.536005857158482, 2.292600125697305, 0.292600125697305, 1.514546939496945,
          4.514546939496945]),
    "TestPoissonSecondLoss.test":
        (lambda: both(second_count, (poisson(15), 18), (poisson(7), 5), (poisson(47), 50)),
         [0.848340302917794, 12.651659697082206, 4.040829435261403, 0.459170564738597, 5.192979532973098,
          24.307020467026899]),
    "TestNegativeBinomialLoss.test_from_mean_sd":
        (lambda: [negative_binomial(14, 70 / 3, 8.819171036881968), negative_binomial(28, 70 / 3, 8.819171036881968),
                  negative_binomial(10, 15, 6.123724356957944)],
         [9.740089476453932, 0.406758474515445, 1.805485505752903, 6.472154141707762, 5.533809274622726,
          0.533809274627819], 5e-5),
    "TestDiscreteLoss.test_poisson":
        (lambda: both(first, (poisson(200), 220), (poisson(7), 5)),
         [0.536005857158494, 20.536005857158482, 2.292599516747219, 0.292600125697305], 5e-5),
    "TestDiscreteLoss.test_geometric":
        (lambda: both(first, (geometric(0.2), 5), (geometric(0.7), 3)),
         [1.31064644021404, 2.31072, 0.011571370765832, 2.583], 5e-4),
    "TestDiscreteLoss.test_pmf":
        (lambda: both(first, (TENTHS, 6), (SEVEN, 11)), [1.27, 1.71, 0.102799704109245, 4.102799704109247]),
    "TestDiscreteSecondLoss.test_poisson":
        (lambda: both(second_count, (poisson(200), 220), (poisson(7), 5)),
         [2.923100096116592, 307.0768999038834, 4.040829435261403, 0.459170564738597], 5e-5),
    "TestDiscreteSecondLoss.test_geometric":
        (lambda: both(second_count, (geometric(0.2), 5), (geometric(0.7), 3)),
         [5.242879191704128, 5.75712, 0.004959183673469, 4.893], 5e-4),
    "TestDiscreteSecondLoss.test_pmf":
        (lambda: both(second_count, (TENTHS, 6), (SEVEN, 11)), [1.44, 4.12, 0.087823519115083, 13.412176480884916]),
    "TestNewsvendorNormal.test_example_4_3":
        (lambda: [newsvendor(EXAMPLE_4_1, 0.18, 0.7), newsvendor(EXAMPLE_4_1, 0.18, 0.7, 40)],
         [56.60395592743389, 1.997605193176645, 40, 7.356131552870388]),
    "TestNewsvendorNormal.test_problem_4_1":
        (lambda: [newsvendor(PROBLEM_4_1, 43, 79), newsvendor(PROBLEM_4_1, 43, 79, 1040)],
         [922.7214038234755, 2718.196781782411, 1040, 6044.298415188692]),
    "TestNewsvendorNormal.test_example_4_4":  # lead time 4: five periods
        (lambda: [newsvendor(normal(250, 8 * math.sqrt(5)), 0.18, 0.7),
                  newsvendor(normal(250, 8 * math.sqrt(5)), 0.18, 0.7, 180)],
         [264.7668943741548, 4.466781004149578, 180, 49.000164748034095]),
    "TestNewsvendorNormalCost.test_example_4_3":
        (lambda: [newsvendor(EXAMPLE_4_1, 0.18, 0.7, 40).cost, newsvendor(EXAMPLE_4_1, 0.18, 0.7, 60).cost,
                  newsvendor(normal(200, 16), 0.18, 0.7, 120).cost],
         [7.356131552870388, 2.156131552870387, 56.00000075274009]),
    "TestNewsvendorNormalCost.test_problem_4_1":
        (lambda: [newsvendor(PROBLEM_4_1, 43, 79, 1100).cost, newsvendor(PROBLEM_4_1, 43, 79, 922).cost,
                  newsvendor(normal(3600, 120), 43, 79, 4000).cost],
         [8600.820410122849, 2718.393552026199, 17201.6408202457]),
    "TestNewsvendorPoisson.test_example_4_7":
        (lambda: [newsvendor(poisson(6), 1, 4), newsvendor(poisson(6), 1, 4, 5)],
         [8, 3.570106945770946, 5, 6.590296024616344]),
    "TestNewsvendorPoisson.test_problem_4_8a":
        (lambda: [newsvendor(poisson(18), 200, 270), newsvendor(poisson(18), 200, 270, 13)],
         [19, 786.0884409351115, 13, 1445.751062891969]),
    "TestNewsvendorPoisson.test_problem_4_19_SCMO":  # lead time 4: five periods
        (lambda: newsvendor(poisson(18 * 5), 0.08, 1.25), [105, 1.5450188691551778]),
    "TestNewsvendorPoissonCost.test_example_4_7":
        (lambda: [newsvendor(poisson(6), 1, 4, y).cost for y in (8, 5)], [3.570106945770946, 6.590296024616344]),
    "TestNewsvendorPoissonCost.test_problem_4_8a":
        (lambda: [newsvendor(poisson(18), 200, 270, y).cost for y in (19, 13)],
         [786.0884409351115, 1445.751062891969]),
    "TestNewsvendorContinuous.test_example_4_1_with_distrib":
        (lambda: [newsvendor(EXAMPLE_4_1, 0.18, 0.7), newsvendor(EXAMPLE_4_1, 0.18, 0.7, 40)],
         [56.60395592743389, 1.997605193176645, 40, 7.356131552870388]),
    "TestNewsvendorContinuous.test_problem_4_8b":
        (lambda: [newsvendor(lognormal(6, 0.3), 1, 0.1765), newsvendor(lognormal(6, 0.3), 1, 0.1765, 350)],
         [295.6266448071368, 29.44254358213529, 350, 34.588836685654854]),
    "TestNewsvendorDiscrete.test_example_4_7_with_distrib":
        (lambda: [newsvendor(poisson(6), 1, 4), newsvendor(poisson(6), 1, 4, 5)],
         [8, 3.570106945770946, 5, 6.590296024616344]),
    "TestNewsvendorDiscrete.test_example_4_7_with_pmf":
        (lambda: [newsvendor(poisson(6), 1, 4), newsvendor(poisson(6), 1, 4, 5)],
         [8, 3.570106945770946, 5, 6.590296024616344]),
    "TestNewsvendorDiscrete.test_problem_4_7b":
        (lambda: [newsvendor(EIGHTHS, 500_000, 1_000_000), newsvendor(EIGHTHS, 500_000, 1_000_000, 3)],
         [5, 1_225_000, 3, 1_725_000]),
    "TestMyopic.test_example_4_1":
        (lambda: [myopic(*MYOPIC_4_1, 0.35, 0.98), myopic(*MYOPIC_4_1, 0.35, 0.98, 62)],
         [58.09891883213067, 16.682411764618777, 62, 16.850319828088736]),
    "TestMyopic.test_problem_4_1":
        (lambda: [myopic(*MYOPIC_P_4_1), myopic(*MYOPIC_P_4_1, 950)],
         [903.0832764843523, 61416.404244990816, 950, 62254.39180412519]),
    "TestMyopicCost.test_example_4_1":
        (lambda: [myopic(*MYOPIC_4_1, 0.4, 0.98, y).cost for y in (60, 40, 120, 56.6)],
         [16.23613155287039, 23.27613155287039, 21.16, 16.390405437438364]),
    "TestMyopicCost.test_problem_4_1":
        (lambda: [myopic(*MYOPIC_P_4_1, y).cost for y in (900, 1150, 650, 2400)],
         [61420.25749253849, 73125.02466917748, 74375.02466917748, 146250]),
    "TestSetMyopicCostTo.test_example_4_1":
        (lambda: [at_cost(*MYOPIC_4_1, 0.4, 0.98, 17), at_cost(*MYOPIC_4_1, 0.4, 0.98, 22)], [17, 17, 22, 22]),
    "TestSetMyopicCostTo.test_problem_4_1":
        (lambda: [at_cost(*MYOPIC_P_4_1, 72_000), at_cost(*MYOPIC_P_4_1, 120_000)],
         [72_000, 72_000, 120_000, 120_000], 1e-6),
    "TestNewsvendorNormalExplicit.test_example_4_2":
        (lambda: [newsvendor_profit(EXAMPLE_4_1, 1, 0.3, 0.12), newsvendor_profit(EXAMPLE_4_1, 1, 0.3, 0.12, level=40)],
         [56.60395592743389, 33.002394806823354, 40, 27.643868447129613]),
    "TestNewsvendorNormalExplicit.test_problem_4_3b":
        (lambda: [newsvendor_profit(normal(50, 10), 7, 2.5, 1.5, h, p, y)
                  for h, p, y in ((0, 0, None), (0, 0, 62), (1, 5, None), (1, 5, 62))],
         [59.084578685373856, 210.4768082523147, 62, 209.914365210556, 59.388143168769034, 195.4729310431908, 62,
          194.5482181675262]),
    "TestNewsvendorPoissonExplicit.test_example_4_2":
        (lambda: [newsvendor_profit(poisson(50), 1, 0.3, 0.12), newsvendor_profit(poisson(50), 1, 0.3, 0.12, level=40)],
         [56, 33.20276478819082, 40, 27.811432228377633]),
    "TestNewsvendorPoissonExplicit.test_problem_4_3b":
        (lambda: [newsvendor_profit(poisson(50), 7, 2.5, 1.5, h, p, y)
                  for h, p, y in ((0, 0, None), (0, 0, 62), (1, 5, None), (1, 5, 62))],
         [56, 214.51727992619263, 62, 212.1430953089244, 57, 203.67269269293658, 62, 199.20829019138736]),
    "TestrQCost.test_example_5_1":
        (lambda: [quantity_cost(EXAMPLE_5_1, policy) for policy in ((126.8, 328.5), (100, 250))],
         [78.07116250928294, 87.34647802817499]),
    "TestrQCost.test_problem_5_1":
        (lambda: [quantity_cost(PROBLEM_5_1, policy) for policy in ((-1.9859, 166.95), (100, 250))],
         [484.2110418415538, 830.3219178082192]),
    # The peer stops once two cost rates agree to 1e-6, so its r is that far off.
    "TestrQOptimalrForQ.test_example_5_1":
        (lambda: [best_point(EXAMPLE_5_1, q) for q in (318, 150, 750)],
         [127.7880348669655, 147.1949581740714, 99.85377339616528], 5e-6),
    "TestrQOptimalrForQ.test_problem_5_1":
        (lambda: [best_point(PROBLEM_5_1, q) for q in (318, 150, 750)],
         [-11.727678833180178, -0.885130303271656, -39.569675038859785], 5e-6),
    "TestrQOptimalrForQ.test_problem_5_3":
        (lambda: [best_point(PROBLEM_5_3, q) for q in (318, 150, 750)],
         [612.1331312304716, 622.5171783526781, 598.4126476551643], 5e-6),
    "TestrQEILApproximation.test_example_5_2":
        (lambda: whitin(EXAMPLE_5_1), [213.9704421358024, 318.5901810768729, 95.45114022285196], 5e-6),
    "TestrQEILApproximation.test_problem_5_1a":
        (lambda: whitin(PROBLEM_5_1), [17.972649360167715, 162.1231617283653, 531.1189321826714], 5e-6),
    "TestrQEILApproximation.test_problem_5_3a":
        (lambda: whitin(PROBLEM_5_3), [644.8385303830128, 400.7559793125993, 100.627394934774], 5e-6),
    "TestrQEOQBApproximation.test_example_5_4":
        (lambda: backorder_lot(EXAMPLE_5_1), [128.637814424271, 308.5737801203754], 5e-6),
    "TestrQEOQBApproximation.test_problem_5_1b":
        (lambda: backorder_lot(PROBLEM_5_1), [-1.929822185100239, 166.085006519797], 5e-6),
    "TestrQEOQBApproximation.test_problem_5_3b":
        (lambda: backorder_lot(PROBLEM_5_3), [609.0252058220594, 391.3259510944808], 5e-6),
    "TestrQEOQSSApproximation.test_example_5_5":
        (lambda: lot_and_safety(EXAMPLE_5_1), [190.3369965715624, 304.0467800264368]),
    "TestrQEOQSSApproximation.test_problem_5_1c":
        (lambda: lot_and_safety(PROBLEM_5_1), [15.125515371852014, 160.6438657804998]),
    "TestrQEOQSSApproximation.test_problem_5_3c":
        (lambda: lot_and_safety(PROBLEM_5_3), [652.9638947041127, 390.281949364815]),
    "TestrQLossFunctionApproximation.test_example_5_6":
        (lambda: loss_approximation(EXAMPLE_5_1), [126.8670642878315, 328.4491413581765], 5e-6),
    "TestrQLossFunctionApproximation.test_problem_5_1d":
        (lambda: loss_approximation(PROBLEM_5_1), [-1.985868645048718, 166.9501022040942], 5e-6),
    "TestrQLossFunctionApproximation.test_problem_5_3d":
        (lambda: loss_approximation(PROBLEM_5_3), [608.5445118000358, 403.8060023373138], 5e-5),
    "TestrQCostPoisson.test_example_5_8":
        (lambda: [quantity_cost(EXAMPLE_5_8, policy) for policy in ((3, 5), (8, 12))],
         [107.9235806331498, 242.5281637662021]),
    "TestrQCostPoisson.test_problem_5_2":
        (lambda: [quantity_cost(PROBLEM_5_2, policy) for policy in ((6, 7), (3, 9))],
         [28.241312842169155, 34.2641544694695]),
    "TestrQPoissonExact.test_example_5_8": (lambda: best_quantity(EXAMPLE_5_8), [3, 5, 107.9235806331498]),
    "TestrQPoissonExact.test_problem_5_2": (lambda: best_quantity(PROBLEM_5_2), [6, 7, 28.241312842169155]),
    "TestsSCost.test_example_4_7":
        (lambda: reorder(DEMAND_4_7, (4, 10), (6, 18)), [8.034111561471644, 10.193798671644046]),
    "TestsSCost.test_problem_4_31":
        (lambda: reorder(DEMAND_4_31, (4, 10), (2, 7)), [262.2755613772775, 223.5748295669688]),
    "TestsSOptimalsS.test_example_4_7": (lambda: best_reorder(DEMAND_4_7), [4, 10, 8.034111561471644]),
    "TestsSOptimalsS.test_problem_4_31": (lambda: best_reorder(DEMAND_4_31), [2, 7, 223.5748295669688]),
    "TestsSOptimalsS.test_problem_4_31_custom_pmf":
        (lambda: best_reorder(Backlog(FOUR, 0, 40, 125, 150)), [2, 7, 223.5748295669688]),
    "TestsSPowerApproximation.test_example_4_8":
        (lambda: power_approximation(50, 8, 0.18, 0.7, 2.5), [40.19461695647407, 74.29017010980579]),
    "TestsSPowerApproximation.test_problem_4_32":
        (lambda: power_approximation(190, 48, 2, 36, 60), [226.6137928222839, 324.3797868133974]),
    "TestEOQWithDisruptions.test_example_9_1_exact":
        (lambda: lot_with_disruptions(*FAILING_9_1)[::2], [772.8110631910017, 173.9500025731971], 5e-5),
    "TestEOQWithDisruptions.test_problem_9_8_exact":
        (lambda: lot_with_disruptions(*FAILING_9_8)[::2], [24.066284024222202, 96.266590901158], 5e-5),
    "TestEOQWithDisruptions.test_example_9_1_approx":
        (lambda: lot_with_disruptions(*FAILING_9_1, approximate=True)[::2], [773.1432417118889, 173.957229385175]),
    "TestEOQWithDisruptions.test_problem_9_8_approx":
        (lambda: lot_with_disruptions(*FAILING_9_8, approximate=True)[::2], [24.066680759605532, 96.26672303842213]),
    "TestEOQWithDisruptionsCost.test_example_9_1_exact":
        (lambda: [lot_with_disruptions(*FAILING_9_1, q).cost for q in (800, 400, 1100)],
         [174.0524722120417, 211.0841892589692, 184.7949312205155]),
    "TestEOQWithDisruptionsCost.test_problem_9_8_exact":
        (lambda: [lot_with_disruptions(*FAILING_9_8, q).cost for q in (20, 15, 30)],
         [97.9038398943836, 107.0780850066119, 98.59871803215397]),
    "TestEOQWithDisruptionsCost.test_example_9_1_approx":
        (lambda: [lot_with_disruptions(*FAILING_9_1, q, True).cost for q in (800, 400, 1100)],
         [174.0575334662489, 212.2569014084507, 184.7950342821525]),
    "TestEOQWithDisruptionsCost.test_problem_9_8_approx":
        (lambda: [lot_with_disruptions(*FAILING_9_8, q, True).cost for q in (20, 15, 30)],
         [97.9047619047619, 107.0886075949367, 98.59872611464968]),
    "TestNewsvendorWithDisruptions.test_example_9_3":  # the peer cuts the tail at 1e-10
        (lambda: [newsvendor_with_disruptions(2000, 0.25, 3, 0.04, 0.25, y) for y in (None, 2000, 12000)],
         [8000, 2737.068965490435, 2000, 3310.344827558603, 12000, 3075.161637904759], 5e-5),
    "TestEOQWithAdditiveYieldUncertainty.test_example_9_4":
        (lambda: [lot_with_yield(18500, 0.06, 75000, units_mean=-15000, units_deviation=9000, quantity=q)[::2]
                  for q in (None, 200000, 350000)],
         [230246.3704688188, 12914.78222812913, 200000, 13063.13513513514, 350000, 14199.0447761194]),
    "TestEOQWithAdditiveYieldUncertainty.test_problem_9_4a":
        (lambda: lot_with_yield(2250, 275, 182_500, units_mean=-50, units_deviation=0.02)[::2],
         [1778.109845109285, 475230.2074050533]),
    "TestEOQWithMultiplicativeYieldUncertainty.test_example_9_5":
        (lambda: [lot_with_yield(18500, 0.06, 75000, 5 / 6, 0.14085904245475275, quantity=q)[::2]
                  for q in (None, 200000, 350000)],
         [254460.2129999894, 13086.52523999946, 200000, 13467.85714285714, 350000, 13757.14285714286]),
    "TestEOQWithMultiplicativeYieldUncertainty.test_problem_9_4b":
        (lambda: lot_with_yield(2250, 275, 182_500, 0.9, 0.05773502691896258)[::2],
         [1916.183333947864, 476207.0433625989]),
    "TestNewsvendorWithAdditiveYieldUncertainty.test_example_9_6":
        (lambda: newsvendor_with_yield(uniform(-0.5, 0.5), 1.5, 15e6, 75e6), [2 - 1 / 6, 6_250_000], 5e-5),
    "TestNewsvendorWithAdditiveYieldUncertainty.test_problem_9_5":  # printed to one decimal
        (lambda: newsvendor_with_yield(uniform(-5, 0), 25, 150, 1200), [29.45, 333.34], 5e-2),
    "TestWagnerWhitin.test_example_3_9":
        (lambda: planned((90, 120, 80, 70), 500, 2), [210, 0, 150, 0, 1380]),
    "TestWagnerWhitin.test_problem_3_27":
        (lambda: planned((150, 100, 80, 200), 120, 0.8), [150, 180, 0, 200, 424]),
    "TestWagnerWhitin.test_problem_3_29":
        (lambda: planned((730, 580, 445, 650, 880), 100, 0.1), [1310, 0, 1095, 0, 880, 423]),
    "TestWagnerWhitin.test_purchase_cost":
        (lambda: planned((400, 500, 500, 1100, 900), 100, 0.1, [3, 1, 4, 6, 6]), [400, 3000, 0, 0, 0, 4940]),
    "TestWagnerWhitin.test_all_scalars": (lambda: planned([200] * 5, 100, 0.1), [400, 0, 600, 0, 0, 280]),
    "TestWagnerWhitin.test_vector_lengths":
        (lambda: planned((730, 580, 445, 650, 880), [100] * 5, 0.1), [1310, 0, 1095, 0, 880, 423]),
    "TestPreviousBugs.test_177":
        (lambda: planned((0, 0, 0, 0, 0, 7), [110, 108, 110, 120, 125, 134], 1), [0, 0, 7, 0, 0, 0, 131]),
}  # fmt: skip


@pytest.mark.parametrize("row", CASES)
def test_a_published_number_is_reproduced(row: str) -> None:
    call, expected, *rest = CASES[row]
    assert flat(call()) == pytest.approx(expected, rel=1e-11, abs=rest[0] if rest else 5e-8)


def test_every_usable_row_of_the_catalogue_is_here(shared: Path) -> None:
    with (shared / "tables" / "stockpyl_test_catalogue.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(line for line in file if not line.startswith("#"))]
    usable = {f"{row['cls']}.{row['test']}": row for row in rows if row["usable_for_us"].startswith("yes: analytic")}
    assert len(usable) == 120
    assert set(usable) == set(CASES)
    for name, row in usable.items():
        _, expected, *rest = CASES[name]
        for number in map(float, row["first_numbers"].split()):
            near = pytest.approx(number, rel=1e-9, abs=rest[0] if rest else 5e-8)
            assert any(near == mine for mine in expected), f"{name}: {number} is not among {expected}"
