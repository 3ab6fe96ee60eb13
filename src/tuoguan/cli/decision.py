"""A decision, an explanation and a plan as lines of text for a terminal, at most 100 columns wide."""

import numpy as np

from tuoguan.app.decide import NOT_SOLD, Decision, cash_peak
from tuoguan.app.phrases import Language, phrase
from tuoguan.app.report_limits import limit_words, series_of, unit_words
from tuoguan.app.report_reasons import how_words, unknown_words
from tuoguan.app.report_view import best_first
from tuoguan.app.wording import money, money_short, percent, way_short
from tuoguan.choose import cost_words
from tuoguan.cli.output import WIDTH, table
from tuoguan.foundation.days import iso
from tuoguan.foundation.text import wrapped

ROWS_SHOWN = 25
PILOTS_SHOWN = 3
WIDTHS = (13, 6, 10, 24, 7, 14, 6, 5, 6)


def decision_lines(decision: Decision, lang: Language) -> list[str]:
    """The table of the best rows, each with its one reason below, then the answer as a whole."""
    order = best_first(decision)
    sold = [group for group in order if decision.portfolio.chosen[group] != NOT_SOLD]
    keys = ("product", "market", "today", "best", "gain", "gain_range", "probability", "hours", "cash")
    shown = (sold or order)[:ROWS_SHOWN]
    rows, heads = [_row(decision, group, lang) for group in shown], [phrase(key, lang) for key in keys]
    lines = table(rows, heads, WIDTHS, "    >>>>>")
    body = [lines[0], lines[1]]
    for line, group in zip(lines[2:], shown, strict=True):
        why = decision.explanations[group]
        body += [line, *wrapped(why.zh if lang == "zh" else why.en, WIDTH, "  ")]
    return [*body, "", *_rest(decision, len(shown), lang), *_whole(decision, lang), *_worth(decision, lang)]


def _row(decision: Decision, group: int, lang: Language) -> tuple[str, ...]:
    groups, outcomes = decision.evaluated.groups, decision.evaluated.outcomes
    pick, why, gain = int(decision.portfolio.chosen[group]), decision.explanations[group], decision.gain(group)
    low, high = np.percentile(gain, [5, 95])
    sold = pick != NOT_SOLD
    return (
        groups.sku[group], groups.market[group], groups.today[group].rsplit("/", 1)[0] or phrase("elsewhere", lang),
        way_short(decision, pick, lang) + (" ?" if why.undecided else ""),
        money_short(float(gain.mean()), groups.currency),
        f"{money_short(low, groups.currency)}…{money_short(high, groups.currency)}", percent(why.best_probability, 0),
        f"{float(outcomes.hours[pick].mean()):.1f}" if sold else "0",
        money_short(cash_peak(decision.evaluated, pick), groups.currency),
    )  # fmt: skip


def _rest(decision: Decision, shown: int, lang: Language) -> list[str]:
    chosen = decision.portfolio.chosen
    sold = int((chosen != NOT_SOLD).sum())
    undecided = sum(why.undecided for why in decision.explanations)
    if lang == "zh":
        return [
            f"共 {len(chosen)} 个产品×市场：卖 {sold}，不卖 {len(chosen) - sold}；“?” 表示未定（{undecided} 个）。"
            f"此处列出 {shown} 个，其余见 decision.xlsx。"
        ]
    return [
        f"{len(chosen)} products x markets: {sold} to sell, {len(chosen) - sold} not; "
        f"'?' marks {undecided} that the unknowns decide.",
        f"{shown} are shown; decision.xlsx and report.html hold the rest.",
    ]


def _whole(decision: Decision, lang: Language) -> list[str]:
    portfolio, currency = decision.portfolio, decision.evaluated.groups.currency
    tail = round((1 - decision.opened.batch.seller.risk.level) * 100)
    today = float(decision.profit(decision.today).mean())
    pairs = [
        ("expected_profit", money(portfolio.mean, currency)),
        ("objective", f"{money(portfolio.objective, currency)}"),
        ("bound", f"{money(portfolio.bound, currency)} ({phrase('gap', lang)} {percent(portfolio.gap, 3)})"),
        ("today_profit", money(today, currency) if (decision.today >= 0).any() else "–"),
        ("rule_profit", f"{money(decision.rule.mean, currency)} ({phrase('rule_why', lang)})"),
        ("difference", money(portfolio.mean - decision.rule.mean, currency)),
    ]
    worst = f"{phrase('worst', lang, share=tail)}: {money(portfolio.cvar, currency)}"
    horizon = f"{decision.evaluated.groups.horizon_days} {phrase('days', lang)}"
    head = f"{phrase('decided_on', lang)} {iso(decision.opened.on)}, {horizon}"
    return [head, *(f"{phrase(key, lang)}: {value}" for key, value in pairs), worst]


def _worth(decision: Decision, lang: Language) -> list[str]:
    """What one more unit of each binding limit is worth, what the limit costs, and what to find out first."""
    currency = decision.evaluated.groups.currency
    lines = [
        f"{phrase('unit_word', lang)} {unit_words(one, currency, lang)} ({limit_words(one, lang)}): "
        f"{money(one.worth_all, currency)}"
        for one in series_of(decision)
        if one.worth_all
    ]
    lines += list(cost_words(decision.costs, currency, lang))
    lines += [
        f"{phrase('evsi', lang)}: {unknown_words(decision, one, lang)}, {how_words(one, lang)} "
        f"({one.sku} {one.market}): {money(one.net, currency)}"
        for one in decision.reasons.pilots[:PILOTS_SHOWN]
    ]
    return [part for line in lines for part in wrapped(line, WIDTH)]
