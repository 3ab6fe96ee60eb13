"""Generated contracts and facts with every feature of a charge, from one seed, so that a failing case can be named."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tuoguan.contracts.library import Contract, Placed, PlacedOverlay, key_of
from tuoguan.contracts.schema import (
    REASON_NAMES,
    Basis,
    ChargeEntry,
    ChargeKind,
    DeadlineEntry,
    Head,
    OverlayHead,
    Per,
    Provenance,
    Rounding,
)
from tuoguan.foundation.days import FAR_FUTURE, FAR_PAST, parse_day
from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.parties import Duty

CURRENCIES = ("USD", "CNY", "JPY", "EUR", "KRW")
RATES = {
    "USDCNY": "7.1341", "USDJPY": "151.337", "EURUSD": "1.08713", "USDKRW": "1391.77", "EURCNY": "7.757777",
    "CNYJPY": "21.213", "CNYKRW": "195.0871", "EURJPY": "164.5207", "EURKRW": "1513.03", "JPYKRW": "9.1965",
}  # fmt: skip
FX = FxTable.fixed(RATES)
KINDS = (FactKind.ORDER_PLACED, FactKind.DEADLINE_MISSED, FactKind.STOCK_HELD)
CLOCKS = ("ship_by", "arrive_by", "old_clock")
DAYS = ("2025-01", "2025-07-15", "2026", "2026-06-01")
SKUS, CATEGORIES = ("A", "B"), ("shoes", "toys")


@dataclass(frozen=True)
class Case:
    """One contract, its overlays and the facts to price."""

    contract: Contract
    overlays: tuple[PlacedOverlay, ...]
    on: int
    currency: str
    sku: str | None
    category: str | None
    facts: tuple[Fact, ...]


def case(seed: int, facts: int = 20) -> Case:
    """The case of this seed."""
    dice = Random(seed)
    currency = dice.choice(CURRENCIES)
    head = Head(id="a/b/US", platform="a", model="b", market="US", currency=currency, title="", title_zh="", base=True)
    entries = [_clock("ship_by"), _clock("arrive_by"), _clock("old_clock", until="2024")]
    entries += [entry for name in "pqrstuv" for entry in _versions(dice, name, currency)]
    contract = Contract(head, "a/b/US.toml", tuple(map(_placed, entries)), ("a/b/US.toml",), str(seed))
    on = parse_day(dice.choice(DAYS)) + dice.choice((-1, 0, 1, 40))
    product = dice.choice((None, *SKUS)), dice.choice((None, *CATEGORIES))
    found = tuple(_fact(dice, on, currency) for _ in range(facts))
    return Case(contract, _overlays(dice), on, currency, *product, found)


def _clock(name: str, until: str | None = None) -> DeadlineEntry:
    return DeadlineEntry(name=name, duty=Duty.FIRST_MILE, starts="order_placed", hours="24", until=until)


def _placed(entry: Provenance) -> Placed[Provenance]:
    start = parse_day(entry.effective_from) if entry.effective_from else FAR_PAST
    return Placed(entry, "a/b/US.toml: x", key_of(entry), start, parse_day(entry.until) if entry.until else FAR_FUTURE)


def _versions(dice: Random, name: str, currency: str) -> list[ChargeEntry]:
    """One to three steps, each in one to three dated versions that join."""
    found = []
    for step in range(dice.randint(1, 3)):
        edges = [None, *sorted(dice.sample(DAYS, dice.randint(0, 2))), None]
        for start, end in zip(edges, edges[1:], strict=False):
            found.append(_charge(dice, name, currency, step, start, end))
    return found


def _charge(
    dice: Random, name: str, currency: str, step: int, start: str | None = None, until: str | None = None
) -> ChargeEntry:
    money_of = dice.choice((currency, dice.choice(CURRENCIES)))
    rate = dice.random() < 0.5
    after, weight, value = (_rarely(dice, *some) for some in ((0, 24, 36.5), (0, 200, 450), (0, 5, 20)))
    money = {"minimum": dice.choice((None, None, "0.3", "2.005")), "basis_cap": dice.choice((None, "30", "4.995"))}
    fields = {
        "kind": dice.choice(list(ChargeKind)), "on": dice.choice(KINDS).name.lower(),
        "direction": dice.choice(("pay", "receive")), "reason": _rarely(dice, "ANY", *REASON_NAMES),
        "deadline": _rarely(dice, "", *CLOCKS), "currency": money_of,
        "share": dice.choice(("1", "1", "0.5", "0.333333", "0")), "rounding": dice.choice(list(Rounding)).name,
        "maximum": dice.choice((None, None, "5", "0.123457")), "maximum_per": dice.choice(list(Per)).name,
        "after_hours": str(after), "until_hours": _rarely(dice, None, str(after + 24)),
        "weight_from_g": weight, "weight_to_g": _rarely(dice, None, weight + 300),
        "divisor_cm3_per_kg": dice.choice((0, 0, 5000, 6001)), "grain_g": dice.choice((1, 100, 454)),
        "free_days": _rarely(dice, 0, 60), "value_from": _rarely(dice, None, str(value)),
        "value_to": _rarely(dice, None, str(value + 100)), **money,
    }  # fmt: skip
    if rate:
        fields |= {"rate": _number(dice, 5_000_000), "basis": dice.choice(list(Basis)[1:]).name}
    else:
        fields |= {"amount": _number(dice, 30_000_000), "per": dice.choice(list(Per)).name}
    return ChargeEntry(name=name, step=step, effective_from=start, until=until, **fields)


def _number(dice: Random, most: int) -> str:
    """A decimal text up to ``most`` millionths; most of them short, so that ties of a half come up."""
    return dice.choice((f"{dice.randint(0, most) / 1e6:.6f}", "0.5", "0.05", "0.025", "0.005", "0.125"))


def _rarely(dice: Random, usual: Any, *others: Any) -> Any:
    """The usual in three of four cases, so that most charges still apply to most facts."""
    return dice.choice(others) if dice.random() < 0.25 else usual


def _overlays(dice: Random) -> tuple[PlacedOverlay, ...]:
    """Up to three negotiated files of different specificity, and one of another contract that must not matter."""
    heads = [
        OverlayHead(overlays="a/b/US"), OverlayHead(overlays="a/b/US", category="shoes"),
        OverlayHead(overlays="a/b/US", products=("A",)), OverlayHead(overlays="a/b/EU"),
    ]  # fmt: skip
    chosen = dice.sample(heads, dice.randint(0, 4))
    return tuple(PlacedOverlay(head, f"{index}.toml", _negotiated(dice), "x") for index, head in enumerate(chosen))


def _negotiated(dice: Random) -> tuple[Placed[Provenance], ...]:
    return tuple(_placed(_charge(dice, name, "USD", 0)) for name in dice.sample("pqrw", 2))


def _fact(dice: Random, on: int, currency: str) -> Fact:
    yen = currency in ("JPY", "KRW")
    quantity, scale = dice.choice((0, 1, 1, 2, 7, 7, 1000)), 1 if yen else 100
    return Fact(
        dice.choice(KINDS), on, currency,
        quantity=quantity, orders=dice.randint(0, 3), parcels=dice.randint(0, 3), lines=dice.randint(0, 4),
        retail_price_minor=dice.randint(0, 60 * scale), supply_price_minor=dice.randint(0, 40 * scale),
        weight_g=dice.choice((0, 1, 199, 200, 250, 449, 450, 453, 454, 455, 500, 1200)),
        volume_cm3=dice.choice((0, 1, 1000, 1200, 30_005)),
        minutes_late=dice.choice((0, 1, 1439, 1440, 1441, 2190, 2191, 2880, 2881, 9999)),
        days_held=dice.choice((0, 59, 60, 61)),
        customs_value_minor=dice.choice((0, 5, 20, 100, 105, 120, dice.randint(0, 130))) * scale,
        reason=dice.choice(list(Reason)), deadline=dice.choice(("", *CLOCKS, "unheard_of")),
    )  # fmt: skip
