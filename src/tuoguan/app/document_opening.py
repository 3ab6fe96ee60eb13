"""A new document as somebody types it in: under terms of today, its goods priced and measured as the workspace knows.

Hides where terms, prices and sizes come from. Keeps the invariant that a document is never opened under terms that the
ledger does not hold.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tuoguan.app.documents import doer_of
from tuoguan.app.importing_shop import Shop
from tuoguan.contracts import Compiled
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import read_catalogue
from tuoguan.operate import Desk, Document, Line, Request, Work, load_flows, move_of

DAY_SECONDS = 86_400


def terms_on(folder: Path, work: Work, contract: str, at: int) -> Compiled | None:
    """The contract's terms on the day, kept in the ledger; None for no contract. Refused for one that is none."""
    if not contract:
        return None
    shop = _shop(folder, work, at)
    if contract not in shop.library.ids():
        fix = "choose it from the list of contracts, or leave it empty"
        raise Refused([Problem("contract", repr(contract)[:80], "a contract's name", fix, "no_contract")])
    return shop.compiled(contract, at // DAY_SECONDS, "")


def open_document(
    folder: Path, work: Work, flow: str, number: str, *, desk: Desk, at: int, who: str, contract: str = "",
    currency: str = "", place: str = "", lines: Sequence[Line] = (), details: Mapping[str, Any] | None = None,
) -> Document:  # fmt: skip
    """The document, opened. Refused with everything that is wrong, or where one of the number is there already.

    Without a contract it needs a currency. What lines leave at nought is filled from the workspace's products.
    """
    if not contract and currency not in EXPONENT_BY_CURRENCY:
        fix = "choose a contract, or name a currency such as CNY"
        raise Refused([Problem("currency", repr(currency)[:20], "a currency that is known", fix, "no_currency")])
    compiled = terms_on(folder, work, contract, at)
    if lines:
        shop = _shop(folder, work, at)
        market, same = contract.rpartition("/")[2], compiled is not None
        lines = [_filled(shop, line, market, contract, at, compiled if same else None) for line in lines]
    opening = move_of(load_flows()[flow], "open")
    assert opening is not None
    request = Request(
        f"{flow}/{number}", "open", at, doer_of(opening, compiled, desk), details or {}, None, 0,
        compiled.hash if compiled else "", "" if compiled else currency, place, tuple(lines), who,
    )  # fmt: skip
    answer = work.do_all([request])[0]
    if isinstance(answer, Refused):
        raise answer
    return answer


def _shop(folder: Path, work: Work, at: int) -> Shop:
    return Shop(folder, read_catalogue(folder, at // DAY_SECONDS), work.terms)


def _filled(shop: Shop, line: Line, market: str, contract: str, at: int, compiled: Compiled | None) -> Line:
    """The line with the weight, volume and prices that the workspace knows, prices in the same currency alone."""
    weight_g, volume_cm3, _ = shop.size_of(line.sku)
    retail = supply = 0
    if compiled is not None and shop.seller is not None and shop.seller.currency == compiled.currency:
        retail, supply = shop.price_of(line.sku, market, contract, at // DAY_SECONDS)
    return replace(
        line, weight_g=weight_g, volume_cm3=volume_cm3, retail_price_minor=line.retail_price_minor or retail,
        supply_price_minor=line.supply_price_minor or supply,
    )  # fmt: skip
