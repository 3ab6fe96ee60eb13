"""`rehearse` as lines of text and as JSON: what happened in numbers, whether the simulator says the same, what is next.

Hides the layout. Keeps the invariant that everything a person reads exists in English and Chinese.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuoguan.app.phrases import Language
from tuoguan.app.rehearse import Rehearsal, rehearse_decision
from tuoguan.app.wording import money, money_short
from tuoguan.cli.output import WIDTH, Progress, say, say_json, table, tell
from tuoguan.foundation.days import iso
from tuoguan.foundation.text import wrapped
from tuoguan.operate import Desk, Step, load_flows, move_of

BOTH = "both"
STEP_WIDTHS = (17, 13, 28, 39)
DOCUMENT_WIDTHS = (30, 26, 12)
WORDS: dict[str, tuple[str, str]] = {
    "lived": ("Path {path}: {products} products x markets from {first} to {last}, {entries} entries.",
              "路径 {path}：{products} 个产品×市场，{first} 至 {last}，共 {entries} 笔分录。"),
    "documents": ("documents", "单据"), "state": ("state", "状态"), "count": ("count", "数量"),
    "bank": ("bank", "银行存款变动"), "platform": ("with the platforms, not yet paid", "平台未付款"),
    "reserve": ("kept back by the platforms", "平台预留款"), "hours": ("staff hours", "工时"),
    "stock": ("units at places, on the way, with buyers", "各库存点、在途、已到买家件数"),
    "same": ("The simulator says the same of every day: stock, cash, staff time and charges, to the unit.",
             "模拟器对每一天的库存、资金、工时与费用的说法完全一致。"),
    "differs": ("Ledger and simulator differ on {count} figures, first: {first}",
                "账本与模拟器有 {count} 处不同，首先是：{first}"),
    "seller": ("Work at the seller's desk, most money at risk first:", "卖家工作台（风险金额从高到低）："),
    "platform_desk": ("Work at the platform's desk, most money at risk first:", "平台工作台（风险金额从高到低）："),
    "nothing": ("Nothing is to be done.", "没有待办事项。"),
    "due": ("due (UTC)", "期限（UTC）"), "stake": ("at stake", "涉及金额"), "step": ("step", "步骤"),
    "document": ("document", "单据"), "watch": ("watch: ", "关注："),
    "stopped": ("stopped; `tuoguan rehearse` with the same words goes on where it stopped",
                "已停止；用同样的命令可从停止处继续"),
}  # fmt: skip


def register(command: argparse.ArgumentParser, count: Any) -> None:
    """The options of the command; ``count`` reads a whole number from 0."""
    command.add_argument("dir", type=Path, help="a workspace that was decided")
    command.add_argument("--path", type=count, default=0, metavar="K", help="which future to live through (default 0)")
    command.add_argument("--desk", choices=(*Desk, BOTH), default=BOTH, help="whose work to show (default: both)")
    command.add_argument("--until", metavar="DAY", help="stop after this day and show the work it leaves")
    command.add_argument("--again", action="store_true", help="throw away what was rehearsed before")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")


def rehearse(arguments: argparse.Namespace) -> int:
    """Lives through the path, says what happened and what is next; 0 when ledger and simulator agree, else 1."""
    from tuoguan.app.contracts import parse_on

    progress = Progress(quiet=arguments.quiet or arguments.json)
    desks = tuple(Desk) if arguments.desk == BOTH else (Desk(arguments.desk),)
    until = None if arguments.until is None else parse_on(arguments.until)
    try:
        found = rehearse_decision(
            arguments.dir, path=arguments.path, until=until, desks=desks, again=arguments.again, progress=progress
        )
    except KeyboardInterrupt:
        tell(said("stopped", arguments.lang))
        return 130
    finally:
        progress.close()
    if arguments.json:
        say_json(as_json(found))
    else:
        for line in rehearsal_lines(found, arguments.lang):
            say(line)
        tell(f"wrote {found.ledger}")
    return 1 if found.differences else 0


def said(key: str, lang: Language, **values: Any) -> str:
    """The words in the language with the values in them."""
    return WORDS[key][lang == "zh"].format(**values)


def rehearsal_lines(found: Rehearsal, lang: Language) -> list[str]:
    """What was lived through, documents and where they stand, money, stock, agreement, work by desk."""
    last = found.start_on + found.days - 1
    lines = wrapped(
        said("lived", lang, path=found.path, products=len(found.worlds), first=iso(found.start_on), last=iso(last),
             entries=found.entries),
        WIDTH,
    )  # fmt: skip
    lines += ["", *_documents(found, lang), "", *_figures(found, lang), ""]
    if found.differences:
        first = found.differences[0].sentence(found.start_on)
        lines += wrapped(said("differs", lang, count=len(found.differences), first=first), WIDTH)
    else:
        lines += wrapped(said("same", lang), WIDTH)
    for desk, steps in found.steps.items():
        lines += ["", said("seller" if desk is Desk.SELLER else "platform_desk", lang), *_steps(steps, lang)]
    return lines


def _documents(found: Rehearsal, lang: Language) -> list[str]:
    flows, rows = load_flows(), []
    for (name, state), count in found.documents.items():
        flow = flows[name]
        word = next((one.title_zh if lang == "zh" else one.title for one in flow.states if one.name == state), state)
        rows.append((flow.title_zh if lang == "zh" else flow.title, word, str(count)))
    return table(rows, [said(key, lang) for key in ("documents", "state", "count")], DOCUMENT_WIDTHS, "  >")


def _figures(found: Rehearsal, lang: Language) -> Iterator[str]:
    def held(*starts: str) -> int:
        return sum(amount for (account, _), amount in found.balances.items() if account.startswith(starts))

    waiting = held("money:expected:", "money:pending:", "money:in_settlement:")
    units = [held("stock:at:", "stock:reserved:", "stock:quarantined:"), held("stock:in_transit:"), held("stock:buyer")]
    yield f"{said('bank', lang)}: {money(found.cash_minor, found.currency)}"
    yield f"{said('platform', lang)}: {money(waiting, found.currency)}"
    yield f"{said('reserve', lang)}: {money(held('money:reserve:'), found.currency)}"
    yield f"{said('stock', lang)}: {' · '.join(map(str, units))}"
    yield f"{said('hours', lang)}: {found.staff_milliminutes / 60_000:.1f}"


def _steps(steps: tuple[Step, ...], lang: Language) -> list[str]:
    if not steps:
        return [said("nothing", lang)]
    rows, flows = [], load_flows()
    for step in steps:
        move = move_of(flows[step.flow], step.move)
        title = step.move if move is None else move.title_zh if lang == "zh" else move.title
        watch = said("watch", lang) if step.kind.value == "watch" else ""
        rows.append((_when(step.due_at), money_short(step.stake_minor, step.currency), watch + title, step.stream))
    return table(rows, [said(key, lang) for key in ("due", "stake", "step", "document")], STEP_WIDTHS, " >")


def _when(due_at: int | None) -> str:
    return "" if due_at is None else datetime.fromtimestamp(due_at, UTC).strftime("%Y-%m-%d %H:%M")


def as_json(found: Rehearsal) -> dict[str, Any]:
    """The same figures for a machine."""
    return {
        "ledger": str(found.ledger), "path": found.path, "from": iso(found.start_on),
        "until": iso(found.start_on + found.days - 1), "currency": found.currency, "entries": found.entries,
        "products": [world.name for world in found.worlds],
        "documents": [
            {"flow": flow, "state": state, "count": count} for (flow, state), count in found.documents.items()
        ],
        "balances": [
            {"account": account, "unit": unit, "balance": held} for (account, unit), held in found.balances.items()
        ],
        "cash_minor": found.cash_minor, "staff_milliminutes": found.staff_milliminutes,
        "differences": [asdict(one) for one in found.differences],
        "steps": {desk.value: [asdict(step) for step in steps] for desk, steps in found.steps.items()},
    }  # fmt: skip
