"""A played cell as numbers to be kept, shown and added up.

Hides which way is compared with which. Keeps two invariants: money is whole minor units, and a row says of itself all
that a later run needs, so that it can be read instead of played again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuoguan.backtest.intervals import of_market_mean, of_sum
from tuoguan.backtest.playing import Played, Setting
from tuoguan.foundation.arrays import Floats
from tuoguan.foundation.money import to_minor

Row = dict[str, Any]
SIDES = ("all_full", "all_semi")
TARGET_RATIO = 0.5  # of the quantity regret of the best restock rule in use
TODAY = 100  # percent: fully-managed listings reach no more buyers than today's


def row_of(setting: Setting, played: Played) -> Row:
    """All there is to say of one cell, as plain values; money in minor units, ``gain`` against the better side."""
    groups, cell = setting.real.groups, played.cell
    total = {way: to_minor(float(profit.sum())) for way, profit in played.profit.items()}
    better = max(SIDES, key=lambda way: total[way])
    contract = [key.split("@")[0] for key in played.chosen["ours"]]
    return {
        "cell": cell.name, "traffic": cell.traffic, "price_cut": cell.price_cut, "elasticity": cell.elasticity,
        "cost_share": cell.cost_share, "supply_share": cell.supply_share,
        "profit_minor": total, "share": {way: round(share, 6) for way, share in played.share.items()},
        "sold": {side: played.side.count(side) for side in sorted(set(played.side) - {""})},
        "better_side": better, "gain": _gain(setting, played, "ours", better),
        "greedy_gain": _gain(setting, played, "greedy", better), "regret": regret(total),
        "markets": _markets(setting, played), "cold_minor": {way: to_minor(one) for way, one in played.cold.items()},
        "last": [[*pair, one] for *pair, one in zip(groups.sku, groups.market, contract, strict=True) if one],
    }  # fmt: skip


def _gain(setting: Setting, played: Played, way: str, better: str) -> Row:
    """The way less the better side: the sum, and per value with markets counted by value and equally."""
    real = setting.real
    gain, value = played.profit[way] - played.profit[better], real.value_minor.astype(np.float64)
    equal = of_market_mean(gain, value, real.groups.market, real.family, setting.seed)
    by_value = float(gain.sum() / max(value.sum(), 1.0))
    return {
        "sum": of_sum(gain, real.family, setting.seed).as_json(), "per_value": round(by_value, 6),
        "markets_equal": equal.as_json(),
    }  # fmt: skip


def regret(total: Mapping[str, int]) -> Row:
    """What hindsight would have brought more: by another model, and by other quantities of the models that were chosen.

    ``rules``: the quantity regret of our models restocked by each rule in use; ``best_rule`` has the least.
    """
    quantity = total["our_models"] - total["ours"]
    rules = {
        way: total["our_models"] - one
        for way, one in total.items()
        if way.startswith("rule_") and way[5:] != "of_thumb"
    }
    best = min(sorted(rules), key=lambda way: rules[way])
    return {
        "total": total["clairvoyant"] - total["ours"], "model": total["clairvoyant"] - total["our_models"],
        "quantity": quantity, "rules": rules, "best_rule": best,
        "ratio": round(quantity / rules[best], 6) if rules[best] > 0 else None,
    }  # fmt: skip


def _markets(setting: Setting, played: Played) -> dict[str, dict[str, int]]:
    """By market: what followed was worth, and what our choice and the two sides brought."""
    names = np.array(setting.real.groups.market)
    found = {}
    for market in sorted(set(names.tolist())):
        here = names == market
        ways = {way: _sum(played.profit[way], here) for way in ("ours", *SIDES)}
        found[market] = {"value": int(setting.real.value_minor[here].sum()), **ways}
    return found


def _sum(profit: Floats, here: "np.typing.NDArray[np.bool_]") -> int:
    return to_minor(float(profit[here].sum()))


def summary_of(rows: Sequence[Row]) -> Row:
    """The cells together: in how many of them we win, what regret is left, and the same of the greedy way."""
    count = len(rows)
    ratios = [row["regret"]["ratio"] for row in rows if row["regret"]["ratio"] is not None]
    ways = sorted(rows[0]["profit_minor"]) if rows else []
    means = {
        way: round(sum(row["profit_minor"][way] for row in rows) / count)
        for way in ways if all(way in row["profit_minor"] for row in rows)
    }  # fmt: skip
    return {
        "cells": count, "beats": _share(rows, "gain", "sum"),
        "beats_markets_equal": _share(rows, "gain", "markets_equal"),
        "not_behind": _share(rows, "gain", "sum", worse=True), "greedy_beats": _share(rows, "greedy_gain", "sum"),
        "greedy_beats_with_traffic": _share([row for row in rows if row["traffic"] > TODAY], "greedy_gain", "sum"),
        "ahead": round(sum(row["gain"]["sum"]["value"] > 0 for row in rows) / max(count, 1), 6),
        "mean_profit_minor": means,
        "regret_ratio_median": round(float(np.median(ratios)), 6) if ratios else None,
        "regret_ratio_within": _part(sum(ratio <= TARGET_RATIO for ratio in ratios), len(ratios)),
        "regret_total_minor": _total(rows, "total"), "regret_model_minor": _total(rows, "model"),
        "regret_quantity_minor": _total(rows, "quantity"),
    }  # fmt: skip


def _share(rows: Sequence[Row], gain: str, kind: str, *, worse: bool = False) -> float:
    """The share of cells whose interval is above nought, or with ``worse`` not below it."""
    wins = sum(row[gain][kind]["high"] >= 0 if worse else row[gain][kind]["low"] > 0 for row in rows)
    return _part(wins, len(rows))


def _part(count: int, whole: int) -> float:
    return round(float(count) / max(whole, 1), 6)


def _total(rows: Sequence[Row], name: str) -> int:
    return int(round(sum(row["regret"][name] for row in rows) / max(len(rows), 1)))
