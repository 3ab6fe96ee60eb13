"""What a changed term moves in a kept study, from shares of mean components: nothing is played.

Hides how a part of the mean becomes profit by path and cash by week. Keeps the invariant that what the kept means
cannot tell apart is left to be played again (`separable`), or split by a share that is stated (`own_share`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from tuoguan.app.whatif_terms import Term
from tuoguan.choose import Recipe, Study
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.rates import PPM
from tuoguan.simulate import Component

AT = {component: index for index, component in enumerate(Component)}
# What follows the supply price: contracts that set it state these as shares of it.
OF_SUPPLY = [
    AT[one]
    for one in (
        Component.REVENUE, Component.COMMISSION, Component.PLATFORM_FEES, Component.RETURNS, Component.PENALTIES,
    )
]  # fmt: skip


# What comes and goes with every sale, before goods and freight.
OF_SALES = [
    AT[one]
    for one in (
        Component.REVENUE, Component.COMMISSION, Component.PLATFORM_FEES, Component.SUBSIDY, Component.LAST_MILE,
        Component.RETURNS, Component.PENALTIES, Component.LABOR, Component.DUTY,
    )
]  # fmt: skip
MOST_SALES = 4.0  # times the mean


def is_below(contract: str, names: tuple[str, ...]) -> bool:
    """True when the contract is one of the names or lies below one (``platform/model``)."""
    return any(contract == name or contract.startswith(f"{name}/") for name in names)


def of_contracts(recipe: Recipe, names: tuple[str, ...]) -> Flags:
    """[option, 2] True where the listing's contract is one of these or lies below one."""
    return _looked_up([is_below(contract, names) for contract in recipe.contracts], recipe.listing)


def _looked_up(says: list[bool], row: Ints) -> Flags:
    return np.isin(row, np.flatnonzero(says))


def _stands(recipe: Recipe, term: Term) -> Flags:
    """[option, 2] True where the term stands in the listing or in the lanes to its place."""
    if term.kind.names == "contract":
        return of_contracts(recipe, (term.of,))
    if term.of:
        return _looked_up([term.of in modes.split("+") for modes in recipe.modes], recipe.lane)
    return np.asarray(recipe.listing >= 0)


def touched(study: Study, recipe: Recipe, term: Term) -> Flags:
    """[option] True where the term stands in the option at all."""
    some = np.asarray(_stands(recipe, term).any(axis=1))
    if term.name == "supply_price":
        return some & recipe.is_supplied
    if term.name == "duty":
        return np.asarray(some & (recipe.is_bulk | (study.component[:, AT[Component.DUTY]] != 0)))
    return some


def separable(recipe: Recipe, term: Term) -> Flags:
    """[option] True where the kept means tell the term's part apart, so that nothing need be played."""
    if not term.kind.is_linear:
        return np.zeros(len(recipe.parts), np.bool_)
    if term.name == "duty" and term.points_ppm:
        return recipe.is_bulk
    if term.name == "freight" and term.of:
        mixed = _looked_up(["+" in modes for modes in recipe.modes], recipe.lane)
        return np.asarray(~(_stands(recipe, term) & mixed).any(axis=1))
    return np.ones(len(recipe.parts), np.bool_)


def shifted(study: Study, recipe: Recipe, term: Term, rows: Flags) -> Study:
    """The study with the term changed in these rows.

    Exact in the mean but for rounding, for capital and for stock left over, which follow what was paid. A path bears it
    by its sales (`_by_path`). Cash: of what goods cost, as much is paid by a week as its low balance shows or an even
    share of the horizon's, whichever is more; what comes with sales and weeks is spread evenly.
    """
    factor, points = term.factor_ppm / PPM - 1.0, term.points_ppm / PPM
    part = _DELTAS[term.name](study.component.astype(np.float64), recipe, factor, points)
    part *= np.where(rows, own_share(study, recipe, term), 0.0)[:, None]
    paid, goods = _landed(study.component, recipe), _landed(part, recipe)
    low = study.cash_low + _cash(study, paid, goods, part.sum(axis=1) - goods)
    part[:, AT[Component.TERMINAL_STOCK]] -= study.component[:, AT[Component.TERMINAL_STOCK]] * _cheaper(paid, goods)
    part[:, AT[Component.CAPITAL]] += study.component[:, AT[Component.CAPITAL]] * (_tied(study.cash_low, low) - 1.0)
    moved = np.rint(part).astype(np.int64)
    work = np.where(rows & (term.name == "minutes"), 1.0 + factor, 1.0)[:, None]
    return replace(
        study, component=study.component + moved, profit=study.profit + _by_path(study, moved.sum(axis=1)),
        cash_low=np.rint(low).astype(np.int64), hours=study.hours * work, hours_by_duty=study.hours_by_duty * work,
    )  # fmt: skip


def _by_path(study: Study, moved: Ints) -> Ints:
    """[option, path] what each path bears of what the mean moves: in proportion to the path's sales.

    These are not kept; they are read from profit: a path that earns more than the mean sold more, by the difference
    over what a sale leaves before goods and freight. Never less than none nor more than fourfold.
    """
    rows = np.flatnonzero(moved)
    profit = study.profit[rows].astype(np.float64)
    left = study.component[rows][:, OF_SALES].sum(axis=1)[:, None].astype(np.float64)
    apart = profit - profit.mean(axis=1, keepdims=True)
    sales = np.clip(1.0 + np.divide(apart, left, out=np.zeros(profit.shape), where=left > 0), 0.0, MOST_SALES)
    found = np.zeros(study.profit.shape, np.int64)
    found[rows] = np.rint(moved[rows, None] * sales / np.maximum(sales.mean(axis=1, keepdims=True), 1e-9))
    return found


def own_share(study: Study, recipe: Recipe, term: Term) -> Floats:
    """[option] the part of a component that is the term's: all of it, and in a pair what its parts have alone."""
    at = AT[Component.FIRST_LEG if term.name == "freight" else Component.REVENUE]
    own, there = _stands(recipe, term), recipe.listing >= 0
    share, owner, size = np.ones(len(own)), study.group_of, np.abs(study.component[:, at]).astype(np.float64)
    for row in np.flatnonzero(own.any(axis=1) & (own != there).any(axis=1)).tolist():
        group = range(int(study.first[owner[row]]), int(study.first[owner[row] + 1]))
        alone = {recipe.parts[other]: size[other] for other in group}
        sizes = np.array([alone.get(part, 0.0) for part in recipe.parts[row].split(" + ")])
        sizes = sizes if sizes.sum() > 0 else np.ones(len(sizes))
        share[row] = sizes[own[row, : len(sizes)]].sum() / sizes.sum()
    return share


Deltas = Callable[[Floats, Recipe, float, float], Floats]


def _scaled(*components: int) -> Deltas:
    """These components times the factor."""

    def delta(component: Floats, recipe: Recipe, factor: float, points: float) -> Floats:
        found = np.zeros(component.shape)
        found[:, list(components)] = component[:, list(components)] * factor
        return found

    return delta


def _commission(component: Floats, recipe: Recipe, factor: float, points: float) -> Floats:
    found = _scaled(AT[Component.COMMISSION])(component, recipe, factor, points)
    found[:, AT[Component.COMMISSION]] -= points * component[:, AT[Component.REVENUE]]
    return found


def _duty(component: Floats, recipe: Recipe, factor: float, points: float) -> Floats:
    found = _scaled(AT[Component.DUTY])(component, recipe, factor, points)
    found[:, AT[Component.DUTY]] += points * component[:, AT[Component.GOODS]]
    return found


def _unit_cost(component: Floats, recipe: Recipe, factor: float, points: float) -> Floats:
    """Goods, and the duty on them where they are imported in bulk."""
    found = _scaled(AT[Component.GOODS])(component, recipe, factor, points)
    duty = AT[Component.DUTY]
    found[:, duty] = np.where(recipe.is_bulk, component[:, duty] * factor, 0.0)
    return found


_DELTAS: Mapping[str, Deltas] = {
    "commission": _commission, "supply_price": _scaled(*OF_SUPPLY), "freight": _scaled(AT[Component.FIRST_LEG]),
    "duty": _duty, "minutes": _scaled(AT[Component.LABOR]), "unit_cost": _unit_cost,
}  # fmt: skip


def _landed(component: Ints | Floats, recipe: Recipe) -> Floats:
    """[option] what is paid for goods until they lie where they are sold from; duty where they come in bulk."""
    goods, freight, duty = (component[:, AT[one]] for one in (Component.GOODS, Component.FIRST_LEG, Component.DUTY))
    return np.asarray(goods + freight + np.where(recipe.is_bulk, duty, 0.0), dtype=np.float64)


def _cheaper(paid: Floats, more: Floats) -> Floats:
    """[option] by what share of what was paid goods cost less on their way in; negative where they cost more."""
    return np.divide(more, -paid, out=np.zeros(len(paid)), where=paid < 0)


def _cash(study: Study, paid: Floats, goods: Floats, rest: Floats) -> Floats:
    """[option, week] how far the low balance moves when goods and all the rest bring that much more in all."""
    weeks = study.cash_low.shape[1]
    even = np.arange(1, weeks + 1) / weeks
    spent = -np.minimum(paid, 0.0)[:, None]
    shown = np.minimum(np.maximum.accumulate(np.maximum(-study.cash_low, spent * even), axis=1), spent)
    share = np.divide(shown, spent, out=np.zeros(shown.shape), where=spent > 0)
    return np.asarray(goods[:, None] * share + rest[:, None] * even)


def _tied(before: Ints, after: Floats) -> Floats:
    """[option] cash tied up after as a share of that before, by the low balances."""
    old, new = (np.maximum(-low, 0).sum(axis=1).astype(np.float64) for low in (before, after))
    return np.asarray(np.divide(new, old, out=np.ones(len(old)), where=old > 0))
