"""The long work on statements, with all that its screens read kept beside it: differences, profit, what was learned.

Hides where each answer is kept. Keeps the invariants that a run over one statement never takes the place of the run
over all of them, and that what is kept says as known on which day.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tuoguan.app.calibrating import Calibrated, calibrate_workspace
from tuoguan.app.reconciling import FOLDER, Checked, reconcile
from tuoguan.app.reconciling_profit import Compared, compare_profit
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.problems import Refused
from tuoguan.foundation.tables import write_all

PACKS, PROFIT, LEARNED = "packs", "profit.json", "learned.json"
NOT_YET = {"no_decision", "too_early"}


def run(folder: Path, statement: str = "", *, until: Day, appeal_days: int | None = None) -> Checked:
    """Matches everything, or what touches one statement, and keeps it; of everything also planned against realized.

    Refused as `reconcile` is.
    """
    if statement:
        out = folder / FOLDER / PACKS / pack_name(statement)
        return reconcile(folder, statement, until=until, appeal_days=appeal_days, out=out)
    checked = reconcile(folder, until=until, appeal_days=appeal_days)
    compared = _compared(folder, checked, until)
    path = folder / FOLDER / PROFIT
    if compared is None:
        path.unlink(missing_ok=True)
        return checked
    _keep(path, {"schema": 1, "until": iso(until), **compared.as_json()})
    return checked


def pack_name(statement: str) -> str:
    """The folder of one statement's own run, for names of statements may hold anything."""
    return content_hash(statement.encode())[:16]


def learn(folder: Path, *, on: Day, write: bool) -> Calibrated:
    """What own orders and statements teach, kept to be looked at; with ``write`` also as overlays. Refused as it is."""
    found = calibrate_workspace(folder, on=on, write=write)
    told: dict[str, Any] = {
        "schema": 1, "on": iso(on), "written": [path.name for path in found.written], "kept": list(found.kept),
        "learned": [asdict(one) for one in found.learned],
    }  # fmt: skip
    _keep(folder / FOLDER / LEARNED, told)
    return found


def _compared(folder: Path, checked: Checked, until: Day) -> Compared | None:
    """The comparison with the last decision; None where there is none yet."""
    try:
        return compare_profit(folder, checked.found, until)
    except Refused as refused:
        if {problem.code for problem in refused.problems} <= NOT_YET:
            return None
        raise


def _keep(path: Path, told: dict[str, Any]) -> None:
    text = json_bytes(told)
    write_all({path: lambda at: at.write_bytes(text)})
