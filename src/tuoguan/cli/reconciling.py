"""The commands `reconcile` and `calibrate`: their words, their answers in lines and as JSON.

Hides the layout. Keeps the invariant that what is assumed is said to be assumed, in both languages.
"""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuoguan.cli.output import WIDTH, say, say_json, table, tell
from tuoguan.foundation.days import Day, iso, parse_day
from tuoguan.foundation.money import format_minor
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.text import wrapped

if TYPE_CHECKING:  # the grammar of the command line is made without what the commands need
    from tuoguan.app.calibrating import Calibrated
    from tuoguan.app.reconciling import Checked
    from tuoguan.app.reconciling_profit import Compared
    from tuoguan.reconcile import Learned

DAY_SECONDS = 86_400
SHOWN = 20
WORDS: dict[str, tuple[str, str]] = {
    "sums": ("{lines} statement lines against {due} expectations as known on {day}.",
             "截至 {day}：{lines} 条账单明细，对照 {due} 项应付。"),
    "verdicts": ("what came out;matches;expected;paid;difference;currency", "结果;项数;应付;实付;差额;币种"),
    "largest": ("The {count} largest differences:", "金额最大的 {count} 项差异："),
    "differences": ("what;order;SKU;kind;difference;object by", "差异;订单;SKU;类别;差额;申诉截止"),
    "assumed": ("* {days} days to object are assumed: nobody publishes them; give --appeal-days.",
                "* 申诉期 {days} 天为假定，平台未公布；可用 --appeal-days 指定。"),
    "profit": ("Planned and realized profit in {currency}, {gone} % of the plan's days gone:",
               "计划与实际利润（{currency}），计划期已过 {gone} %："),
    "bridge": ("SKU;market;planned;demand;price;fee;penalty;delay;cost;realized",
               "SKU;市场;计划;需求;价格;费用;罚款;延迟;成本;实际"),
    "learned": ("Learned from own orders and statements until {day}; ranges in place of the contracts' own:",
                "截至 {day} 由自有订单与账单得出，取代合同原有区间："),
    "numbers": ("contract;number;value;range;before;90 % interval;seen", "合同;数值;取值;区间;原区间;90 % 区间;观测数"),
    "kept": ("{name}: negotiated, left as it is", "{name}：已协商，保持不变"),
    "next": ("The next `tuoguan decide` reads them.", "下一次 `tuoguan decide` 将采用。"),
    "matched": ("matched", "相符"), "timing": ("timing", "未到期或跨期"), "fee": ("fee", "费用不符"),
    "penalty": ("penalty", "罚款"), "missing": ("missing", "少付或漏付"), "unknown": ("unknown", "不明"),
    "fx": ("exchange rate", "汇率"), "rounding": ("rounding", "尾差"), "duplicate": ("duplicate", "重复"),
}  # fmt: skip


def register_reconcile(command: argparse.ArgumentParser) -> None:
    """The options of `reconcile`."""
    command.add_argument("dir", type=Path, help="a workspace with imported statements")
    command.add_argument("statement", nargs="?", default="", metavar="STATEMENT", help="only what touches this one")
    command.add_argument("--until", default="", metavar="DAY", help="as known on this day (default: today)")
    command.add_argument("--appeal-days", type=int, metavar="DAYS", help="how long one may object after a line")
    command.add_argument("--out", type=Path, help="folder of the outputs (default: DIR/reconcile)")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")


def register_calibrate(command: argparse.ArgumentParser) -> None:
    """The options of `calibrate`."""
    command.add_argument("dir", type=Path, help="a workspace with imported orders and statements")
    command.add_argument("--until", default="", metavar="DAY", help="as known on this day (default: today)")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")


def run_reconcile(arguments: argparse.Namespace) -> int:
    """Checks the statements, writes claim packs, prints what differs; with a decision also planned against realized."""
    from tuoguan.app.reconciling import reconcile

    until = _day(arguments.until)
    checked = reconcile(
        arguments.dir, arguments.statement, until=until, appeal_days=arguments.appeal_days, out=arguments.out
    )
    compared = _profit(arguments.dir, checked, until)
    if arguments.json:
        say_json(checked.answer() | {"profit": compared.as_json() if compared else None})
        return 0
    for line in [*checked_lines(checked, arguments.lang), *bridge_lines(compared, arguments.lang)]:
        say(line)
    for path in checked.written:
        tell(f"wrote {path}")
    return 0


def _profit(folder: Path, checked: "Checked", until: Day) -> "Compared | None":
    """The comparison with the last decision; None where there is none yet."""
    from tuoguan.app.reconciling_profit import compare_profit

    try:
        return compare_profit(folder, checked.found, until)
    except Refused as refused:
        if {problem.code for problem in refused.problems} <= {"no_decision", "too_early"}:
            return None
        raise


def run_calibrate(arguments: argparse.Namespace) -> int:
    """Learns, writes the overlay, prints what was learned."""
    from tuoguan.app.calibrating import calibrate_workspace

    found = calibrate_workspace(arguments.dir, on=_day(arguments.until))
    if arguments.json:
        say_json(found.answer())
        return 0
    for line in learned_lines(found, arguments.lang):
        say(line)
    for path in found.written:
        tell(f"wrote {path}")
    return 0


def _day(text: str) -> Day:
    if not text:
        return int(time.time()) // DAY_SECONDS
    try:
        return parse_day(text)
    except ValueError:
        fix = "write the day as 2026-11-22"
        raise Refused([Problem("--until", text, "a day", fix, "bad_date")]) from None


def checked_lines(checked: "Checked", lang: str) -> list[str]:
    """Counts and sums by verdict, then the largest differences with their deadlines."""
    found = checked.found
    lines = _told("sums", lang, lines=found.lines.height, due=found.expected.height, day=iso(checked.until))
    rows = [
        (_word(row["verdict"], lang), str(row["match_count"]),
         *(format_minor(row[name], row["currency"]) for name in ("expected_minor", "paid_minor", "difference_minor")),
         row["currency"])
        for row in found.by_verdict().iter_rows(named=True)
    ]  # fmt: skip
    lines += ["", *table(rows, _word("verdicts", lang).split(";"), (18, 9, 16, 16, 16, 8), " >>>>")]
    differing = [row for row in found.matches.head(SHOWN).iter_rows(named=True) if row["verdict"] != "matched"]
    if differing:
        rows = [_difference(row, lang) for row in differing]
        lines += ["", *_told("largest", lang, count=len(rows))]
        lines += table(rows, _word("differences", lang).split(";"), (16, 24, 16, 12, 14, 12), "    >")
        if any(row["deadline_assumed"] for row in differing):
            lines += _told("assumed", lang, days=checked.appeal.days)
    return lines


def _difference(row: dict[str, Any], lang: str) -> tuple[str, ...]:
    from tuoguan.reconcile import kind_word

    deadline = f"{row['deadline_on']}{'*' if row['deadline_assumed'] else ''}" if row["deadline_on"] else ""
    minor = f"{format_minor(row['difference_minor'], row['currency'])} {row['currency']}"
    return (_word(row["verdict"], lang), row["order_number"], row["sku"], kind_word(row["kind"], lang), minor, deadline)


def bridge_lines(compared: "Compared | None", lang: str) -> list[str]:
    """Planned, the parts of the difference, realized."""
    from tuoguan.reconcile import Part

    if compared is None or not compared.bridges:
        return []
    rows = []
    for one in compared.bridges[:SHOWN]:
        minors = (one.planned_minor, *(one.minor_by_part[part] for part in Part), one.realized_minor)
        rows.append((one.sku, one.market, *(format_minor(minor, compared.currency) for minor in minors)))
    head = _word("bridge", lang).split(";")
    lines = _told("profit", lang, currency=compared.currency, gone=round(100 * compared.gone))
    return ["", *lines, *table(rows, head, (12, 6, 10, 9, 9, 9, 9, 9, 9, 10), "  >>>>>>>>")]


def learned_lines(found: "Calibrated", lang: str) -> list[str]:
    """Each number with its new and old range."""
    from tuoguan.contracts import label

    rows = [
        (one.contract_id, label(one.name, lang), _number(one, one.value), _span(one, one.low, one.high),
         _span(one, one.prior_low, one.prior_high), _span(one, one.p05, one.p95), str(one.count))
        for one in found.learned
    ]  # fmt: skip
    head = _word("numbers", lang).split(";")
    lines = [*_told("learned", lang, day=iso(found.on)), *table(rows, head, (17, 18, 7, 17, 15, 15, 5), "  >>>>>")]
    lines += [line for name in found.kept for line in _told("kept", lang, name=name)]
    return [*lines, *_told("next", lang)]


def _span(one: "Learned", low: int, high: int) -> str:
    return f"{_number(one, low)} … {_number(one, high)}"


def _number(one: "Learned", value: int) -> str:
    """A value in the scale of its number: days as they are, everything else in millionths."""
    is_days = one.section == "quantity" and one.name.endswith("_days")
    return str(value) if is_days else f"{value / 1_000_000:.3g}"


def _word(key: str, lang: str) -> str:
    return WORDS[key][lang == "zh"]


def _told(key: str, lang: str, **values: Any) -> list[str]:
    return list(wrapped(_word(key, lang).format(**values), WIDTH))
