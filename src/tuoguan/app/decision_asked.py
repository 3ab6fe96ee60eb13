"""What the kept study of a decision answers: other limits and terms, money by future, stock and demand of a product.

Meant to run in a process that keeps the study loaded (`decision_worker`). Hides what must be opened for which question.
Keeps the invariant that answers are plain values, made of the study as it was kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tuoguan.app.decision_words import way_of_key
from tuoguan.app.study_kept import FILE, Kept, load_study
from tuoguan.app.whatif import WhatIf, answered
from tuoguan.app.whatif_asked import Asked
from tuoguan.app.whatif_told import whatif_json
from tuoguan.app.workspace import Opened, open_workspace
from tuoguan.choose import contents, enumerate_options, options_again, price_words
from tuoguan.foundation.arrays import Floats
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import input_hash
from tuoguan.simulate import Option, Record, run

MOVES_TOLD = 300
SHARES = (5, 25, 50, 75, 95)
HISTORY_WEEKS = 52


@lru_cache(maxsize=1)
def _kept(path: Path, stamp: tuple[int, int]) -> Kept:
    return load_study(path)


def kept_at(folder: Path) -> Kept:
    """The study beside the outputs in ``folder``, loaded once for each state of its file."""
    path = folder / FILE
    told = path.stat() if path.is_file() else None
    return _kept(path, (told.st_mtime_ns, told.st_size)) if told else load_study(path)


def what_if(workspace: Path, folder: Path, asked: Asked) -> dict[str, Any]:
    """The choice again, as `whatif_json`, with what moves cut to the largest and counted by way."""
    kept = kept_at(folder)
    try:
        found = answered(kept, asked)
    except Refused as refused:
        if {one.code for one in refused.problems} != {"no_workspace"}:
            raise
        found = answered(kept, asked, workspace=workspace)  # something must be played or read again
    told = whatif_json(found)
    moved = told["moved"]
    return told | {
        "moved": moved[:MOVES_TOLD], "moved_count": len(moved), "groups": len(found.new.chosen),
        "flows": _flows(moved), "settings": _settings(found),
        "worth": [list(price_words(found.new, found.study.currency, language)) for language in ("en", "zh")],
    }  # fmt: skip


def _flows(moved: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many products x markets go from which way to which, the most first."""
    count: dict[tuple[str, str], list[int]] = {}
    for one in moved:
        told = count.setdefault((way_of_key(one["from"]), way_of_key(one["to"])), [0, 0])
        told[0] += 1
        told[1] += one["after_minor"] - (one["kept_minor"] or 0)
    ordered = sorted(count.items(), key=lambda item: (-item[1][0], item[0]))
    return [{"from": ways[0], "to": ways[1], "count": told[0], "gain_minor": told[1]} for ways, told in ordered]


def _settings(found: WhatIf) -> dict[str, Any]:
    """Limits and attitude to risk, before and after, as seller.toml says them."""
    told = {}
    for name, seller in (("before", found.kept.seller), ("after", found.seller)):
        told[name] = {
            "cash": seller.limits.cash, "hours_per_week": seller.limits.hours_per_week,
            "risk_weight": seller.risk.weight, "risk_level": seller.risk.level,
            "sites": {site.id: site.volume_cbm for site in seller.sites},
        }  # fmt: skip
    return told


def ready(workspace: Path, folder: Path) -> dict[str, Any]:
    """Loads the study and what chooses, so that the first question need not wait for them."""
    return {"moved": len(answered(kept_at(folder), Asked()).moved)}


def futures(workspace: Path, folder: Path) -> dict[str, Any]:
    """Profit of the whole choice in every future, minor units."""
    kept = kept_at(folder)
    rows = kept.portfolio.chosen
    return {"profit_minor": kept.study.profit[rows[rows >= 0]].sum(axis=0).tolist()}


def spread(workspace: Path, folder: Path, sku: str, market: str) -> dict[str, Any]:
    """Profit of every option of the product in every future, minor units, by the option's key."""
    kept = kept_at(folder)
    rows = _rows(kept, sku, market)
    return {"options": {kept.study.key[row]: kept.study.profit[row].tolist() for row in rows}}


def _rows(kept: Kept, sku: str, market: str) -> range:
    group = next((g for g, name in enumerate(kept.study.sku) if name == sku and kept.study.market[g] == market), None)
    if group is None:
        fix = "choose one from the list"
        raise Refused([Problem("product", f"{sku} {market}", "a product and market of the decision", fix, "no_page")])
    return range(int(kept.study.first[group]), int(kept.study.first[group + 1]))


def goods(workspace: Path, folder: Path, sku: str, market: str) -> dict[str, Any]:
    """Stock by day and place and demand by week of the chosen option, played again on the decision's own luck.

    ``same`` is False where files, contracts or the product itself are no longer those of the decision.
    """
    kept = kept_at(folder)
    return _goods(_Study(kept), workspace, input_hash(workspace), sku, market)


@dataclass(frozen=True, slots=True)
class _Study:
    """A study as the key of what was worked out of it: two are equal when they are one."""

    kept: Kept = field(hash=False, compare=False)
    id: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", id(self.kept))


@lru_cache(maxsize=16)
def _goods(study: _Study, workspace: Path, inputs: str, sku: str, market: str) -> dict[str, Any]:
    kept = study.kept
    rows = _rows(kept, sku, market)
    opened = _opened(workspace, kept.study.start_on, inputs)
    told = _demand(opened, kept, sku, market)
    chosen = set(kept.portfolio.chosen.tolist())
    row = next((one for one in rows if one in chosen), None)
    if row is None:
        return told | {"places": []}
    option = _again(kept, opened, sku, market, row)
    outcomes = run(replace(kept.scenario, options=(option,)), opened.demand, threads=1, record=Record.DAILY)
    assert outcomes.daily is not None
    same = bool(contents([option], opened.demand, kept.scenario)[0] == kept.recipe.content[row])
    on_hand = outcomes.daily.on_hand[0].astype(np.float64)
    return told | {
        "option": kept.study.key[row], "same": same,
        "days": [iso(kept.study.start_on + day) for day in range(on_hand.shape[2])],
        "places": [
            {"place": place.id, "bands": _bands(on_hand[:, number, :])} for number, place in enumerate(option.places)
        ],
    }  # fmt: skip


def _bands(values: Floats) -> list[list[float]]:
    """[share, day] the quantiles of values [path, day]."""
    return [[round(float(value), 1) for value in row] for row in np.percentile(values, SHARES, axis=0)]


@lru_cache(maxsize=1)
def _opened(workspace: Path, on: Day, inputs: str) -> Opened:
    return open_workspace(workspace, on)


def _again(kept: Kept, opened: Opened, sku: str, market: str, row: int) -> Option:
    """The option of the row with the policy that was found."""
    products = opened.batch.products.filter(pl.col("sku") == sku)
    batch = replace(opened.batch, products=products)
    groups = enumerate_options(batch, opened.library, opened.demand, on=opened.on, fx=opened.fx).only(sku, market)
    found = options_again(groups, kept.study, kept.recipe, [row])[0]
    if found is None:
        fix = "decide again"
        raise Refused([Problem("product", "an option that is no longer open", "the chosen one", fix, "other_state")])
    return found


def _demand(opened: Opened, kept: Kept, sku: str, market: str) -> dict[str, Any]:
    """Units sold by week of the history, and what is expected by week: its quantiles over what may happen."""
    return {"history": _history(opened, sku, market), "forecast": _forecast(opened, kept, sku, market)}


def _history(opened: Opened, sku: str, market: str) -> list[dict[str, Any]]:
    """Weeks end on the last day of the history."""
    own = opened.batch.panel.filter(pl.col("sku") == sku, pl.col("market") == market)
    last = opened.batch.last_day
    if own.is_empty():
        return []
    back = ((pl.lit(last) - pl.col("day").cast(pl.Int32)) // 7).alias("back")
    units = own.group_by(back).agg(units=pl.col("units").sum())
    by_back = dict(units.iter_rows())
    weeks = min(HISTORY_WEEKS, max(by_back, default=0) + 1)
    return [{"week": iso(last - 7 * back - 6), "units": int(by_back.get(back, 0))} for back in reversed(range(weeks))]


def _forecast(opened: Opened, kept: Kept, sku: str, market: str) -> list[dict[str, Any]]:
    """A level drawn from what is known of it, counts around it (negative binomial); fixed luck, drawn 4,000 times."""
    demand = opened.demand
    series = next(
        (row for row, name in enumerate(demand.sku) if name == sku and demand.market[row] == market), None
    )  # fmt: skip
    if series is None:
        return []
    season = demand.season[demand.profile[series]][: kept.study.horizon_days]
    weekly = np.add.reduceat(season, np.arange(0, len(season), 7)) * demand.level_mean[series]
    luck = np.random.default_rng(1)
    shape, spread = max(float(demand.level_shape[series]), 1e-6), float(demand.dispersion[series])
    mean = luck.gamma(shape, 1.0 / shape, (4_000, 1)) * weekly
    if spread > 1.0:
        mean = luck.gamma(np.maximum(mean / (spread - 1.0), 1e-9), spread - 1.0)
    units = luck.poisson(mean)
    return [
        {"week": iso(kept.study.start_on + 7 * week), "mean": round(float(weekly[week]), 2),
         "bands": [float(value) for value in np.percentile(units[:, week], SHARES)]}
        for week in range(len(weekly))
    ]  # fmt: skip


ANSWERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "what_if": what_if, "ready": ready, "futures": futures, "spread": spread, "goods": goods,
}  # fmt: skip
