"""A decision made and written: the six outputs, the study and the plan, in one folder.

Straight line: decide, write all, forget what the search kept. Keeps the invariant that a run which was stopped leaves
what it found for the next one, and that the folder's files are whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuoguan.app.decide import Decision, Progress, decide, forget
from tuoguan.app.outputs import decision_json, write_decision
from tuoguan.app.phrases import Language
from tuoguan.app.plan import plan_of, write_plan
from tuoguan.app.study_kept import keep_study
from tuoguan.foundation.problems import Problem

SEARCH_FOLDER = ".search"  # in the folder of the outputs, while a decision is searched for


@dataclass(frozen=True, slots=True)
class Made:
    """A decision that was written."""

    decision: Decision

    @property
    def problems(self) -> Sequence[Problem]:
        """What the reading of the workspace's files told."""
        return self.decision.opened.batch.problems

    def in_short(self) -> Mapping[str, Any]:
        """The decision in a few numbers."""
        answer = decision_json(self.decision)
        head = {name: answer[name] for name in ("currency", "decide_on", "horizon_days", "expected_profit_minor",
                                                "cvar_minor", "gap", "seed", "paths")}  # fmt: skip
        return head | {name: answer["counts"][name] for name in ("groups", "sold", "undecided")}


def decide_into(
    folder: Path, out: Path, *, seed: int = 1, paths: int | None = None, threads: int | None = None,
    language: Language = "en", progress: Progress | None = None,
) -> tuple[Made, tuple[Path, ...]]:  # fmt: skip
    """The decision of the workspace with the paths of everything that was written into ``out``."""
    decision = decide(folder, seed=seed, paths=paths, threads=threads, progress=progress, keep=out / SEARCH_FOLDER)
    if progress is not None:
        progress("outputs", 0, 1)
    written = (*write_decision(decision, out, language), keep_study(decision, out))
    written += write_plan(plan_of(decision), out / "plan")
    forget(out / SEARCH_FOLDER)
    return Made(decision), written
