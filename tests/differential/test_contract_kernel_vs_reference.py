"""The kernel and the Fraction reference must agree on every generated contract and fact, to the minor unit."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from differential.contract_cases import FX, Case, case
from tuoguan.contracts import assess, compile
from tuoguan.contracts.reference import assess_reference

SRC = Path(__file__).parents[2] / "src"


def by_kernel(one: Case) -> list[dict[tuple[str, int], int]]:
    """Charges by key of every fact of the case."""
    compiled = compile(
        one.contract, on=one.on, currency=one.currency, fx=FX,
        overlays=one.overlays, sku=one.sku, category=one.category,
    )  # fmt: skip
    return [{(charge.term, charge.step): charge.minor for charge in assess(compiled, fact)} for fact in one.facts]


def by_reference(one: Case) -> list[dict[tuple[str, int], int]]:
    """The same by the second opinion."""
    product = (one.overlays, one.sku, one.category)
    return [assess_reference(one.contract, fact, one.on, one.currency, FX, *product) for fact in one.facts]


def test_kernel_equals_reference_on_ten_thousand_cases() -> None:
    moved = Counter[str]()
    for seed in range(500):
        one = case(seed, facts=20)
        for fact, ours, theirs in zip(one.facts, by_kernel(one), by_reference(one), strict=True):
            assert ours == theirs, f"seed {seed}: {fact}"
            moved[fact.kind.name] += len(ours)
    assert all(moved[kind] > 500 for kind in moved), moved  # the generator really makes charges that move money


def test_without_jit_the_kernel_says_the_same() -> None:
    seeds = range(12)
    expected = repr([by_kernel(case(seed, facts=8)) for seed in seeds])
    script = (
        "from differential.contract_cases import case\n"
        "from differential.test_contract_kernel_vs_reference import by_kernel\n"
        f"print([by_kernel(case(seed, facts=8)) for seed in range({len(seeds)})])"
    )
    paths = os.pathsep.join((str(SRC), str(SRC.parent / "tests")))
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
