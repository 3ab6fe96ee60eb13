"""Measures `tuoguan.simulate` in SKU-days per cpu-second of one core, beside the plain model vectorised in NumPy.

Run: ``PYTHONPATH=src:tests python benchmarks/simulate.py``. Appends one JSON line to benchmarks/results/simulate.jsonl.
"""

import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.foundation.facts import FactKind as F
from tuoguan.simulate import run
from unit.simulate import world

DAYS, PATHS, OPTIONS = 182, 64, 300
CHARGES = (
    world.REVENUE, world.commission(80_000), world.charge(K.REFUND, F.REFUND_ISSUED, basis=2, value=1_000_000),
    world.charge(K.PENALTY, F.DEADLINE_MISSED, basis=2, value=500_000),
    world.charge(K.PENALTY, F.QUALITY_INCIDENT, basis=2, value=2_000_000),
    world.charge(K.FULFILLMENT, F.UNITS_SHIPPED, per=1, value=3_580_000),
)  # fmt: skip
TERMS = {
    Q.LATE_RATE: world.ranged(10_000, 30_000, 50_000, 801), Q.SETTLEMENT_LAG_DAYS: world.ranged(3, 7, 14, 802),
    Q.RESALE_SHARE: world.fixed(500_000), Q.QUALITY_INCIDENT_RATE: world.fixed(1_000),
    Q.REGIME_CHANGES_PER_YEAR: world.fixed(300_000),
}  # fmt: skip


def full_model(mean: float) -> float:
    """SKU-days per cpu-second with every charge, return, penalty and cash date."""
    listing = world.listing(world.contract(CHARGES, TERMS), visibility=world.ranged(500_000, 900_000, 1_300_000, 803))
    lane = world.lane(world.ranged(10, 14, 20, 804))
    options = tuple(
        world.option(
            (listing,), (world.place(int(mean * 21) + 2 + at % 5, 7, lane=lane),), return_rate=world.fixed(40_000)
        )
        for at in range(OPTIONS)
    )  # fmt: skip
    scenario = world.scenario(options, horizon_days=DAYS, paths=PATHS, capital_rate_ppm_year=100_000)
    demand = world.demand(mean, 1.5, 20.0)
    run(world.scenario(options[:1], horizon_days=DAYS, paths=PATHS), demand, threads=1)
    begun = time.process_time()
    run(scenario, demand, threads=1)
    return OPTIONS * PATHS * DAYS / (time.process_time() - begun)


def plain_numpy(mean: float, lanes: int = 20_000) -> float:
    """SKU-days per cpu-second of lost-sales base stock with revenue and goods only, vectorised over SKU-paths."""
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


def main() -> None:
    rates = {f"full_{mean}_per_day": round(full_model(mean)) for mean in (0.02, 0.3, 2.0, 10.0)}
    numpy_rate = round(plain_numpy(2.0))
    line = {
        "what": "SKU-days per cpu-second, one thread", **rates, "numpy_plain_2.0_per_day": numpy_rate,
        "ratio_full_to_numpy_plain": round(rates["full_2.0_per_day"] / numpy_rate, 2), "options": OPTIONS,
        "paths": PATHS, "days": DAYS, "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
    }  # fmt: skip
    target = Path(__file__).parent / "results" / "simulate.jsonl"
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(json.dumps(line, indent=1) + "\n")


if __name__ == "__main__":
    main()
