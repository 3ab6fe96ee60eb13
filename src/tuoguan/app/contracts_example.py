"""One order worked through a contract: what it is charged at which event, and on which day the money comes.

Straight line: the stories of `contracts.compare` on a parcel that somebody names, and the payout of `operate`. Keeps
the invariant that no amount and no day is computed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from tuoguan.contracts import Compiled, Moved, Parcel, QuantityName, reference_parcel, stories
from tuoguan.foundation.facts import Fact
from tuoguan.foundation.fx import FxTable, load_fx
from tuoguan.foundation.money import format_minor, parse_minor
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Payout, days_to_trigger, payout_of

MOST = {"units": 100_000, "weight_g": 100_000, "volume_cm3": 10_000_000}
MOST_MINOR = 10**11
MONEY = ("retail_price", "unit_cost", "supply_price")


@dataclass(frozen=True, slots=True)
class Story:
    """What one course of events moves; a total is the sum of its charges."""

    name: str
    moved: tuple[Moved, ...]

    @property
    def total_minor(self) -> int:
        """The seller's view: positive is money to the seller."""
        return sum(one.charge.minor for one in self.moved)


@dataclass(frozen=True, slots=True)
class Example:
    """The parcel in the contract's currency, its stories, and when the money of a delivered one comes.

    delivered_days  days from the order to the buyer;  earliest, latest  the same order at the ends of the ranges
    """

    fact: Fact
    stories: tuple[Story, ...]
    payout: Payout
    delivered_days: int
    earliest: Payout
    latest: Payout


def example(compiled: Compiled, parcel: Parcel, fx: FxTable | None = None) -> Example:
    """The parcel under the contract, ordered on the contract's day."""
    rates = fx or load_fx(compiled.on)
    told = tuple(Story(name, tuple(moved)) for name, moved in stories(compiled, rates, parcel).items())
    net = told[0].total_minor
    delivery = compiled.quantities.get(QuantityName.DELIVERY_DAYS)
    return Example(
        reference_parcel(compiled, rates, parcel), told, _paid(compiled, net), delivery.value if delivery else 0,
        _paid(_at_end(compiled, "low"), net), _paid(_at_end(compiled, "high"), net),
    )  # fmt: skip


def _paid(compiled: Compiled, net_minor: int) -> Payout:
    return payout_of(compiled, compiled.on + days_to_trigger("shipped", compiled), None, net_minor)


def _at_end(compiled: Compiled, end: str) -> Compiled:
    """The contract with its numbers of days at one end of their ranges."""
    numbers = {
        name: replace(number, value=getattr(number, end)) if name.value.endswith("_days") else number
        for name, number in compiled.quantities.items()
    }
    return replace(compiled, quantities=numbers)


def read_parcel(said: Mapping[str, str]) -> Parcel:
    """The parcel as somebody writes it: prices in US dollars, whole units, grams and cubic centimeters; others stay.

    Refused with everything that cannot be meant.
    """
    found, problems = Parcel(), list[Problem]()
    values: dict[str, int] = {}
    for name in (*MOST, *MONEY):
        text = said.get(name, "").strip()
        value = (_minor(text, found.currency) if name in MONEY else _count(text, MOST[name])) if text else None
        if text and value is None:
            money = f"an amount of {found.currency} from 0"
            expected = money if name in MONEY else f"a whole number from 1 to {MOST[name]:,}"
            problems.append(Problem(name, repr(text[:40]), expected, "write 20 or 19.90", "bad_amount"))
        elif value is not None:
            values[f"{name}_minor" if name in MONEY else name] = value
    if problems:
        raise Refused(problems)
    return replace(found, **values)


def _minor(text: str, currency: str) -> int | None:
    try:
        value = parse_minor(text, currency)
    except ValueError:
        return None
    return value if 0 <= value <= MOST_MINOR else None


def _count(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= most else None


def parcel_texts(parcel: Parcel) -> dict[str, str]:
    """The parcel as `read_parcel` takes it."""
    texts = {}
    for name in (field.name for field in fields(parcel)):
        value = getattr(parcel, name)
        if name.endswith("_minor"):
            texts[name.removesuffix("_minor")] = "" if value is None else format_minor(value, parcel.currency)
        elif name != "currency":
            texts[name] = str(value)
    return texts
