"""The worked settlements of docs/rooms/operate_money.md are what the engine makes of them.

``make golden`` writes the sections anew between their markers; the author answers for every changed line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from small_ledger import ledger_in
from tuoguan.contracts import Compiled, QuantityName, SettingName, compile, load
from tuoguan.foundation.days import iso, parse_day
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.parties import Duty, Party
from tuoguan.operate import Line, Request, Work, load_flows, move_of, payout_of
from tuoguan.operate.work_rules import owner_of

ON = parse_day("2026-11-23")
FX = FxTable.fixed({"USDCNY": "7.1", "EURUSD": "1.15", "EURCNY": "8.165"}, ON)
PAGE = Path("docs/rooms/operate_money.md")
IDS = (
    "temu/full/US", "temu/semi/US", "temu/semi_y2/US", "aliexpress/full/US", "aliexpress/semi/US", "aliexpress/pop/US",
    "tiktok_shop/full/US", "tiktok_shop/self/US", "tiktok_shop/fbt/US",
)  # fmt: skip
STATES = ("expected", "pending", "reserve", "bank")
UNITS = 2


@dataclass
class Walk:
    """One contract's stock order or purchase and one order, move by move, with what each leaves behind."""

    compiled: Compiled
    work: Work
    rows: list[str] = field(default_factory=list)

    def do(self, stream: str, move: str, day: int, **given: Any) -> None:
        """One move by its owner, and a row about it."""
        flow, _, _ = stream.partition("/")
        by = owner_of(move_of(load_flows()[flow], move), self.compiled) or Party.SELLER  # type: ignore[arg-type]
        details = given.pop("details", {})
        opening = {"contract": self.compiled.hash, **given} if given else {}
        answer = self.work.do_all([Request(stream, move, day * 86_400, by, details, **opening)])[0]
        assert not isinstance(answer, Exception), answer
        entry = self.work.ledger.store.stream(stream)[-1]
        self.rows.append(self._row(day, f"{flow}: {move}", by, entry.draft))

    def _row(self, day: int, what: str, by: Party, draft: Any) -> str:
        moved = [
            f"{amount} {account.removeprefix('stock:')}"
            for account, unit, amount in draft.postings
            if unit.startswith("sku/") and amount > 0
        ]
        charges = [f"{term} {self._money(minor)}" for term, _, _, minor in draft.details.get("charges", ())]
        balances = [self._money(self._held(state)) for state in STATES]
        return " | ".join((iso(day), what, by.value, ", ".join(moved), "; ".join(charges), *balances))

    def _held(self, state: str) -> int:
        return sum(minor for _, _, minor in self.work.ledger.store.all_balances(f"money:{state}"))

    def _money(self, minor: int) -> str:
        return f"{minor / 100:.2f}"


def section(folder: Path, name: str) -> str:
    """The walk through one contract as Markdown."""
    compiled = compile(load().contract(name), on=ON, fx=FX)
    walk = Walk(compiled, Work(ledger_in(folder)))
    walk.work.terms.add(compiled)
    in_cny = compiled.currency == "CNY"
    retail, supply = (14_200, 6_400) if in_cny else (2_000, 900)
    platform = compiled.settings[SettingName.STOCK_AT].startswith("platform")
    place = "platform_warehouse" if platform else "own_site"
    _bring(walk, place, Line("cup", 100, retail, supply, 300, 1_200, supply // 2), platform)
    payout = _sell(walk, place, Line("cup", UNITS, retail, supply, 300, 1_200))
    days = {
        word: compiled.quantities[key].value if key in compiled.quantities else 0
        for word, key in (
            ("lag", QuantityName.SETTLEMENT_LAG_DAYS), ("transfer", QuantityName.TRANSFER_DAYS),
            ("reserve", QuantityName.RESERVE_DAYS),
        )
    }  # fmt: skip
    share = compiled.quantities[QuantityName.RESERVE_SHARE].value / 10_000
    owners = ", ".join(
        f"{duty.value.replace('_', ' ')}: {compiled.owner[duty]}"
        for duty in (Duty.RETAIL_PRICE, Duty.STORAGE, Duty.LAST_MILE, Duty.RETURNS)
    )
    trigger = compiled.settings[SettingName.SETTLEMENT_TRIGGER]
    head = (
        f"Owners: {owners}. Trigger `{trigger}`, then {days['lag']} days of lag and {days['transfer']} of transfer; "
        f"{share:g} % kept back for {days['reserve']} days. Goods lie at `{place}`; amounts in {compiled.currency}. "
        f"Paid on {iso(payout)}.\n"
    )
    table = (
        "date | move | by | goods come to | charges | expected | pending | kept back | bank\n" + "---|" * 8 + "---\n"
    )
    return head + "\n" + table + "\n".join(walk.rows) + "\n"


def _bring(walk: Walk, place: str, line: Line, platform: bool) -> None:
    """Goods come in: 100 sent, 99 counted, one refused where the platform looks; the bills are paid."""
    first = ON - 30
    if platform:
        walk.do("stock_order/1", "open", first, details={"kind": "normal"}, place=place, lines=(line,))
        for move, day, details in (
            ("accept", 1, {}), ("send", 3, {}), ("receive", 6, {"received": 99}), ("check", 7, {"refused": 1}),
            ("put_away", 7, {}),
        ):  # fmt: skip
            walk.do("stock_order/1", move, first + day, details=details)
        return
    walk.do("purchase/1", "open", first, place=place, lines=(line,))
    for move, day, details in (
        ("make_ready", 1, {}), ("pay", 1, {"amount_minor": 40_000}), ("dispatch", 2, {}),
        ("bill_freight", 2, {"amount_minor": 6_000}), ("arrive", 25, {"received": 99}), ("put_away", 26, {}),
    ):  # fmt: skip
        walk.do("purchase/1", move, first + day, details=details)


def _sell(walk: Walk, place: str, line: Line) -> int:
    """One order of two units from the placing to the last cent; the day it is paid."""
    compiled = walk.compiled
    stream, delivery = "order/1", compiled.quantities[QuantityName.DELIVERY_DAYS].value
    walk.do(stream, "open", ON, place=place, lines=(line,))
    walk.do(stream, "reserve", ON)
    walk.do(stream, "ship", ON + 1)
    walk.do(stream, "deliver", ON + 1 + delivery)
    payout = payout_of(compiled, ON + 1 + delivery, None, 0)
    walk.do(stream, "settle", payout.paid_on)
    walk.do(stream, "release", payout.released_on)
    return payout.paid_on


@pytest.mark.parametrize("name", IDS)
def test_the_walk_stands_on_the_page(name: str, tmp_path: Path, root: Path, record_golden: bool) -> None:
    text, page = section(tmp_path, name), root / PAGE
    marked = re.compile(rf"(<!-- made: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
    written = page.read_text(encoding="utf-8")
    assert marked.search(written), f"no section for {name}"
    if record_golden:
        page.write_text(marked.sub(lambda found: found[1] + text + found[3], written), encoding="utf-8")
    else:
        found = marked.search(written)
        assert found and found[2] == text, f"{name} changed; `make golden` records it"


def rows_of(text: str) -> Iterator[list[str]]:
    """The cells of the rows of a walk."""
    for row in text.splitlines()[4:]:
        yield row.split(" | ")


@pytest.mark.parametrize("name", IDS)
def test_a_walk_ends_with_everything_paid(name: str, tmp_path: Path) -> None:
    """The last row owes nothing; the bank holds what all charges of the order and the goods' bills add up to."""
    rows = list(rows_of(section(tmp_path, name)))
    order = [row for row in rows if row[1].startswith("order:")]
    before = rows[len(rows) - len(order) - 1]
    charged = sum(float(charge.rsplit(" ", maxsplit=1)[1]) for row in order for charge in row[4].split("; ") if charge)
    expected, pending, kept, bank = (float(cell) for cell in rows[-1][5:])
    assert (expected - float(before[5]), pending, kept) == pytest.approx((0, 0, 0))
    assert bank - float(before[8]) == pytest.approx(charged)
    assert charged > 0
