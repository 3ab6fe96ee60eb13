"""An explanation and a plan as lines of text for a terminal, at most 100 columns wide."""

from collections.abc import Iterator

import polars as pl

from tuoguan.app.decide import NOT_SOLD
from tuoguan.app.explain import Explained, Side
from tuoguan.app.phrases import Language, component_phrase, phrase, word
from tuoguan.app.wording import money, money_short, percent, price
from tuoguan.choose import Flip, titles
from tuoguan.cli.output import WIDTH, table
from tuoguan.foundation.days import iso
from tuoguan.foundation.money import format_minor, to_minor
from tuoguan.foundation.text import wrapped
from tuoguan.plan import Plan

SIDE_WIDTHS = (28, 8, 6, 15, 6, 7, 6, 5, 5, 5)
PLAN_ROWS = 15
FLIP_HEADS = {
    "en": ("What would turn the answer", "now", "turns at", "loses when"),
    "zh": ("什么会改变答案", "现值", "临界值", "失去优势的方向"),
}


def explanation_lines(explained: Explained, lang: Language) -> list[str]:
    """Options side by side, the reason, the bridge to the runner-up, thresholds, assumptions and exclusions."""
    groups = explained.evaluated.groups
    decided = f"{phrase('decided_on', lang)} {iso(explained.opened.on)}"
    head = " · ".join((groups.sku[0], groups.market[0], groups.currency, decided))
    lines = [head, "", *_sides(explained, lang), "", explained.why.zh if lang == "zh" else explained.why.en, ""]
    lines += [*_bridge(explained, lang), *_beside(explained, lang), *_turns(explained, lang)]
    lines += [*_floor(explained, lang), *_rule(explained, lang)]
    lines += [*_assumed(explained, lang), *_excluded(explained, lang)]
    return [part for line in lines for part in wrapped(line, WIDTH)]


def _sides(explained: Explained, lang: Language) -> list[str]:
    currency = explained.evaluated.groups.currency
    keys = ("way", "profit", "gain_range", "hours", "cash", "delivery", "late", "returns", "probability")
    heads = [phrase(key, lang) for key in keys[:-1]] + ["fill" if lang == "en" else "满足"]
    heads.insert(2, "±")  # the standard error of the mean profit
    return table([_side(side, currency) for side in explained.sides], heads, SIDE_WIDTHS, " >>>>>>>>>")


def _side(side: Side, currency: str) -> tuple[str, ...]:
    return (
        side.key, money_short(side.mean_minor, currency), money_short(side.mean_error_minor, currency),
        f"{money_short(side.p05_minor, currency)}…{money_short(side.p95_minor, currency)}",
        f"{side.hours_per_week:.1f}", money_short(side.cash_peak_minor, currency), f"{side.delivery_days:.1f}",
        percent(side.late_rate, 0), percent(side.return_rate, 0), percent(side.fill_rate, 0),
    )  # fmt: skip


def _bridge(explained: Explained, lang: Language) -> Iterator[str]:
    """The difference to the runner-up by component, on the same luck."""
    why, currency = explained.why, explained.evaluated.groups.currency
    if why.pick == NOT_SOLD:
        return
    options = explained.evaluated.groups.options
    other = options[why.runner_up].key if why.runner_up != NOT_SOLD else phrase("do_not_sell", lang)
    yield f"{options[why.pick].key} − {other}: {money(why.gain, currency)}"
    for component, minor in why.bridge:
        if minor:
            yield f"  {component_phrase(component.value, lang)}: {money(minor, currency)}"
    yield ""


def _beside(explained: Explained, lang: Language) -> Iterator[str]:
    """What speaks for the pick and against it beside every other way."""
    yield f"{phrase('beside', lang)}:"
    for row in range(len(explained.beside.other)):
        yield f"  {explained.sentence(row, lang)}"
    yield ""


def _rule(explained: Explained, lang: Language) -> Iterator[str]:
    """The rule of thumb beside the pick, for this product alone."""
    why, groups = explained.why, explained.evaluated.groups
    if why.rule_pick == why.pick:
        yield phrase("rule_same", lang)
    else:
        option = groups.options[why.rule_pick] if why.rule_pick != NOT_SOLD else None
        gap = money(abs(why.rule_gain), groups.currency)
        words = phrase("rule_less" if why.rule_gain >= 0 else "rule_more", lang, money=gap)
        yield phrase("rule_line", lang, way=titles(option, lang) or phrase("not_selling", lang), difference=words)
    yield ""


def _turns(explained: Explained, lang: Language) -> list[str]:
    currency = explained.evaluated.groups.currency
    rows = [_turn(flip, currency, lang) for flip in explained.why.flips]
    return [*table(rows, FLIP_HEADS[lang], (40, 16, 16, 24)), ""] if rows else []


def _turn(flip: Flip, currency: str, lang: Language) -> tuple[str, str, str, str]:
    at = "–" if flip.at is None else _measure(flip.at, flip.unit, currency, lang)
    return word(flip.term, lang), _measure(flip.now, flip.unit, currency, lang), at, word(flip.loses, lang)


def _measure(value: float, unit: str, currency: str, lang: Language) -> str:
    """A threshold in its unit; money in major units, shares in percent."""
    if unit == "minor":
        return f"{format_minor(to_minor(value), currency)} {currency}"
    return percent(value, 1) if unit == "share" else f"{value:,.4g} {word(unit, lang)}"


def _floor(explained: Explained, lang: Language) -> Iterator[str]:
    floor, currency = explained.why.lowest_supply_minor, explained.evaluated.groups.currency
    if floor is not None:
        words = "核价时可接受的最低供货价" if lang == "zh" else "Lowest supply price worth accepting in a price review"
        yield f"{words}: {format_minor(floor, currency)} {currency}"
        for one in explained.answers:
            say = phrase(one.answer, lang, price=price(one.offer_minor, currency), chance=percent(one.chance, 0))
            yield f"  {phrase('review_asks', lang)} {price(one.ask_minor, currency)}: {say}"
        yield ""


def _assumed(explained: Explained, lang: Language) -> Iterator[str]:
    words = dict.fromkeys(word(name, lang) for side in explained.sides for name in side.assumed)
    if words:
        yield f"{phrase('assumed_title', lang)}: {', '.join(words)}"


def _excluded(explained: Explained, lang: Language) -> Iterator[str]:
    if explained.excluded:
        yield f"{phrase('excluded_title', lang)}:"
    for contract, en, zh in explained.excluded:
        yield f"  {contract}: {zh if lang == 'zh' else en}"


def plan_lines(planned: Plan, lang: Language) -> list[str]:
    """The next purchases, the cash calendar's tightest weeks, and how the plan was made."""
    purchases = planned.purchases.sort("order_on", "sku")
    heads = ("order on", "ready on", "SKU", "market", "place", "units") if lang == "en" else (
        "下单日", "备好日", "SKU", "市场", "地点", "数量")  # fmt: skip
    first = purchases.select("order_on", "ready_on", "sku", "market", "place", "units").head(PLAN_ROWS)
    rows = [tuple(str(value) for value in row) for row in first.iter_rows()]
    lines = table(rows, heads, (10, 10, 20, 6, 36, 8), "     >")
    tight = planned.cash.sort("room_minor").head(3).select(pl.col("starts_on").cast(pl.String), "room_minor")
    words = "现金最紧的几周（剩余）" if lang == "zh" else "Tightest weeks of cash (room left)"
    counts = (purchases.height, planned.shipments.height, planned.quotes.height)
    lines += ["", f"{' / '.join(map(str, counts))}: purchases, shipments, quotes"]
    lines += [
        f"{words}: " + ", ".join(f"{day} {money(room, planned.currency)}" for day, room in tight.iter_rows()),
        *planned.notes,
    ]
    return [part for line in lines for part in wrapped(line, WIDTH)]
