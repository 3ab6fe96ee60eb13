"""Measures `tuoguan.simulate` in listing-days per cpu-second, beside a plain model vectorised in NumPy.

Run: ``PYTHONPATH=src:tests python benchmarks/simulate.py``. Appends one JSON line to benchmarks/results/simulate.jsonl.
A listing-day is one day of one listing; the full option has three listings on two sites, each with two lanes.
"""

import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.demand import Demand
from tuoguan.foundation.facts import FactKind as F
from tuoguan.simulate import Candidates, Option, Policy, PolicyKind, Scenario, compare, run
from unit.simulate import world

DAYS, PATHS, OPTIONS, POLICIES = 182, 64, 100, 16
DUAL = list(PolicyKind).index(PolicyKind.CAPPED_DUAL_INDEX)
CHARGES = (
    world.REVENUE, world.commission(80_000), world.charge(K.REFUND, F.REFUND_ISSUED, basis=2, value=1_000_000),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=500_000),
    world.charge(K.PENALTY, F.QUALITY_INCIDENT, basis=2, value=2_000_000),
    world.charge(K.FULFILLMENT, F.UNITS_SHIPPED, per=1, value=3_580_000),
    world.charge(K.STORAGE, F.STOCK_HELD, per=6, value=9_000),
)  # fmt: skip
TERMS = {
    Q.LATE_RATE: world.ranged(10_000, 30_000, 50_000, 801), Q.SETTLEMENT_LAG_DAYS: world.ranged(3, 7, 14, 802),
    Q.RESALE_SHARE: world.fixed(500_000), Q.QUALITY_INCIDENT_RATE: world.fixed(1_000),
    Q.REGIME_CHANGES_PER_YEAR: world.fixed(300_000), Q.RESERVE_SHARE: world.fixed(100_000),
    Q.RESERVE_DAYS: world.fixed(30),
}  # fmt: skip
CLOCK = (world.clock("ship_by", world.fixed(2_880)),)
MONEY = {"capital_rate_ppm_year": 100_000, "wage_per_hour_minor": 2_000}


def single(mean: float) -> tuple[Scenario, Demand]:
    """One listing, one site, one lane, a base stock of three weeks reviewed weekly."""
    terms = world.contract(CHARGES[:-1], TERMS, deadlines=CLOCK)
    listing = world.listing(terms, visibility=world.ranged(500_000, 900_000, 1_300_000, 803))
    lane = world.lane(world.ranged(10, 14, 20, 804))
    options = tuple(
        world.option(
            (listing,), (world.place(int(mean * 21) + 2 + at % 5, 7, lane=lane),), return_rate=world.fixed(40_000)
        )
        for at in range(3 * OPTIONS)
    )  # fmt: skip
    return world.scenario(options, horizon_days=DAYS, paths=PATHS, **MONEY), world.demand(mean, 1.5, 20.0)


def full_option(mean: float, sku: int) -> Option:
    """Three listings under three contracts, a site of the seller and one of a platform, both with two lanes."""
    names = ("alpha/semi/US", "beta/full/US", "gamma/self/US")
    listings = tuple(
        world.listing(
            world.contract(CHARGES, TERMS, deadlines=CLOCK, name=name), place=at % 2, minutes_order=world.fixed(2_000),
            visibility=world.ranged(500_000, 900_000, 1_300_000, 803), pick_order=world.fixed(400_000),
        )
        for at, name in enumerate(names)
    )  # fmt: skip
    sea = world.lane(world.ranged(20, 25, 35, 804), per_cbm=world.fixed(120_000_000))
    air = world.lane(world.ranged(4, 6, 9, 805), mode="air", per_kg=world.fixed(5_000_000))
    policy = Policy(PolicyKind.CAPPED_DUAL_INDEX, int(mean * 50) + 2, 7, 0, int(mean * 20) + 1, int(mean * 8) + 1)
    sites = tuple(
        world.place(lane=sea, fast_lane=air, policy=policy, owner_is_seller=owner, storage_cbm_day=world.fixed(900_000))
        for owner in (True, False)
    )
    return world.option(
        listings, sites, return_rate=world.fixed(40_000), sku=f"SKU-{sku + 1}", series=sku, moq=4, carton=2
    )


def full(mean: float) -> tuple[Scenario, Demand]:
    """As many products as options, each with the full option."""
    options = tuple(full_option(mean, sku) for sku in range(OPTIONS))
    scenario = world.scenario(options, horizon_days=DAYS, paths=PATHS, overlap=world.fixed(0), **MONEY)
    return scenario, world.demand(mean, 1.5, 20.0, skus=OPTIONS)


def candidates(mean: float) -> Candidates:
    """So many policies of every full option, around the one it has."""
    rows = np.zeros((OPTIONS * POLICIES, 2, 7), np.int64)
    rows[:, :, 0], rows[:, :, 2] = DUAL, 7
    step = np.arange(POLICIES)[None, :, None] % 4
    shaped = rows.reshape(OPTIONS, POLICIES, 2, 7)
    shaped[..., 1], shaped[..., 4] = int(mean * 40) + 2 + step * int(mean * 7 + 1), int(mean * 20) + 1
    shaped[..., 5] = int(mean * 6) + 1 + np.arange(POLICIES)[None, :, None] // 4
    return Candidates(np.repeat(np.arange(OPTIONS), POLICIES), rows)


def seconds_of(play: object) -> tuple[float, float]:
    """(cpu-seconds, seconds on the clock) of the second of two calls; the first compiles and warms up."""
    play()  # type: ignore[operator]
    begun, clock = time.process_time(), time.perf_counter()
    play()  # type: ignore[operator]
    return time.process_time() - begun, time.perf_counter() - clock


def plain_numpy(mean: float, lanes: int = 20_000) -> float:
    """Listing-days per cpu-second of lost-sales base stock with revenue and goods only, vectorised over paths."""
    random, level, lead = np.random.default_rng(1), int(mean * 21) + 2, 14
    begun = time.process_time()
    shape = random.gamma(20.0, mean / 20.0, lanes)
    on_hand, profit = np.zeros(lanes), np.zeros(lanes)
    coming = np.zeros((DAYS + lead + 1, lanes))
    for day in range(DAYS):
        on_hand += coming[day]
        if day % 7 == 0:
            order = np.maximum(0, level - on_hand - coming[day + 1 :].sum(axis=0))
            coming[day + lead] += order
            profit -= 5.0 * order
        wanted = random.negative_binomial(shape / 0.5, 1 / 1.5)
        sold = np.minimum(wanted, on_hand)
        on_hand -= sold
        profit += 20.0 * sold
    return lanes * DAYS / (time.process_time() - begun)


def rates() -> dict[str, float]:
    """Millions of listing-days per cpu-second by case, and how much faster two threads are than one."""
    found, (scenario, demand), rows = {}, full(0.3), candidates(0.3)
    days = 3 * OPTIONS * PATHS * DAYS / 1e6
    found["compare_16_policies"] = days * POLICIES / seconds_of(
        lambda: compare(scenario, demand, rows, paths=PATHS, threads=1)
    )[0]  # fmt: skip
    one = seconds_of(lambda: run(scenario, demand, threads=1))
    two = seconds_of(lambda: run(scenario, demand, threads=2))
    found["run"], found["two_threads"] = days / one[0], one[1] / two[1]
    for mean in (0.02, 0.3, 2.0, 10.0):
        plain = single(mean)
        found[f"run_one_listing_{mean}_a_day"] = days / seconds_of(lambda plain=plain: run(*plain, threads=1))[0]
    found["numpy_plain_2.0_a_day"] = plain_numpy(2.0) / 1e6
    return found


def main() -> None:
    line = {
        "what": "million listing-days per cpu-second, one thread",
        **{name: round(rate, 2) for name, rate in rates().items()},
        "options": OPTIONS, "policies": POLICIES, "paths": PATHS, "days": DAYS,
        "machine": platform.processor() or platform.machine(), "python": platform.python_version(),
    }  # fmt: skip
    target = Path(__file__).parent / "results" / "simulate.jsonl"
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")


if __name__ == "__main__":
    main()
