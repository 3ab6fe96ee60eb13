"""Every problem of a workspace: of its files and of the contracts it brings along."""

from dataclasses import dataclass
from pathlib import Path

from tuoguan.contracts import load_overlays
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Batch, read


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; ``batch`` is None when the workspace could not be read at all."""

    problems: tuple[Problem, ...]
    batch: Batch | None


def check_workspace(folder: Path) -> Checked:
    """All problems of the folder, errors first."""
    problems: list[Problem] = []
    batch = None
    try:
        batch = read(folder)
        problems += batch.problems
    except Refused as refused:
        problems += refused.problems
    problems += load_overlays(folder / "contracts").problems
    return Checked(Refused(problems).problems, batch)
