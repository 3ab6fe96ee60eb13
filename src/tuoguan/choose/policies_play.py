"""Profits of candidates by an engine that only plays options: one for each candidate."""

from dataclasses import replace

import numpy as np

from tuoguan.choose.policies_numbers import CODE, KIND, with_policies
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Ints
from tuoguan.simulate import PolicyKind, Scenario, run
from tuoguan.simulate.scenario import Candidates


def compare(
    scenario: Scenario, demand: Demand, candidates: Candidates, *, first_path: int = 0, paths: int,
    threads: int | None = None,
) -> Ints:  # fmt: skip
    """int64 [candidate, path] profits."""
    options = tuple(
        with_policies(scenario.options[row], number)
        for row, number in zip(candidates.option, candidates.number, strict=True)
    )
    whole = replace(scenario, options=options, paths=first_path + paths, antithetic=False)
    return run(whole, demand, threads=threads).profit[:, first_path:]


def playable(option: Ints, number: Ints) -> tuple[Ints, Ints]:
    """Only the candidates of kinds that this engine knows."""
    known = np.isin(number[:, 0, KIND], [CODE[PolicyKind.JIT], CODE[PolicyKind.BASE_STOCK]])
    return option[known], number[known]
