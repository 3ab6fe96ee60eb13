"""The decision as tables: what was chosen, one row per listing, and every option that was evaluated."""

import math

import numpy as np
import polars as pl

from tuoguan.app.decide import NOT_SOLD, Decision, cash_peak
from tuoguan.app.decision_product import ALTERNATIVE_COLUMNS
from tuoguan.choose import PLAYED, TERMS, UNITS, Quantity
from tuoguan.foundation.arrays import Ints
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component, Option, Policy, PolicyKind


def chosen_table(decision: Decision) -> pl.DataFrame:
    """One row per product x market x chosen listing; a product that is not sold has one row without a contract."""
    rows: list[dict[str, object]] = []
    groups = decision.evaluated.groups
    names = dict(decision.opened.batch.products.select("sku", "name").iter_rows())
    for group in range(groups.count):
        pick = int(decision.portfolio.chosen[group])
        common = _group_columns(decision, group, names)
        option = groups.options[pick] if pick != NOT_SOLD else None
        listings = option.listings if option else ()
        rows += [common | _listing_columns(option, index) for index in range(len(listings))] if option else [common]
    return pl.DataFrame(rows, schema=CHOSEN, orient="row")


def _group_columns(decision: Decision, group: int, names: dict[str, str]) -> dict[str, object]:
    groups, why = decision.evaluated.groups, decision.explanations[group]
    pick, gain = int(decision.portfolio.chosen[group]), decision.gain(group)
    outcomes = decision.evaluated.outcomes
    low, high = np.percentile(gain, [5, 95]) if gain.size else (0.0, 0.0)
    other = groups.options[why.runner_up].key if why.runner_up != NOT_SOLD else "do_not_sell"
    return {
        "sku": groups.sku[group], "name": names.get(groups.sku[group], ""), "market": groups.market[group],
        "decision": "sell" if pick != NOT_SOLD else "do_not_sell", "today": groups.today[group],
        "profit_minor": round(float(outcomes.profit[pick].mean())) if pick != NOT_SOLD else 0,
        "gain_minor": round(float(gain.mean())), "gain_p05_minor": round(low), "gain_p95_minor": round(high),
        "best_probability": why.best_probability, "undecided": why.undecided, "runner_up": other,
        "hours_per_week": float(outcomes.hours[pick].mean()) if pick != NOT_SOLD else 0.0,
        "cash_peak_minor": cash_peak(decision.evaluated, pick),
        "reason_en": why.en, "reason_zh": why.zh, "rule_of_thumb": why.rule_of_thumb, "follows_rule": why.follows_rule,
        **_rule_columns(decision, group), **_turn_columns(decision, group), **_review_columns(decision, group),
        "currency": groups.currency,
    }  # fmt: skip


def _rule_columns(decision: Decision, group: int) -> dict[str, object]:
    """What the portfolio that follows the rule of thumb does with the group, and the pick's profit less its."""
    rule, pick = int(decision.rule.chosen[group]), int(decision.portfolio.chosen[group])
    mean = decision.evaluated.mean()
    worth = [float(mean[row]) if row != NOT_SOLD else 0.0 for row in (pick, rule)]
    key = decision.evaluated.groups.options[rule].key if rule != NOT_SOLD else "do_not_sell"
    return {"rule_option": key, "rule_gain_minor": round(worth[0] - worth[1])}


def _turn_columns(decision: Decision, group: int) -> dict[str, object]:
    """Today's values and thresholds by term; None where the answer does not turn or nothing was computed."""
    found = decision.reasons.thresholds
    values: dict[str, object] = {}
    for column, (term, unit) in enumerate(zip(TERMS, UNITS, strict=True)):
        for lead, known in (("turns", found.at), ("now", found.now)):
            at = float(known[group, column])
            name = f"{lead}_{term.replace(' ', '_')}"
            shown = None if not math.isfinite(at) else round(at) if unit == "minor" else at
            values[f"{name}_minor" if unit == "minor" else name] = shown
    some = [term for column, term in enumerate(TERMS) if math.isfinite(found.at[group, column])]
    above = [term for term in some if found.loses_above[group, TERMS.index(term)]]
    played = bool((found.how[group] == PLAYED).any())
    return values | {"turns_above": "; ".join(above), "turns_played": played}


def _review_columns(decision: Decision, group: int) -> dict[str, object]:
    """What to say in a price review; None where there is none."""
    offers = decision.reasons.offers
    names = {
        "floor_minor": offers.floor, "quote_minor": offers.counter, "quote_low_minor": offers.counter_low,
        "quote_high_minor": offers.counter_high, "quote_worth_minor": offers.worth,
    }  # fmt: skip
    told = {name: float(values[group]) for name, values in names.items()}
    found: dict[str, object] = {name: round(value) if math.isfinite(value) else None for name, value in told.items()}
    chance = float(offers.chance[group])
    return found | {"quote_chance": chance if math.isfinite(chance) else None}


def _listing_columns(option: Option, index: int) -> dict[str, object]:
    listing = option.listings[index]
    place = option.places[listing.place]
    platform, model, _ = listing.contract.id.split("/")
    policy = place.policy
    return {
        "listing": index, "contract": listing.contract.id, "platform": platform, "model": model,
        "contract_hash": listing.contract.hash, "place": place.id, "lane": place.lane.id,
        "policy": policy.kind.value, "order_up_to": policy.order_up_to, "reorder_point": policy.reorder_point,
        "order_cap": policy.order_cap, "fast_order_up_to": policy.fast_order_up_to,
        "follows_season": policy.follows_season,
        "fast_lane": place.fast_lane.id if place.fast_lane else "", "review_days": policy.review_days,
        "retail_price_minor": listing.retail_price.value,
        "supply_price_minor": supply_price(
            listing.retail_price.value, listing.spread.value, listing.supply_price_minor),
        "live_after_days": listing.live_after_days.value,
    }  # fmt: skip


def supply_price(retail_minor: int, spread_ppm: int, quoted_minor: int) -> int:
    """What the seller receives per unit at the middle of the ranges, minor units."""
    return quoted_minor if quoted_minor >= 0 else retail_minor * (1_000_000 - spread_ppm) // 1_000_000


CHOSEN = {
    "sku": pl.String, "name": pl.String, "market": pl.String, "decision": pl.String, "today": pl.String,
    "listing": pl.Int64, "contract": pl.String, "platform": pl.String, "model": pl.String, "contract_hash": pl.String,
    "place": pl.String, "lane": pl.String, "policy": pl.String, "order_up_to": pl.Int64,
    "reorder_point": pl.Int64, "order_cap": pl.Int64, "fast_order_up_to": pl.Int64, "follows_season": pl.Boolean,
    "fast_lane": pl.String, "review_days": pl.Int64,
    "retail_price_minor": pl.Int64, "supply_price_minor": pl.Int64, "live_after_days": pl.Int64,
    "profit_minor": pl.Int64, "gain_minor": pl.Int64, "gain_p05_minor": pl.Int64, "gain_p95_minor": pl.Int64,
    "best_probability": pl.Float64, "undecided": pl.Boolean, "runner_up": pl.String, "hours_per_week": pl.Float64,
    "cash_peak_minor": pl.Int64, "reason_en": pl.String, "reason_zh": pl.String, "rule_of_thumb": pl.String,
    "follows_rule": pl.Boolean, "rule_option": pl.String, "rule_gain_minor": pl.Int64,
    "turns_commission": pl.Float64, "turns_visibility": pl.Float64, "turns_retail_price_minor": pl.Int64,
    "turns_supply_price_minor": pl.Int64, "turns_unit_cost_minor": pl.Int64, "turns_freight": pl.Float64,
    "turns_duty": pl.Float64, "turns_minutes_per_order": pl.Float64, "turns_return_rate": pl.Float64,
    "now_commission": pl.Float64, "now_visibility": pl.Float64, "now_retail_price_minor": pl.Int64,
    "now_supply_price_minor": pl.Int64, "now_unit_cost_minor": pl.Int64, "now_freight": pl.Float64,
    "now_duty": pl.Float64, "now_minutes_per_order": pl.Float64, "now_return_rate": pl.Float64,
    "turns_above": pl.String, "turns_played": pl.Boolean, "floor_minor": pl.Int64, "quote_minor": pl.Int64,
    "quote_low_minor": pl.Int64, "quote_high_minor": pl.Int64, "quote_worth_minor": pl.Int64,
    "quote_chance": pl.Float64, "currency": pl.String,
}  # fmt: skip


def alternatives_table(decision: Decision) -> pl.DataFrame:
    """The pick beside every alternative: one row each, the differences of all quantities, and which of them matter."""
    groups, found = decision.evaluated.groups, decision.reasons.comparisons
    gap, verdict = found.difference(), found.verdict()
    keys = [*(option.key for option in groups.options), "do_not_sell"]
    names = np.array([quantity.value for quantity in Quantity])
    columns: dict[str, object] = {
        "sku": [groups.sku[group] for group in found.group], "market": [groups.market[group] for group in found.group],
        "option": [keys[row] for row in found.pick], "alternative": [keys[row] for row in found.other],
        "better": ["; ".join(names[row > 0]) for row in verdict],
        "worse": ["; ".join(names[row < 0]) for row in verdict],
    }  # fmt: skip
    for column, quantity in enumerate(Quantity):
        name = ALTERNATIVE_COLUMNS.get(quantity, quantity.value)
        values = pl.Series(name, gap[:, column]).fill_nan(None)
        columns[name] = values.round().cast(pl.Int64) if name.endswith("_minor") else values
    columns["reach_other"] = pl.Series(found.other_values[:, list(Quantity).index(Quantity.REACH)]).fill_nan(None)
    columns["hours_duty"] = _busiest(decision, found.pick, found.other)
    error = pl.Series(found.error[:, 0]).fill_nan(None)
    columns["profit_error_minor"] = error.replace([np.inf], [None]).round().cast(pl.Int64)
    return pl.DataFrame(columns).with_columns(currency=pl.lit(groups.currency))


def _busiest(decision: Decision, pick: Ints, other: Ints) -> list[str]:
    """[row] the duty behind at least half of the difference in hours, "" where there is none."""
    outcomes = decision.evaluated.outcomes
    table = np.vstack([outcomes.hours_by_duty, np.zeros(outcomes.hours_by_duty.shape[1])])
    weekly = np.append(outcomes.hours.mean(axis=1), 0.0)
    apart, gap = table[pick] - table[other], weekly[pick] - weekly[other]
    at = np.abs(apart).argmax(axis=1)
    most = np.take_along_axis(apart, at[:, None], axis=1)[:, 0] / max(outcomes.hours.shape[1], 1)
    told = (most * gap > 0) & (np.abs(most) >= 0.5 * np.abs(gap))
    names = [duty.value for duty in Duty]
    return [names[duty] if is_told else "" for duty, is_told in zip(at.tolist(), told.tolist(), strict=True)]


def options_table(decision: Decision) -> pl.DataFrame:
    """Every option evaluated, one row each, with the distribution of its profit and the bridge by component."""
    evaluated, outcomes = decision.evaluated, decision.evaluated.outcomes
    options = evaluated.groups.options
    level = decision.opened.batch.seller.risk.level
    tail = max(1, round((1.0 - level) * evaluated.scenario.paths))
    ordered = np.sort(outcomes.profit, axis=1)
    p05, p50, p95 = np.percentile(ordered, [5, 50, 95], axis=1)
    picked = np.zeros(len(options), dtype=np.bool_)
    picked[decision.portfolio.chosen[decision.portfolio.chosen >= 0]] = True
    money = {
        "mean": ordered.mean(axis=1), "mean_error": evaluated.error(),
        "p05": p05, "p50": p50, "p95": p95, "cvar": ordered[:, :tail].mean(axis=1),
        "cash_peak": np.maximum(0, -outcomes.cash_low.min(axis=1)),
    }  # fmt: skip
    frame = pl.DataFrame({
        "sku": [option.sku for option in options], "market": [option.market for option in options],
        "option": [option.key for option in options],
        "contracts": [" + ".join(listing.contract.id for listing in option.listings) for option in options],
        "chosen": picked, "policy": [_policy_text(option) for option in options],
        **{f"{name}_minor": np.rint(values).astype(np.int64) for name, values in money.items()},
        "hours": outcomes.hours.sum(axis=1), "volume_cm3": outcomes.volume_cm3.max(axis=1),
        "units_sold": outcomes.units_sold, "units_ordered": outcomes.units_ordered, "fill_rate": outcomes.fill_rate,
        "delivery_days": outcomes.delivery_days, "late_rate": outcomes.late_rate, "return_rate": outcomes.return_rate,
        **{f"{name.value}_minor": outcomes.component[:, index] for index, name in enumerate(Component)},
        "assumed": ["; ".join(option.assumed) for option in options],
    })  # fmt: skip
    return frame.with_columns(currency=pl.lit(evaluated.groups.currency))


def _policy_text(option: Option) -> str:
    """The stock policy of every place, such as ``base_stock 120 every 7 d`` or ``reorder 30 to 120 every 7 d``."""
    return " + ".join(_one_policy_text(place.policy) for place in option.places)


def _one_policy_text(policy: Policy) -> str:
    if policy.kind is PolicyKind.JIT:
        return policy.kind.value
    point = f"{policy.reorder_point} to " if policy.kind in (PolicyKind.REORDER, PolicyKind.CAPPED_REORDER) else ""
    level = f" {point}{policy.order_up_to}" if policy.order_up_to else ""
    cap = f" at most {policy.order_cap}" if policy.order_cap else ""
    fast = f" fast {policy.fast_order_up_to}" if policy.fast_order_up_to else ""
    season = " with the season" if policy.follows_season else ""
    once = "" if policy.kind is PolicyKind.NEWSVENDOR else f" every {policy.review_days} d"
    return f"{policy.kind.value}{level}{cap}{fast}{season}{once}"
