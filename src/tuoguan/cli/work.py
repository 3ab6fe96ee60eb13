"""Commands of the daily work: the decision taken, and the page of what is next.

Hides how a step is said in a line. Keeps the invariant that no line is wider than the terminal.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tuoguan.foundation.problems import Problem, Refused

if TYPE_CHECKING:
    from tuoguan.app.work import WorkPage
    from tuoguan.operate import Step

HEADS = {
    "en": ("what", "document", "who", "due", "at risk"),
    "zh": ("事项", "单据", "由谁", "截止", "风险金额"),
}
WIDTHS = (24, 36, 9, 18, 9)
WHO = {"zh": {"seller": "卖家", "platform": "平台", "carrier": "承运商", "buyer": "买家"}}


def register_accept(command: argparse.ArgumentParser) -> None:
    """The options of `accept`."""
    command.add_argument("dir", type=Path)
    command.add_argument("--decision", type=Path, help="folder of the decision's outputs (default: DIR/decision)")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")


def register_work(command: argparse.ArgumentParser) -> None:
    """The options of `work`."""
    command.add_argument("dir", type=Path)
    command.add_argument("--desk", choices=("seller", "platform"), default="seller", help="whose work")
    command.add_argument("--flow", help="documents of one kind only, such as listing or order")
    command.add_argument("--kind", choices=("task", "watch"), help="what the desk does itself, or looks after")
    command.add_argument("--limit", type=int, default=20, help="lines (default %(default)s)")
    command.add_argument("--at", metavar="DAY", help="as of the end of this day (default: now)")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")


def accept(arguments: argparse.Namespace) -> int:
    """Takes the decision; says how many documents were opened."""
    from tuoguan.app.accept import accept as take
    from tuoguan.cli.output import Progress, say, say_json

    progress = Progress(quiet=arguments.quiet or arguments.json)
    done = take(arguments.dir, arguments.decision, progress=progress)
    progress.close()
    if arguments.json:
        say_json({"opened": dict(done.opened), "known": done.known, "skipped": done.skipped})
        return 0
    for flow, count in done.opened.items():
        say(f"{flow_title(flow, arguments.lang)}: {count}")
    if done.skipped:
        words = "份旧的采购建议已跳过" if arguments.lang == "zh" else "proposals of an earlier decision were skipped"
        say(f"{done.skipped} {words}")
    if done.known:
        say(f"已有 {done.known} 份单据" if arguments.lang == "zh" else f"{done.known} documents were there already")
    return 0


def work(arguments: argparse.Namespace) -> int:
    """The first page of work at a desk."""
    from tuoguan.app.ledgers import now
    from tuoguan.app.work import work_page
    from tuoguan.cli.output import say, say_json
    from tuoguan.operate import Desk, StepKind

    at = _instant(arguments.at) if arguments.at else now()
    page = work_page(
        arguments.dir, Desk(arguments.desk), at, flow=arguments.flow,
        kind=StepKind(arguments.kind) if arguments.kind else None, limit=arguments.limit,
    )  # fmt: skip
    if arguments.json:
        say_json(page_json(page))
        return 0
    for line in page_lines(page, arguments.lang):
        say(line)
    return 0


def page_json(page: "WorkPage") -> dict[str, object]:
    """The page as plain values; instants are ISO text in UTC."""
    from dataclasses import asdict

    steps = [asdict(step) | {"due_at": _time(step.due_at)} for step in page.steps]
    counts = [{"flow": flow, "state": state, "documents": count} for (flow, state), count in page.counts.items()]
    return {"desk": page.desk.value, "at": _time(page.at), "steps": steps, "counts": counts}


def page_lines(page: "WorkPage", lang: str) -> list[str]:
    """The page as a table, and what stands where."""
    from tuoguan.cli.output import WIDTH, table
    from tuoguan.foundation.text import wrapped

    rows = [_row(step, page.at, lang) for step in page.steps]
    lines = table(rows, HEADS[lang], WIDTHS, "    >") if rows else [_none(lang)]
    counts = ", ".join(
        f"{flow_title(flow, lang)} {_state_title(flow, state, lang)} {count}"
        for (flow, state), count in sorted(page.counts.items())
    )
    return [*lines, "", *wrapped(counts, WIDTH)] if counts else lines


def _row(step: "Step", at: int, lang: str) -> tuple[str, ...]:
    from tuoguan.foundation.money import format_minor
    from tuoguan.operate import load_flows

    move = next(move for move in load_flows()[step.flow].moves if move.name == step.move)
    title = move.title_zh if lang == "zh" else move.title
    overdue = " !" if step.due_at is not None and step.due_at < at else ""
    stake = format_minor(step.stake_minor, step.currency) if step.stake_minor else ""
    owner = WHO.get(lang, {}).get(step.owner.value, step.owner.value)
    return title, step.stream, owner, f"{_time(step.due_at)}{overdue}", stake


def flow_title(flow: str, lang: str) -> str:
    """The flow's name for people."""
    from tuoguan.operate import load_flows

    found = load_flows()[flow]
    return found.title_zh if lang == "zh" else found.title


def _state_title(flow: str, state: str, lang: str) -> str:
    from tuoguan.operate import load_flows

    found = next(one for one in load_flows()[flow].states if one.name == state)
    return found.title_zh if lang == "zh" else found.title


def _none(lang: str) -> str:
    return "没有待办事项。" if lang == "zh" else "Nothing to do."


def _time(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _instant(text: str) -> int:
    """The last second of the day."""
    from tuoguan.foundation.days import parse_day

    try:
        return (parse_day(text) + 1) * 86_400 - 1
    except ValueError as wrong:
        raise Refused([Problem("--at", str(wrong), "a day", "write it like 2026-11-22", "bad_day")]) from None
