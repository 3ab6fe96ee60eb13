"""What the report shows, in the reader's words: tiles, tables and charts made from a decision."""

from collections import Counter

import numpy as np
import polars as pl

from tuoguan.app import charts
from tuoguan.app.decide import NOT_SOLD, Decision, cash_peak
from tuoguan.app.phrases import Language, component_phrase, phrase, word
from tuoguan.app.report import Figure, Grid, Part, ReportView
from tuoguan.app.report_limits import frontier_part, limits_part
from tuoguan.app.report_reasons import DETAILS_IN_PAGE, details_of, pilots_part, rule_part
from tuoguan.app.wording import (
    days_range,
    exclusions,
    money,
    money_short,
    percent,
    title_of,
    way_of,
)
from tuoguan.choose import further, name_of
from tuoguan.contracts import Evidence, explain, label
from tuoguan.foundation.days import iso
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component

ROWS_IN_PAGE = 300
ROWS_OPEN = 30


def report_view(decision: Decision, chosen: pl.DataFrame, options: pl.DataFrame, lang: Language) -> ReportView:
    """Everything on the page."""
    seller, groups = decision.opened.batch.seller, decision.evaluated.groups
    order = best_first(decision)
    sold = [group for group in order if decision.portfolio.chosen[group] != NOT_SOLD]
    left = [group for group in order if decision.portfolio.chosen[group] == NOT_SOLD]
    hidden = max(0, len(sold) - ROWS_IN_PAGE) + max(0, len(left) - ROWS_IN_PAGE)
    return ReportView(
        seller=seller.name, on=iso(decision.opened.on), horizon_days=groups.horizon_days,
        paths=decision.evaluated.scenario.paths, tiles=_tiles(decision, lang),
        choice=_choice(decision, sold[:ROWS_OPEN], lang), more=_choice(decision, sold[ROWS_OPEN:ROWS_IN_PAGE], lang),
        rest=_choice(decision, left[:ROWS_IN_PAGE], lang),
        choice_note=f"+ {hidden}: decision.xlsx, decision.parquet" if hidden > 0 else "",
        figures=_figures(decision, lang), reasons=_reasons(decision, lang),
        details_note=phrase("details_lead", lang, shown=min(len(sold), DETAILS_IN_PAGE)),
        details=details_of(decision, most_at_stake(decision), lang), parts=_parts(decision, options, lang),
        hashes=tuple(decision.hashes.items()),
    )  # fmt: skip


def most_at_stake(decision: Decision) -> list[int]:
    """Groups that are sold by expected profit, largest first, then the others by what they would lose."""
    mean = np.append(decision.evaluated.mean(), 0.0)
    worth = mean[decision.portfolio.chosen]
    order = np.lexsort((np.arange(len(worth)), -worth))
    return [int(group) for group in order if decision.portfolio.chosen[group] != NOT_SOLD]


def _reasons(decision: Decision, lang: Language) -> list[Part]:
    parts = [frontier_part(decision, lang), limits_part(decision, lang)]
    return [part for part in (*parts, pilots_part(decision, lang), rule_part(decision, lang)) if part.table.rows]


def _tiles(decision: Decision, lang: Language) -> list[tuple[str, str, str]]:
    portfolio, currency = decision.portfolio, decision.evaluated.groups.currency
    tail = round((1 - decision.opened.batch.seller.risk.level) * 100)
    sold = int((portfolio.chosen != NOT_SOLD).sum())
    undecided = sum(why.undecided for why in decision.explanations)
    today = float(decision.profit(decision.today).mean())
    return [
        (phrase("expected_profit", lang), money(portfolio.mean, currency), f"{sold} / {len(portfolio.chosen)}"),
        (phrase("worst", lang, share=tail), money(portfolio.cvar, currency), ""),
        (
            phrase("objective", lang),
            money(portfolio.objective, currency),
            f"≤ {money(portfolio.bound, currency)} · {phrase('gap', lang)} {percent(portfolio.gap, 3)}",
        ),
        (phrase("today_profit", lang), money(today, currency) if (decision.today >= 0).any() else "–", ""),
        (phrase("rule_profit", lang), money(decision.rule.mean, currency), phrase("rule_why", lang)),
        (phrase("undecided", lang), str(undecided), phrase("count", lang)),
    ]


def best_first(decision: Decision) -> list[int]:
    """Groups by expected gain, largest first; ties by name."""
    groups = decision.evaluated.groups
    gain = [float(decision.gain(group).mean()) for group in range(groups.count)]
    return sorted(range(groups.count), key=lambda g: (-gain[g], groups.sku[g], groups.market[g]))


def _choice(decision: Decision, some: list[int], lang: Language) -> Grid:
    groups = decision.evaluated.groups
    names = dict(decision.opened.batch.products.select("sku", "name").iter_rows())
    head = ("product", "market", "today", "best", "gain", "gain_range", "probability", "hours", "cash", "reason")
    rows = []
    for group in some:
        pick, why, gain = int(decision.portfolio.chosen[group]), decision.explanations[group], decision.gain(group)
        low, high = np.percentile(gain, [5, 95])
        outcomes, currency = decision.evaluated.outcomes, groups.currency
        mark = f" · {phrase('undecided', lang)}" if why.undecided else ""
        rows.append((
            f"{groups.sku[group]} {names.get(groups.sku[group], '')}", groups.market[group],
            title_of(decision, groups.today[group], lang), way_of(decision, pick, lang) + mark,
            money(float(gain.mean()), currency), f"{money_short(low, currency)} … {money_short(high, currency)}",
            percent(why.best_probability, 0),
            f"{float(outcomes.hours[pick].mean()):.1f}" if pick != NOT_SOLD else "0",
            money_short(cash_peak(decision.evaluated, pick), currency),
            why.zh if lang == "zh" else why.en,
        ))  # fmt: skip
    return Grid([phrase(key, lang) for key in head], rows, frozenset({4, 5, 6, 7, 8}))


def _figures(decision: Decision, lang: Language) -> list[Figure]:
    charts_of_money = [_distribution(decision, lang), _bridge(decision, lang), *_frontier(decision, lang)]
    return [*charts_of_money, _ways(decision, lang), *_calendars(decision, lang)]


def _distribution(decision: Decision, lang: Language) -> Figure:
    currency = decision.evaluated.groups.currency
    profit = decision.profit(decision.portfolio.chosen)
    major = [charts.major(int(value), currency) for value in profit]
    marks = {
        phrase("mean", lang): charts.major(round(decision.portfolio.mean), currency),
        phrase("worst_mark", lang): charts.major(round(decision.portfolio.cvar), currency),
    }
    svg = charts.distribution(major, title=phrase("profit_distribution", lang), axis=currency, marks=marks)
    shares = (0, 5, 25, 50, 75, 95, 100)
    rows = [(f"{share} %", money(float(np.percentile(profit, share)), currency)) for share in shares]
    return Figure(svg, Grid([phrase("probability", lang), phrase("profit", lang)], rows, frozenset({1})))


def _bridge(decision: Decision, lang: Language) -> Figure:
    currency, rows = decision.evaluated.groups.currency, decision.portfolio.chosen
    total = decision.evaluated.outcomes.component[rows[rows >= 0]].sum(axis=0)
    parts = [(component_phrase(name.value, lang), int(total[index])) for index, name in enumerate(Component)]
    parts = [(name, value) for name, value in parts if value]
    svg = charts.bridge(
        [name for name, _ in parts], [charts.major(value, currency) for _, value in parts],
        title=phrase("profit_bridge", lang), axis=currency, total=phrase("profit", lang),
    )  # fmt: skip
    table = [(name, money(value, currency)) for name, value in parts]
    table.append((phrase("profit", lang), money(int(total.sum()), currency)))
    return Figure(svg, Grid([phrase("component", lang), currency], table, frozenset({1})))


def _frontier(decision: Decision, lang: Language) -> list[Figure]:
    """Mean against the worst outcomes, one point per attitude to risk; nothing where there is only one."""
    points, currency = (
        [one for one in decision.frontier if one.limit_share == one.cash_share == 1.0],
        decision.evaluated.groups.currency,
    )
    if len(points) < 2:
        return []
    rows = [
        (f"{point.risk_weight:g}", charts.major(round(point.mean), currency), charts.major(round(point.cvar), currency))
        for point in points
    ]
    svg = charts.frontier(
        pl.DataFrame(rows, schema=["weight", "mean", "cvar"], orient="row"), title=phrase("frontier_title", lang),
        x=f"{phrase('worst_mark', lang)} ({currency})", y=f"{phrase('mean', lang)} ({currency})",
    )  # fmt: skip
    table = [
        (f"{point.risk_weight:g}", money(point.mean, currency), money(point.cvar, currency), str(point.sold))
        for point in points
    ]
    head = [phrase(key, lang) for key in ("risk_weight", "mean", "worst_mark", "count")]
    return [Figure(svg, Grid(head, table, frozenset({0, 1, 2, 3})))]


def _ways(decision: Decision, lang: Language) -> Figure:
    groups = decision.evaluated.groups
    chosen = enumerate(decision.portfolio.chosen)
    count = Counter((groups.market[group], way_of(decision, int(row), lang)) for group, row in chosen)
    rows = [(market, way, number) for (market, way), number in sorted(count.items())]
    frame = pl.DataFrame(rows, schema=["market", "way", "count"], orient="row")
    svg = charts.counts(frame, title=phrase("ways_chosen", lang), axis=phrase("count", lang))
    head = [phrase("market", lang), phrase("way", lang), phrase("count", lang)]
    return Figure(svg, Grid(head, [(market, way, str(number)) for market, way, number in rows], frozenset({2})))


def _calendars(decision: Decision, lang: Language) -> list[Figure]:
    """One chart per limit that runs over the weeks: cash, hours, the space of each site."""
    rows_by_limit: dict[str, list[int]] = {}
    for index, limit in enumerate(decision.portfolio.capacities):
        rows_by_limit.setdefault(limit.name.rsplit(" week ", 1)[0], []).append(index)
    return [_calendar(decision, name, rows, lang) for name, rows in rows_by_limit.items()]


def _calendar(decision: Decision, name: str, rows: list[int], lang: Language) -> Figure:
    portfolio, currency = decision.portfolio, decision.evaluated.groups.currency
    limit = portfolio.capacities[rows[0]]
    scale, unit = {
        "cash": (charts.major(1, currency), currency), "hours": (1.0, phrase("hours", lang)), "volume": (1e-6, "m³"),
    }[limit.kind]  # fmt: skip
    used = [float(portfolio.used[index]) * scale for index in rows]
    weeks = list(range(1, len(rows) + 1))
    title = phrase(f"{limit.kind}_used", lang) + (
        f" · {name.removeprefix('volume ')}" if limit.kind == "volume" else ""
    )
    svg = charts.capacity(weeks, used, limit.limit * scale, title=title, axis=unit, x_axis=phrase("week", lang))
    table = [(str(week), f"{use:,.1f}", f"{limit.limit * scale:,.1f}") for week, use in zip(weeks, used, strict=True)]
    return Figure(svg, Grid([phrase(key, lang) for key in ("week", "used", "limit")], table, frozenset({1, 2})))


def _parts(decision: Decision, options: pl.DataFrame, lang: Language) -> list[Part]:
    found = [_measured(decision, lang), _assumed(decision, lang), _contracts(decision, lang)]
    return [*found, _excluded(decision, lang), _data(decision, lang)]


def _measured(decision: Decision, lang: Language) -> Part:
    """Each way of selling on this seller's products: convenience, speed, fees, adaptability, control."""
    evaluated = decision.evaluated
    outcomes, options = evaluated.outcomes, evaluated.groups.options
    rows_by_contract: dict[str, list[int]] = {}
    again = further(evaluated.groups)  # other policies of ways that are counted already
    for row, option in enumerate(options):
        if len(option.listings) == 1 and not again[row]:
            rows_by_contract.setdefault(option.listings[0].contract.id, []).append(row)
    fees_of = (Component.COMMISSION, Component.PLATFORM_FEES, Component.SUBSIDY)
    fee_columns = [list(Component).index(name) for name in fees_of]
    table = []
    for name, rows in sorted(rows_by_contract.items()):
        contract = options[rows[0]].listings[0].contract
        revenue = max(1, int(outcomes.component[rows, 0].sum()))
        fees = -int(outcomes.component[rows][:, fee_columns].sum())
        owner = phrase("seller" if contract.owns(Duty.RETAIL_PRICE) else "platform", lang)
        table.append((
            title_of(decision, name, lang), contract.id.rsplit("/", 1)[-1],
            f"{float(outcomes.hours[rows].mean()):.2f}",
            f"{float(outcomes.delivery_days[rows].mean()):.1f}", percent(float(outcomes.late_rate[rows].mean()), 1),
            percent(float(outcomes.return_rate[rows].mean()), 1), percent(fees / revenue, 1),
            days_range(contract, ("price_review_days", "listing_days")), owner,
            days_range(contract, ("settlement_lag_days", "transfer_days")),
        ))  # fmt: skip
    head = (
        "way", "market", "convenience", "delivery", "late", "returns", "fees", "adaptability", "price_owner",
        "payout_days",
    )  # fmt: skip
    grid = Grid([phrase(key, lang) for key in head], table, frozenset({2, 3, 4, 5, 6}))
    return Part(phrase("advantages_title", lang), grid)


def _assumed(decision: Decision, lang: Language) -> Part:
    """Words of the options, then every assumed term of the contracts that were chosen."""
    options, chosen = decision.evaluated.groups.options, decision.portfolio.chosen
    picked = [options[int(row)] for row in chosen if row != NOT_SOLD]
    words = Counter(name for option in picked for name in option.assumed)
    rows = [("", word(name, lang), "", str(count)) for name, count in words.most_common()]
    contracts = {listing.contract.id: listing.contract for option in picked for listing in option.listings}
    for name, contract in sorted(contracts.items()):
        uses = sum(any(listing.contract.id == name for listing in option.listings) for option in picked)
        rows += [
            (title_of(decision, name, lang), term_words(term.name, lang), term.text, str(uses))
            for term in explain(contract)
            if term.evidence is Evidence.ASSUMED and term.section in ("charge", "quantity", "deadline")
        ]
    head = [phrase(key, lang) for key in ("contract", "term", "range", "products_touched")]
    return Part(phrase("assumed_title", lang), Grid(head, rows, frozenset({3})), phrase("assumed_lead", lang), True)


def term_words(name: str, lang: Language) -> str:
    """The name of a contract's term: as the reasons call it, else as the contracts do."""
    plain = name.replace("_", " ").split(" step ")[0]
    known = name_of(plain, lang)
    return known if known != plain else label(name.split(" step ", maxsplit=1)[0], lang)


def _contracts(decision: Decision, lang: Language) -> Part:
    options = decision.evaluated.groups.options
    seen = {listing.contract.id: listing.contract for option in options for listing in option.listings}
    rows = [
        (title_of(decision, name, lang), name, label(contract.state.value, lang), contract.hash)
        for name, contract in sorted(seen.items())
    ]
    head = [phrase("contract", lang), "id", phrase("state", lang), "hash"]
    return Part(phrase("contracts_title", lang), Grid(head, rows))


def _excluded(decision: Decision, lang: Language) -> Part:
    count = exclusions(decision, lang)
    rows = [(title_of(decision, name, lang), why, str(number)) for (name, why), number in sorted(count.items())]
    head = [phrase("contract", lang), phrase("reason", lang), phrase("count", lang)]
    return Part(phrase("excluded_title", lang), Grid(head, rows, frozenset({2})), "", True)


def _data(decision: Decision, lang: Language) -> Part:
    batch = decision.opened.batch
    rows = [(file.file, str(file.rows_in), str(file.rows_used), str(file.rows_listed), "") for file in batch.counts]
    rows += [(one.at, str(one.row_count), "", "", f"{one.found} → {one.fix}") for one in batch.problems]
    head = [phrase(key, lang) for key in ("file", "rows_in", "rows_used", "rows_listed", "problems")]
    return Part(phrase("data_title", lang), Grid(head, rows, frozenset({1, 2, 3})))
