"""What if a limit, the attitude to risk, a term or a contract were another: the choice made again from what was kept.

Hides what can be answered without playing and what cannot. Keeps two invariants: an option whose content is what it was
is never played again, and old and new answers stand on the same luck and the same policies.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tuoguan.app.decide import NOT_SOLD, Progress
from tuoguan.app.study_kept import FILE, Kept, load_study
from tuoguan.app.whatif_again import Again, again, checked
from tuoguan.app.whatif_asked import Asked, read_asked
from tuoguan.app.whatif_shift import of_contracts
from tuoguan.choose import Capacity, Infeasible, Portfolio, Study, choose
from tuoguan.foundation.arrays import Flags, Ints
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Seller

SETTINGS = "seller.toml"
DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Moved:
    """A product whose way changes: keys of the options, "" for not selling; money in minor units over the horizon.

    before_minor  what the old way earned;  kept_minor  what it would earn now, None where it is gone;  after_minor  the
    new way's
    """

    sku: str
    market: str
    old: str
    new: str
    before_minor: int
    kept_minor: int | None
    after_minor: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer beside the decision's: ``new.chosen`` follows the groups of ``study``, the tables after the change.

    kept_minor  mean profit of the decision's set after the change, ways that are gone left out;  seconds  of loading,
    changing and solving
    """

    kept: Kept
    seller: Seller
    again: Again
    new: Portfolio
    moved: tuple[Moved, ...]
    kept_minor: int
    seconds: Mapping[str, float]

    @property
    def old(self) -> Portfolio:
        """The decision's answer."""
        return self.kept.portfolio

    @property
    def broken(self) -> tuple[str, ...]:
        """Limits of the new answer that the decision's set passes by what it used before the change."""
        return passed(self.old, self.new.capacities)

    @property
    def study(self) -> Study:
        """The tables after the change."""
        return self.again.study


def what_if(
    place: Path, asked: Asked, *, workspace: Path | None = None, threads: int | None = None,
    progress: Progress | None = None,
) -> WhatIf:  # fmt: skip
    """The choice under what is asked. ``place`` is the folder of a decision's outputs, or the workspace it was made of.

    Refused with every problem: no study or a broken one, another state of the workspace, an unknown contract or term,
    an amount that is none.
    """
    folder, workspace = _places(place, workspace)
    began = time.perf_counter()
    kept = load_study(folder / FILE)
    return answered(kept, asked, workspace=workspace, threads=threads, progress=progress, began=began)


def answered(
    kept: Kept, asked: Asked, *, workspace: Path | None = None, threads: int | None = None,
    progress: Progress | None = None, began: float | None = None,
) -> WhatIf:  # fmt: skip
    """As `what_if`, of a study that is loaded; ``began`` is when loading it began."""
    loaded = time.perf_counter()
    if workspace is not None:
        checked(kept, workspace)
    seller, terms = read_asked(kept, asked)
    changed = again(kept, asked, terms, workspace, threads, progress)
    allowed = _allowed(kept, changed, asked)
    ready = time.perf_counter()
    new = _chosen(changed.study, seller, allowed, kept.portfolio)
    if changed.study is kept.study and allowed is None and seller.risk == kept.seller.risk:
        new = no_worse(kept.portfolio, new)
    done = time.perf_counter()
    load = 0.0 if began is None else loaded - began
    return WhatIf(
        kept=kept, seller=seller, again=changed, new=new, moved=_moves(kept, changed, new),
        kept_minor=_mean(changed, kept.portfolio.chosen),
        seconds={"load": load, "change": ready - loaded, "solve": done - ready},
    )  # fmt: skip


def _places(place: Path, workspace: Path | None) -> tuple[Path, Path | None]:
    """(folder with the study, workspace or None where nobody named it)."""
    if (place / SETTINGS).is_file():
        own = place / DECISION
        return (place if not (own / FILE).is_file() and (place / FILE).is_file() else own), workspace or place
    return place, workspace


def _chosen(study: Study, seller: Seller, allowed: Flags | None, start: Portfolio) -> Portfolio:
    """The best set, from the decision's prices; Refused where the limits that are asked for cannot hold together."""
    try:
        return choose(study, seller, allowed=allowed, start=start, node_limit=0)
    except Infeasible as error:
        fix = "ask for a wider limit"
        raise Refused([Problem("limits", str(error), "limits that can hold together", fix, "limits_clash")]) from error


def passed(old: Portfolio, limits: tuple[Capacity, ...]) -> tuple[str, ...]:
    """Names of the limits that the old set passes by what it used; a limit that it did not know counts as kept."""
    used = dict(zip((one.name for one in old.capacities), old.used.tolist(), strict=True))
    over = {one.name: used.get(one.name, one.limit) - one.limit for one in limits}
    return tuple(
        one.name for one in limits
        if (-over[one.name] if one.at_least else over[one.name]) > 1e-9 * max(abs(one.limit), 1.0)
    )  # fmt: skip


def no_worse(old: Portfolio, new: Portfolio) -> Portfolio:
    """The new answer, or under its limits the old set where that is worth more and still fits."""
    same = [one.name for one in old.capacities] == [one.name for one in new.capacities]
    if new.objective >= old.objective or not same or passed(old, new.capacities):
        return new
    return replace(
        new, chosen=old.chosen, objective=old.objective, mean=old.mean, cvar=old.cvar, used=old.used,
        bound=max(new.bound, old.objective),
    )  # fmt: skip


def _allowed(kept: Kept, changed: Again, asked: Asked) -> Flags | None:
    """[option] what may be chosen; None when everything may."""
    allowed = ~changed.gone
    if asked.without:
        allowed &= ~of_contracts(kept.recipe, asked.without).any(axis=1)
    if asked.only:
        allowed &= (of_contracts(kept.recipe, asked.only) | (kept.recipe.listing < 0)).all(axis=1)
    return None if allowed.all() else allowed


def _mean(changed: Again, chosen: Ints) -> int:
    """Mean profit of these rows after the change, minor units; those that are gone earn nought."""
    rows = chosen[chosen >= 0]
    return round(float(changed.study.profit[rows[~changed.gone[rows]]].sum(axis=0).mean()))


def _moves(kept: Kept, changed: Again, new: Portfolio) -> tuple[Moved, ...]:
    """Products whose way changes, largest difference first."""
    before, after = kept.study, changed.study
    moved = []
    for group in np.flatnonzero(new.chosen != kept.portfolio.chosen):
        old_row, new_row = int(kept.portfolio.chosen[group]), int(new.chosen[group])
        is_gone = old_row != NOT_SOLD and bool(changed.gone[old_row])
        moved.append(
            Moved(
                before.sku[group], before.market[group], _key(before, old_row), _key(after, new_row),
                _earns(before, old_row), None if is_gone else _earns(after, old_row), _earns(after, new_row),
            )
        )  # fmt: skip
    return tuple(sorted(moved, key=lambda one: (-abs(one.after_minor - (one.kept_minor or 0)), one.sku, one.market)))


def _key(study: Study, row: int) -> str:
    return study.key[row] if row != NOT_SOLD else ""


def _earns(study: Study, row: int) -> int:
    return round(float(study.profit[row].mean())) if row != NOT_SOLD else 0
