"""What each kind of job does: one use case, its answer as plain JSON.

Hides the different shapes of answers. Keeps the invariant that the same job done again asks for the same: days that
nobody named are those of the asking.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tuoguan.foundation.days import Day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site.jobs_params import day_or_none
from tuoguan.site.jobs_words import Asked, Done, Tell

DAY_SECONDS = 86_400


def sample(asked: Asked, tell: Tell) -> Done:
    """A workspace of real order history."""
    from tuoguan.app.sample import make_sample

    written = make_sample(asked.folder, asked.params.seller)
    return Done({"next": "start", "files": names(asked.folder, written)})


def init(asked: Asked, tell: Tell) -> Done:
    """Empty templates."""
    from tuoguan.intake import init as write_templates

    written = write_templates(asked.folder, lang=asked.params.language)
    return Done({"next": "start", "files": names(asked.folder, written)})


def require_empty(asked: Asked) -> None:
    """Refused where a workspace was begun already: nothing of it is written over."""
    if (asked.folder / "seller.toml").exists():
        fix = "make another workspace, or go on with this one"
        raise Refused([Problem("workspace", "seller.toml", "an empty workspace", fix, "not_empty")])


def check(asked: Asked, tell: Tell) -> Done:
    """Every problem of the workspace's files."""
    from tuoguan.app.check import check_workspace

    found = check_workspace(asked.folder)
    rows = [asdict(count) for count in found.batch.counts] if found.batch else []
    return Done({"next": "home", "rows": rows, "problems": len(found.problems)}, found.problems)


def decide(asked: Asked, tell: Tell) -> Done:
    """The decision with its plan, from what an earlier run kept where there is something."""
    from tuoguan.app.deciding import decide_into

    params = asked.params
    decision, written = decide_into(
        asked.folder, asked.folder / "decision", seed=params.seed, paths=params.paths, language=params.language,
        progress=tell,
    )  # fmt: skip
    return Done(
        {"next": "decide", "files": names(asked.folder, written), **decision.in_short()},
        decision.problems,
    )  # fmt: skip


def accept(asked: Asked, tell: Tell) -> Done:
    """The decision taken."""
    from tuoguan.app.accept import accept as take

    done = take(asked.folder, progress=tell)
    opened = dict(done.opened)
    return Done({"next": "home", "opened": sum(opened.values()), "by_flow": opened, "known": done.known,
                 "skipped": done.skipped})  # fmt: skip


def import_(asked: Asked, tell: Tell) -> Done:
    """Files of seller centers into the ledger."""
    from tuoguan.app.importing import Asked as Beside
    from tuoguan.app.importing import import_files

    said = asked.params
    beside = Beside(said.store, said.contract, said.place, said.currency, said.zone, day_or_none(said.counted_on),
                    said.format)  # fmt: skip
    paths = asked.places.uploaded(said.upload, said.files)
    found = import_files(asked.folder, paths, beside, now=asked.at, progress=tell)
    files = [asdict(count) | {"format": format} for (_, format), count in zip(found.formats, found.counts, strict=True)]
    result = {
        "next": "statements" if found.lines else "orders" if found.opened or found.moved else "import",
        "read": files, "opened": found.opened, "moved": found.moved, "unchanged": found.unchanged,
        "statements": found.statements, "lines": found.lines, "listed": found.listed.height,
    }  # fmt: skip
    return Done(result, found.problems)


def require_upload(asked: Asked) -> None:
    """Refused when the files are not there."""
    asked.places.uploaded(asked.params.upload, asked.params.files)


def reconcile(asked: Asked, tell: Tell) -> Done:
    """Statements against contracts, with claim packs."""
    from tuoguan.app.statements_run import pack_name, run

    tell("matching", 0, 1)
    said = asked.params
    checked = run(asked.folder, said.statement, until=_day(asked), appeal_days=said.appeal_days)
    answer = checked.answer()
    differing = sum(row["match_count"] for row in answer["by_verdict"] if row["verdict"] != "matched")
    follows = f"statements/packs/{pack_name(said.statement)}" if said.statement else "statements"
    return Done({
        "next": follows, "files": names(asked.folder, checked.written), "until": answer["until"],
        **answer["counts"], "by_verdict": answer["by_verdict"], "differing": differing,
    })  # fmt: skip


def calibrate(asked: Asked, tell: Tell) -> Done:
    """What own orders and statements teach."""
    from tuoguan.app.statements_run import learn

    tell("learning", 0, 1)
    found = learn(asked.folder, on=_day(asked), write=asked.params.write)
    follows = "contracts" if found.written else "statements/learned"
    return Done({"next": follows, "learned": len(found.learned), "kept": len(found.kept),
                 "files": names(asked.folder, found.written)})  # fmt: skip


def rehearse(asked: Asked, tell: Tell) -> Done:
    """A path of the plan lived through."""
    from tuoguan.app.rehearse import rehearse_decision

    said = asked.params
    found = rehearse_decision(
        asked.folder, path=said.path, until=day_or_none(said.until), again=said.again, progress=tell
    )  # fmt: skip
    return Done({
        "next": "plan", "currency": found.currency, "days": found.days, "entries": found.entries,
        "products": len(found.worlds), "cash_minor": found.cash_minor, "differences": len(found.differences),
        "documents": sum(found.documents.values()),
    })  # fmt: skip


def backtest(asked: Asked, tell: Tell) -> Done:
    """The choice tested on real history."""
    from tuoguan.app.backtest import backtest as run
    from tuoguan.app.backtest import write_backtest

    said, out = asked.params, asked.folder / "backtest"
    found = run(asked.folder, decide_on=said.decide_on, weeks=said.weeks, grid=said.grid, seed=said.seed,
                progress=tell, keep=out / ".cells")  # fmt: skip
    written = write_backtest(found, out)
    summary = dict(found.answer["summary"])
    return Done({"next": "decide", "currency": found.answer["currency"], "cells": summary["cells"],
                 "summary": summary, "files": names(asked.folder, written)})  # fmt: skip


def backup(asked: Asked, tell: Tell) -> Done:
    """The ledger in one file, verified."""
    from tuoguan.app.ledger_care import backup as run
    from tuoguan.app.ledgers import server_of

    tell("ledger", 0, 1)
    asked.places.backups.mkdir(parents=True, exist_ok=True)
    file = asked.places.backups / time.strftime(f"ledger-%Y%m%d-%H%M%S-{asked.id[-6:]}.db", time.gmtime(asked.at))
    file.unlink(missing_ok=True)  # of this very job, ended between the file and the word of it
    care = run(asked.folder, file, server_of(asked.folder))
    return Done({"next": "settings?tab=backups", "entries": care.entries, "hash": care.hash, "files": [file.name]})


def restore(asked: Asked, tell: Tell) -> Done:
    """A ledger made anew from a backup."""
    from tuoguan.app.ledger_care import restore as run
    from tuoguan.app.ledgers import server_of

    tell("ledger", 0, 1)
    care = run(_backup_of(asked), asked.folder, server_of(asked.folder))
    return Done({"next": "home", "entries": care.entries, "hash": care.hash})


def _backup_of(asked: Asked) -> Path:
    said = asked.params
    if said.upload:
        return asked.places.uploaded(said.upload, (said.file,))[0]
    return asked.places.backup(said.file)


def require_backup(asked: Asked) -> None:
    """Refused when the backup is not there."""
    _backup_of(asked)


def verify(asked: Asked, tell: Tell) -> Done:
    """The whole ledger walked again."""
    from tuoguan.app.ledger_care import verify as run
    from tuoguan.app.ledgers import server_of

    tell("ledger", 0, 1)
    care = run(asked.folder, server_of(asked.folder))
    result = {"entries": care.entries, "hash": care.hash, "problems": len(care.problems)}
    return Done({"next": "settings?tab=backups", **result}, care.problems)


def names(folder: Path, paths: Iterable[Path]) -> list[str]:
    """The paths as they stand in the folder, so that no path of this machine is ever shown."""
    return [path.relative_to(folder).as_posix() for path in paths]


def _day(asked: Asked) -> Day:
    said: Any = day_or_none(asked.params.until)
    return asked.at // DAY_SECONDS if said is None else int(said)
