"""What an option of a large catalog is worth and needs, in closed form, and which options are worth keeping.

Hides the formulas. Keeps three invariants: money leaves as whole minor units, needs are never negative and stand for
the steady state at the horizon's mean season, and of the options of a group none is kept that another under the same
platform and model beats in worth and in every need.

worth   margin of a unit x expected units once goods are there, less weekly work (`policies_facts.estimates`), less the
        holding of what lies there on average: the level less what is under way and half a review's sales
cash    the landed cost of the level (everything ordered is paid) and of what is sold but not yet paid out
hours   minutes of the orders of a week and of the week itself
volume  the level at the seller's own site, where its volume is limited
loading what worth moves by when reach and visibility of the platform's model move by one standard deviation
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tuoguan.choose import kernels
from tuoguan.choose.columns import Terms, Ways
from tuoguan.choose.policies_facts import THOUSANDTHS_PER_HOUR, Facts, estimates
from tuoguan.choose.policies_start import base_level
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.tables import Schema

DAYS_PER_WEEK = 7
MINOR_MOST = 2.0**62

# One row per option that is worth keeping, sorted by sku, market; a group without one has a row without a contract.
KEPT: Schema = {
    "sku": pl.String, "market": pl.String, "contract": pl.String, "place": pl.String, "policy": pl.String,
    "order_up_to": pl.Int64, "review_days": pl.Int64, "profit_minor": pl.Int64, "cash_minor": pl.Int64,
    "minutes_thousandth": pl.Int64,  # a week
    "volume_cm3": pl.Int64, "site": pl.Int64,  # the seller's own site, -1: none
    "model": pl.String, "loading_minor": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Closed:
    """Worth and needs [row] of the rows of `Ways`; whole numbers, money in minor units."""

    level: Ints
    worth: Ints
    cash: Ints
    minutes: Ints
    volume: Ints
    loading: Ints


def closed_form(ways: Ways, terms: Terms, currency: str) -> Closed:
    """The closed forms of every row."""
    facts, horizon = ways.facts, terms.seller.horizon_days
    stocked = facts.may_jit == 0.0
    level = np.where(stocked, base_level(facts, horizon), 0.0)
    scale = 10.0 ** (6 - EXPONENT_BY_CURRENCY[currency])
    days = np.maximum(horizon - facts.live, 0.0)
    lying = np.maximum(level - facts.daily * (facts.lead + facts.review / 2.0), 0.0)
    gross = estimates(facts, horizon, terms.wage_per_hour_minor, currency)
    worth = gross - facts.holding * lying * days / scale
    worth = np.where(stocked & (level < 1.0), -np.inf, worth)  # nothing is ever ordered
    cash = facts.landed * (level + facts.daily * ways.lag) / scale
    minutes = facts.minutes_order * facts.daily * DAYS_PER_WEEK + facts.minutes_week
    swing = ways.doubt * _by_units(facts, days, terms.wage_per_hour_minor, scale)
    limited = np.array([one.volume_cbm is not None for one in terms.seller.sites] + [False])[ways.site]
    return Closed(
        level.astype(np.int64), whole(worth), whole(np.maximum(cash, 0.0)), whole(minutes),
        whole(np.where(limited, level * ways.volume, 0.0)), whole(swing),
    )  # fmt: skip


def _by_units(facts: Facts, days: Floats, wage_per_hour_minor: int, scale: float) -> Floats:
    """The part of an option's worth that moves with its demand."""
    labor = facts.minutes_order / THOUSANDTHS_PER_HOUR * wage_per_hour_minor
    return np.asarray((facts.margin / scale - labor) * facts.daily * days)


def whole(values: Floats) -> Ints:
    """The nearest whole numbers; what is past their range, or worth nothing for sure, at its end."""
    return np.rint(np.clip(np.nan_to_num(values, nan=-MINOR_MOST), -MINOR_MOST, MINOR_MOST)).astype(np.int64)


def kept_options(ways: Ways, closed: Closed) -> pl.DataFrame:
    """The options worth keeping as a table of `KEPT`."""
    model = np.array([_model(name) for name in ways.contracts])
    code = np.unique(model, return_inverse=True)[1] if len(model) else np.zeros(0, np.int64)
    keep = undominated(ways.group, code[ways.contract] if len(code) else ways.contract, closed)
    rows = np.flatnonzero(keep)
    split = [name.split("@", 1) for name in ways.names]
    place = np.array([place for _, place in split] or [""])[ways.way[rows]] if len(rows) else np.zeros(0, str)
    contract = np.array(ways.contracts or ("",))[ways.contract[rows]]
    names = pl.DataFrame({
        "sku": [ways.groups[group][0] for group in ways.group[rows]],
        "market": [ways.groups[group][1] for group in ways.group[rows]],
        "contract": contract.tolist(), "place": place.tolist(),
        "policy": np.where(ways.facts.may_jit[rows] > 0.0, "jit", "base_stock").tolist(),
        "order_up_to": closed.level[rows], "review_days": ways.facts.review[rows].astype(np.int64),
        "profit_minor": closed.worth[rows], "cash_minor": closed.cash[rows],
        "minutes_thousandth": closed.minutes[rows], "volume_cm3": closed.volume[rows], "site": ways.site[rows],
        "model": [_model(name) for name in contract.tolist()], "loading_minor": closed.loading[rows],
    }, schema=dict(KEPT))  # fmt: skip
    return _with_empty(names, ways, rows)


def _model(contract: str) -> str:
    """Platform and model of a contract: products under it share what nobody publishes about its reach."""
    return contract.rpartition("/")[0]


def _with_empty(kept: pl.DataFrame, ways: Ways, rows: Ints) -> pl.DataFrame:
    """The table with a row for every group that keeps no option, in the order of groups."""
    empty = np.setdiff1d(np.arange(len(ways.groups)), ways.group[rows])
    noughts = {name: [0] * len(empty) for name, kind in KEPT.items() if kind == pl.Int64} | {"site": [-1] * len(empty)}
    names = {"sku": [ways.groups[one][0] for one in empty], "market": [ways.groups[one][1] for one in empty]}
    nothing = {name: [None] * len(empty) for name, kind in KEPT.items() if kind == pl.String} | names
    bare = pl.DataFrame(nothing | noughts, schema=dict(KEPT))
    return pl.concat([kept, bare]).sort("sku", "market", maintain_order=True)


def undominated(group: Ints, model: Ints, closed: Closed) -> Flags:
    """[row] True where the option earns and no other of its group and model earns as much with no more of any need."""
    earns = np.flatnonzero(closed.worth > 0)
    order = earns[np.lexsort((earns, model[earns], group[earns]))]
    key = group[order] * (int(model.max(initial=0)) + 1) + model[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    start = np.append(first, len(order)).astype(np.int64)
    needs = -np.stack([closed.cash, closed.minutes, closed.volume], axis=1)[order].astype(np.float64)
    found = np.zeros(len(group), np.bool_)
    found[order] = kernels.undominated(start, closed.worth[order].astype(np.float64), np.ascontiguousarray(needs))
    return found
