"""Whose files these are: the store, its contract by market, its places, its prices and weights.

Hides where each stands (command, file, seller.toml, products). Keeps the invariant that a contract is never guessed:
where several fit, or none, the person is asked in words.
"""

from dataclasses import dataclass, field
from pathlib import Path

from tuoguan.contracts import Compiled, Library, compile, load, load_overlays
from tuoguan.foundation.days import Day, date_of, iso
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.parties import Duty, Party
from tuoguan.foundation.problems import Problem, Refused, Severity
from tuoguan.intake import Catalogue, Format, Seller
from tuoguan.operate import Terms

HOME = "home"  # the seller's place where seller.toml names none
Price = tuple[int, int]  # retail, supply; minor units of the seller's currency


@dataclass(slots=True)
class Shop:
    """One store of the seller. ``store`` names it in the ledger; ``contract`` and ``place`` are the person's word."""

    workspace: Path
    catalogue: Catalogue
    terms: Terms
    store: str = ""
    contract: str = ""
    place: str = ""
    _library: Library | None = None
    _hashes: dict[tuple[str, Day, str], Compiled] = field(default_factory=dict)
    _sizes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    _prices: dict[tuple[str, str], list[tuple[Day, str, int, int]]] = field(default_factory=dict)

    @property
    def seller(self) -> Seller | None:
        """The workspace's settings, None where it has none."""
        return self.catalogue.seller

    @property
    def library(self) -> Library:
        """All contracts with the workspace's overlays, loaded when first needed."""
        if self._library is None:
            self._library = load(overlays=load_overlays(self.workspace / "contracts"))
        return self._library

    def name(self, format: Format) -> str:
        """What the store is called in the ledger."""
        return self.store or format.platform or "store"

    def contract_of(self, format: Format, market: str) -> str:
        """The contract of a row's market, "" for a platform of which nobody has contracts. Refused when in doubt."""
        if self.contract:
            return self.library.contract(self.contract).id
        if not any(name.startswith(f"{format.platform}/") for name in self.library.ids()):
            return ""
        seller = self.seller
        if not market and seller is not None and len(seller.markets) == 1:
            market = seller.markets[0]
        fitting = [name for model in format.models if (name := f"{format.platform}/{model}/{market}") in self._ids()]
        if seller is not None and len(fitting) > 1:
            open_ = [name for name in fitting if name.rpartition("/")[0] in seller.stores]
            now = [name for name in fitting if name in (seller.today.get(market), seller.today.get("*"))]
            fitting = now or open_ or fitting
        if len(fitting) == 1:
            return fitting[0]
        raise Refused([_which(format, market, fitting)])

    def _ids(self) -> frozenset[str]:
        return frozenset(self.library.ids())

    def compiled(self, name: str, day: Day, currency: str) -> Compiled:
        """The contract's terms of the day in the currency ("": its own), kept in the ledger."""
        key = (name, day, currency)
        if key not in self._hashes:
            fx = load_fx(day, self.seller.fx if self.seller else {})
            overlays = self.library.overlays
            compiled = compile(self.library.contract(name), on=day, currency=currency or None, fx=fx, overlays=overlays)
            if missing := [duty.value for duty in Duty if duty not in compiled.owner]:
                fix = "name another contract with --contract, or leave these rows out"
                found = f"nobody for {', '.join(missing[:3])} on {iso(day)}"
                raise Refused([Problem(name, found, "terms of that day", fix, "no_terms")])
            self.terms.add(compiled)
            self._hashes[key] = compiled
        return self._hashes[key]

    def place_of(self, compiled: Compiled | None, site: str, market: str) -> str:
        """Where an order's goods lie: the person's word, the platform's place, the file's, the only one."""
        if self.place:
            return self.place
        if compiled is not None and compiled.owner[Duty.STORAGE] is not Party.SELLER:
            return f"{compiled.id.split('/')[0]}-{compiled.id.rpartition('/')[2]}"
        sites = self.seller.sites if self.seller else ()
        if site in {one.id for one in sites}:
            return site
        there = [one.id for one in sites if one.market == market] or [one.id for one in sites]
        if len(there) > 1:
            found = f'the site "{site}"' if site else "no site in the file"
            fix = "name the place with --place, or spell the site in seller.toml as the file does"
            raise Refused([Problem("place", found, "one of " + ", ".join(there), fix, "which_place")])
        return there[0] if there else HOME

    def size_of(self, sku: str) -> tuple[int, int, int]:
        """Weight in grams, volume in cm3 and list price in minor units of the seller's currency; 0 where unknown."""
        if not self._sizes:
            columns = ["sku", "weight_g", "volume_cm3", "retail_price_minor"]
            rows = self.catalogue.products.select(columns).rows()
            self._sizes = {row[0]: (row[1] or 0, row[2] or 0, row[3] or 0) for row in rows} or {"": (0, 0, 0)}
        return self._sizes.get(sku, (0, 0, 0))

    def price_of(self, sku: str, market: str, contract: str, day: Day) -> Price:
        """Retail and supply price from the workspace's prices, the latest until the day; 0 where it has none."""
        if not self._prices:
            columns = ["sku", "market", "day", "contract", "retail_price_minor", "supply_price_minor"]
            for sku_, market_, on, name, retail, supply in self.catalogue.prices.select(columns).sort("day").rows():
                self._prices.setdefault((sku_, market_), []).append(
                    ((on - date_of(0)).days, name or "", retail or 0, supply or 0)
                )
            self._prices.setdefault(("", ""), [])
        known = [row for row in self._prices.get((sku, market), ()) if row[0] <= day and row[1] in ("", contract)]
        retail = next((row[2] for row in reversed(known) if row[2]), 0) or self.size_of(sku)[2]
        return retail, next((row[3] for row in reversed(known) if row[3]), 0)


def _which(format: Format, market: str, fitting: list[str]) -> Problem:
    """The question which contract it is."""
    where = market or "a market that neither file nor seller.toml names"
    if fitting:
        found = f"{format.id} for {where}: " + ", ".join(fitting) + " all fit"
        fix = f"name it: --contract {fitting[0]}; or name your store under `stores` in seller.toml"
    else:
        found = f"{format.id} for {where}: no contract of {format.platform}/{'|'.join(format.models)} there"
        fix = "name the contract with --contract ID (`tuoguan contracts list`), or write one: `tuoguan contracts new`"
    return Problem("contract", found, "one contract for the file's orders", fix, "which_contract", Severity.ERROR)
