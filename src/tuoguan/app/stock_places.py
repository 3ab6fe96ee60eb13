"""Whose hands a place of stock is in, which market it serves, and how soon it can be refilled.

Hides seller.toml and the spelling of places. Keeps the invariant that a span which nobody stated is shown as assumed.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from tuoguan.contracts import load
from tuoguan.intake import Seller, seller_of

SETTINGS = "seller.toml"
ASSUMED_FAST_DAYS, ASSUMED_SLOW_DAYS = 14, 30  # where no lane of the seller's leads to a market
ORIGIN = "origin"  # how places in the suppliers' country begin


KeptBy = Literal["own", "platform", "other"]
"""In whose hands goods are that are still the seller's: at a site of the seller's or one that works for them, in a
warehouse of a platform, at a place that neither seller.toml nor a contract names.
"""


@dataclass(frozen=True, slots=True)
class Refill:
    """Days until goods can be there: by the fastest lane at the latest, and by the slowest at the latest.

    ``assumed``: no lane of the seller's leads there, so usual spans stand instead.
    """

    fast_days: int
    slow_days: int
    assumed: bool

    def band(self, cover_days: float | None) -> str:
        """ "none" without sales, "red" when no lane can be there in time, "orange" when the slowest cannot, "green"."""
        if cover_days is None:
            return "none"
        return "red" if cover_days < self.fast_days else "orange" if cover_days < self.slow_days else "green"


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of places; ``seller`` is None where there is no usable seller.toml."""

    seller: Seller | None
    platform_ids: frozenset[str]

    def kept_by(self, place: str) -> KeptBy:
        """Whose hands a place is in."""
        site = place.partition("/")[0]
        if self._site(place) is not None or site.startswith(ORIGIN) or site == "home":
            return "own"
        return "platform" if site.partition("-")[0] in self.platform_ids else "other"

    def market_of(self, place: str) -> str:
        """The market that a place serves; "" where nobody says."""
        own = self._site(place)
        if own is not None:
            return own
        last = place.partition("/")[0].rpartition("-")[2]
        return last if last.isupper() and last.isalpha() else ""

    def refill(self, place: str) -> Refill:
        """How soon goods can be at a place ("": anywhere)."""
        market = self.market_of(place)
        lanes = self.seller.lanes if self.seller else ()
        spans = [lane.lead_days[1] for lane in lanes if lane.lead_days[1] and market in ("", lane.market)]
        if not spans:
            return Refill(ASSUMED_FAST_DAYS, ASSUMED_SLOW_DAYS, assumed=True)
        return Refill(min(spans), max(spans), assumed=False)

    def lead_days(self, lane: str) -> tuple[int, int] | None:
        """The seller's own span of a lane; None where they state none."""
        for one in self.seller.lanes if self.seller else ():
            if one.id == lane and one.lead_days[1]:
                return one.lead_days
        return None

    def _site(self, place: str) -> str | None:
        site = place.partition("/")[0]
        return next((one.market for one in self.seller.sites if one.id == site), None) if self.seller else None


def places_of(folder: Path) -> Places:
    """What the workspace says of places."""
    path = folder / SETTINGS
    return _places(folder, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=64)
def _places(folder: Path, changed: int) -> Places:
    return Places(seller_of(folder) if changed else None, _platforms())


@lru_cache(maxsize=1)
def _platforms() -> frozenset[str]:
    return frozenset(name.split("/")[0] for name in load().ids())
