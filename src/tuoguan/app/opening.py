"""Documents as a program opens them: a contract by its name, the terms of the document's day, goods with their sizes.

Hides where terms and sizes come from. Keeps the invariant that an order taken in by a program is priced by the same
terms as one read from a file of the same day.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from tuoguan.app.importing_shop import Shop
from tuoguan.contracts import Compiled
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import read_catalogue
from tuoguan.operate import Desk, Document, Line, Request, Work, stream_of

DAY_SECONDS = 86_400
LAST_AT = 4_102_444_800  # 2100-01-01: later instants are a mistake of units (milliseconds)
LOOK_SECONDS = 1.0  # how old what was read may be
MOST_TERMS = 2_000  # (contract, day, currency) kept in hand; then the catalogue is read again


class Opener:
    """Makes requests that open documents of one workspace; threads may share it."""

    def __init__(self, folder: Path, work: Work) -> None:
        self._folder, self._work = folder, work
        self._lock = Lock()
        self._shop: Shop | None = None
        self._seen: tuple[object, ...] = ()
        self._look_at = 0.0
        self._terms: dict[tuple[str, int, str], Compiled | Refused] = {}

    def is_ready(self, contract: str, at: int, currency: str) -> bool:
        """True when a request under this contract is made without reading a file."""
        self._look()
        return self._shop is not None and (
            "/" not in contract or (contract, at // DAY_SECONDS, currency) in self._terms
        )

    def request(
        self, flow: str, number: str, *, contract: str, currency: str, place: str, lines: Sequence[Line], at: int,
        by: Desk, details: Mapping[str, Any], key: str | None, who: str = "",
    ) -> Request:  # fmt: skip
        """The request to open; ``contract`` is a contract's name, the hash of terms in the ledger, or "".

        Refused for an unknown contract, a wrong currency or an instant that cannot be one.
        """
        if not 0 <= at < LAST_AT:
            fix = "give seconds since 1970 in UTC"
            raise Refused([Problem(f"{flow}/{number}: at", str(at)[:40], "an instant before 2100", fix, "bad_instant")])
        if currency and currency not in EXPONENT_BY_CURRENCY:
            fix = "write three letters such as USD"
            raise Refused([Problem(f"{flow}/{number}: currency", currency[:20], "ISO 4217", fix, "unknown_currency")])
        self._look()
        compiled = self._compiled(contract, at // DAY_SECONDS, currency) if "/" in contract else None
        terms = compiled.hash if compiled is not None else contract
        return Request(
            stream_of(flow, number), "open", at, by, details, key, None, terms,
            compiled.currency if compiled is not None else currency, place, self._sized(lines), who,
        )  # fmt: skip

    def _look(self) -> None:
        """Lets go of what was read before somebody changed the workspace's files."""
        if time.monotonic() < self._look_at:
            return
        with self._lock:
            self._look_at = time.monotonic() + LOOK_SECONDS
            paths = [self._folder / "seller.toml", *sorted((self._folder / "contracts").glob("**/*.toml"))]
            paths += sorted(self._folder.glob("p*.*"))  # products and prices, in any of their forms
            seen = tuple((path, path.stat().st_mtime_ns) for path in paths if path.is_file())
            if seen != self._seen:
                self._seen, self._shop = seen, None
                self._terms.clear()

    def _compiled(self, name: str, day: int, currency: str) -> Compiled:
        asked = (name, day, currency)
        found = self._terms.get(asked)
        if found is None:
            with self._lock:
                found = self._terms.get(asked) or self._compile(asked)
                self._terms[asked] = found
        if isinstance(found, Refused):
            raise found
        return found

    def _compile(self, asked: tuple[str, int, str]) -> Compiled | Refused:
        if len(self._terms) >= MOST_TERMS:
            self._terms.clear()
            self._shop = None
        try:
            return self._shop_now(asked[1]).compiled(*asked)
        except Refused as refused:
            return refused

    def _shop_now(self, day: int) -> Shop:
        if self._shop is None:
            self._shop = Shop(self._folder, read_catalogue(self._folder, day), self._work.terms)
        return self._shop

    def _sized(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """The lines, those without weight and volume with what the catalogue says."""
        if all(line.weight_g or line.volume_cm3 for line in lines):
            return tuple(lines)
        with self._lock:
            shop = self._shop_now(0)
        sized = []
        for line in lines:
            weight, volume, _ = (0, 0, 0) if line.weight_g or line.volume_cm3 else shop.size_of(line.sku)
            sized.append(
                Line(line.sku, line.quantity, line.retail_price_minor, line.supply_price_minor,
                     line.weight_g or weight, line.volume_cm3 or volume, line.customs_value_minor)
            )  # fmt: skip
        return tuple(sized)


def told_before(work: Work, request: Request, *, timed: bool) -> Document | None:
    """The document, when it was told before that this happened to it; None: it was not, or something else was.

    An opening is known by its document's number and content, another move by its key. A write that is sent again
    without an instant of its own (``timed`` False) has another one than before: then content alone tells.
    """
    entries = work.ledger.store.stream(request.stream)
    opening = request.move == "open"
    found = [entry for entry in entries if entry.key == request.key] if not opening else entries
    if not found:
        return None
    entry, document = found[0], work.document(request.stream)
    same = entry.draft.kind == f"{document.flow}.{request.move}" and all(
        entry.draft.details.get(name) == value for name, value in request.details.items()
    )
    same &= not timed or entry.draft.occurred_at == request.at
    if opening:
        same &= document.lines == request.lines and document.contract == request.contract
    return document if same else None
