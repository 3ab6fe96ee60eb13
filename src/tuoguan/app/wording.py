"""Numbers and names as a person reads them; shared by the report and the terminal."""

from collections import Counter
from typing import TYPE_CHECKING

from tuoguan.app.phrases import Language, phrase, word
from tuoguan.contracts import Compiled, QuantityName
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY

if TYPE_CHECKING:
    from tuoguan.app.decide import Decision


def money(minor: float, currency: str) -> str:
    """Whole major units with thousands separators and the currency.

    >>> money(123456, "USD")
    '1,235 USD'
    """
    return f"{minor / 10 ** EXPONENT_BY_CURRENCY[currency]:,.0f} {currency}"


def money_short(minor: float, currency: str) -> str:
    """Whole major units, no currency, k and M past five digits.

    >>> money_short(123456700, "USD")
    '1.23M'
    """
    value = minor / 10 ** EXPONENT_BY_CURRENCY[currency]
    for size, letter in ((1_000_000, "M"), (100_000, "k")):
        if abs(value) >= size:
            return f"{value / (1_000_000 if letter == 'M' else 1_000):.3g}{letter}"
    return f"{value:,.0f}"


def price(minor: float, currency: str) -> str:
    """A price to the minor unit with its currency.

    >>> price(1234.4, "USD")
    '12.34 USD'
    """
    return f"{minor / 10 ** EXPONENT_BY_CURRENCY[currency]:,.{EXPONENT_BY_CURRENCY[currency]}f} {currency}"


def percent(share: float, decimals: int) -> str:
    """The share as a percentage.

    >>> percent(0.1234, 1)
    '12.3 %'
    """
    return f"{100 * share:.{decimals}f} %"


def title_of(decision: "Decision", contract_id: str, lang: Language) -> str:
    """The contract's title without its market, or the words for "elsewhere" when there is none."""
    if not contract_id:
        return phrase("elsewhere", lang)
    head = decision.opened.library.contracts.get(contract_id)
    if head is None:
        return contract_id
    return head.head.title_zh.split("（")[0] if lang == "zh" else head.head.title.split(",")[0]


def way_of(decision: "Decision", row: int, lang: Language) -> str:
    """The way of selling of one option: the titles of its listings, or "do not sell"."""
    if row < 0:
        return phrase("do_not_sell", lang)
    listings = decision.evaluated.groups.options[row].listings
    return " + ".join(title_of(decision, listing.contract.id, lang) for listing in listings)


def way_short(decision: "Decision", row: int, lang: Language) -> str:
    """The way of selling as platform/model of its listings, for narrow columns."""
    if row < 0:
        return phrase("do_not_sell", lang)
    listings = decision.evaluated.groups.options[row].listings
    return " + ".join(listing.contract.id.rsplit("/", 1)[0] for listing in listings)


def days_range(contract: Compiled, names: tuple[str, ...]) -> str:
    """The sum of some quantities in days as low to high; "?" when one of them is not stated."""
    found = [contract.quantities.get(QuantityName(name)) for name in names]
    stated = [quantity for quantity in found if quantity is not None]
    if len(stated) < len(found):
        return "?"
    low, high = sum(quantity.low for quantity in stated), sum(quantity.high for quantity in stated)
    return str(low) if low == high else f"{low} – {high}"


def exclusions(decision: "Decision", lang: Language = "en") -> Counter[tuple[str, str]]:
    """How many products each contract could not take, by reason; what a large catalogue left out is one reason."""
    return Counter(
        (item.contract, phrase("screened", lang) if item.code == "screened" else item.zh if lang == "zh" else item.en)
        for item in decision.evaluated.groups.excluded
    )


def in_unit(value: float, unit: str, currency: str, lang: Language) -> str:
    """A threshold in its unit; money in major units, shares in percent."""
    if unit == "minor":
        return price(value, currency)
    if unit == "share":
        return percent(value, 1)
    return f"{value:,.3g} {word(unit, lang)}"
