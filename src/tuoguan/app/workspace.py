"""A workspace opened: files read, contracts loaded with the seller's overlays, FX of the day, demand fitted.

Hides the order in which the rooms are asked. Keeps the invariant that all that can change a result has a hash here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import tuoguan
from tuoguan.contracts import Library, load, load_overlays
from tuoguan.foundation.days import Day, day_of, parse_day
from tuoguan.foundation.fx import FxTable, load_fx
from tuoguan.foundation.ids import content_hash, hash_files
from tuoguan.foundation.problems import Refused, has_errors
from tuoguan.intake import Batch, read

if TYPE_CHECKING:
    from tuoguan.demand import Demand


@dataclass(frozen=True, slots=True)
class Opened:
    """What every use case starts from; ``on`` is the day the decision is made."""

    batch: Batch
    library: Library
    fx: FxTable
    demand: "Demand"
    on: Day

    def hashes(self) -> Mapping[str, str]:
        """What made the result: inputs, contracts with overlays, code."""
        return {"inputs": self.batch.hash, "contracts": contracts_hash(self.library), "code": code_hash()}


def open_workspace(folder: Path, on: Day | None = None) -> Opened:
    """The workspace, ready to decide ``on`` the day: seller.toml's without it, else today.

    Refused with every problem when its files or its contracts cannot be used.
    """
    from tuoguan.demand import fit

    batch = read(folder)
    overlays = load_overlays(folder / "contracts")
    library = load(overlays=overlays)
    broken = [*library.problems, *overlays.problems]
    if has_errors(broken):
        raise Refused([*broken, *batch.problems])
    if on is None:
        on = parse_day(batch.seller.decide_on) if batch.seller.decide_on else day_of(date.today())
    fx = load_fx(on, batch.seller.fx)
    demand = fit(
        batch.panel, batch.products, batch.stock_outs,
        start_on=on, horizon_days=batch.seller.horizon_days, first_day=batch.first_day, last_day=batch.last_day,
        history=batch.history, markets=batch.seller.markets,
    )  # fmt: skip
    return Opened(batch, library, fx, demand, on)


def contracts_hash(library: Library) -> str:
    """The hash of our contracts with the seller's overlays."""
    overlays = content_hash(*(repr(item).encode() for item in library.overlays))
    return content_hash(library.hash.encode(), overlays.encode())


@cache
def code_hash() -> str:
    """The hash of every Python file of the package: another program may give another answer."""
    root = Path(tuoguan.__file__).parent
    return hash_files(root.rglob("*.py"), root)
