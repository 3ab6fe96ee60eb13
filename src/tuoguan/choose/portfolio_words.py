"""Limits in plain sentences, English and Chinese: what one more unit is worth, what a limit costs, what clashes.

Hides grammar and the units people speak in. Keeps the invariant that every kind of limit has its words here: a kind
without words would fail a test, not a person.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tuoguan.choose.portfolio_limits import CM3_PER_CBM
from tuoguan.choose.problem import Capacity, Clash, Portfolio
from tuoguan.choose.problem_family import Family, family_of
from tuoguan.foundation.money import format_minor, parse_minor, to_minor

if TYPE_CHECKING:
    from tuoguan.choose.portfolio_costs import LimitCost

DUTY_ZH = {
    "supply_price": "供货价", "retail_price": "零售价", "listing": "上架", "promotion": "促销", "storage": "仓储",
    "first_mile": "首程", "line_haul": "干线", "customs": "清关", "last_mile": "尾程", "customer_service": "客服",
    "returns": "退货", "payment": "收款", "consumer_tax": "消费税",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of limit is spoken of, English and Chinese each.

    price  what ``size`` of it more (of a least number: less) is worth; size 0 is a hundred of the currency
    name   what is limited; ``unit`` is that of a quantity of it, "" for money
    """

    price: tuple[str, str]
    name: tuple[str, str]
    size: float
    unit: tuple[str, str]


HOUR, MONEY, CUBIC, PRODUCT = ("hour", "小时"), ("", ""), ("cubic meter", "立方米"), ("product", "个商品")
WORTH, WORTHS, ZH = "is worth {price} {currency}", "are worth {price} {currency}", "值 {price} {currency}"
WORDS = {
    "cash": Words(
        ("100 {currency} more cash in week {week} " + WORTHS, "第 {week} 周多 100 {currency} 现金" + ZH),
        ("cash", "现金"), 0.0, MONEY,
    ),
    "hours": Words(
        ("one more hour in week {week} " + WORTH, "第 {week} 周多一小时" + ZH), ("hours", "工时"), 1.0, HOUR,
    ),
    "duty_hours": Words(
        ("one more hour of {subject} in week {week} " + WORTH, "第 {week} 周{subject}多一小时" + ZH),
        ("hours of {subject}", "{subject}工时"), 1.0, HOUR,
    ),
    "volume": Words(
        ("one more cubic meter at {subject} in week {week} " + WORTH, "{subject} 第 {week} 周多一立方米" + ZH),
        ("room at {subject}", "{subject} 的仓容"), CM3_PER_CBM, CUBIC,
    ),
    "space": Words(
        (
            "one more cubic meter on lane {subject} in week {week} " + WORTH,
            "线路 {subject} 第 {week} 周多一立方米舱位" + ZH,
        ),
        ("space on lane {subject}", "线路 {subject} 的舱位"), CM3_PER_CBM, CUBIC,
    ),
    "supplier_units": Words(
        ("one more unit from supplier {subject} in week {week} " + WORTH, "供应商 {subject} 第 {week} 周多供一件" + ZH),
        ("units from supplier {subject}", "供应商 {subject} 的供货件数"), 1.0, ("unit", "件"),
    ),
    "supplier_amount": Words(
        (
            "goods for 100 {currency} more from supplier {subject} in week {week} " + WORTHS,
            "供应商 {subject} 第 {week} 周多供 100 {currency} 货" + ZH,
        ),
        ("goods from supplier {subject}", "供应商 {subject} 的供货额"), 0.0, MONEY,
    ),
    "profit_share": Words(
        (
            "100 {currency} of profit from {subject} above its share " + WORTHS,
            "{subject} 的利润超出占比 100 {currency}" + ZH,
        ),
        ("profit from {subject} above its share", "{subject} 超出占比的利润"), 0.0, MONEY,
    ),
    "products_most": Words(
        ("one more product on {subject} " + WORTH, "{subject} 多卖一个商品" + ZH),
        ("products on {subject}", "{subject} 的商品数"), 1.0, PRODUCT,
    ),
    "products_least": Words(
        ("one product fewer that must be on {subject} " + WORTH, "{subject} 少要求一个商品" + ZH),
        ("products on {subject}", "{subject} 的商品数"), 1.0, PRODUCT,
    ),
    "products_if_any": Words(
        ("one product fewer that {subject} takes to open " + WORTH, "{subject} 开卖少要求一个商品" + ZH),
        ("products on {subject} once any is sold there", "{subject} 开卖后的商品数"), 1.0, PRODUCT,
    ),
}  # fmt: skip


def price_words(portfolio: Portfolio, currency: str, lang: str = "en") -> tuple[str, ...]:
    """One sentence per limit that binds, dearest use of the limit first: what one more unit of it is worth."""
    order = np.argsort(-portfolio.shadow_price * np.abs(portfolio.used), kind="stable")
    return tuple(
        _worth(portfolio.capacities[k], float(portfolio.shadow_price[k]), currency, lang)
        for k in order
        if portfolio.shadow_price[k] > 0.0
    )


def limit_name(family: Family, lang: str = "en") -> str:
    """What the limits of a family are limits of, such as "room at main"."""
    return WORDS[family.kind].name[lang == "zh"].format(subject=_subject(family, lang))


def limit_unit(family: Family, currency: str, lang: str = "en") -> tuple[float, str]:
    """(units of the limit, words) of one more of it as a person would buy it: an hour, a cubic meter, 1,000 of cash.

    >>> limit_unit(Family("hours", ""), "USD")
    (1.0, 'hour')
    >>> limit_unit(Family("cash", ""), "USD")
    (100000.0, '1,000 USD')
    """
    words = WORDS[family.kind]
    if not words.size:
        return float(parse_minor("1000", currency)), f"1,000 {currency}"
    return float(words.size), words.unit[lang == "zh"]


def _worth(capacity: Capacity, price: float, currency: str, lang: str) -> str:
    words, (family, week) = WORDS[capacity.kind], family_of(capacity)
    size = words.size or float(parse_minor("100", currency))
    return words.price[lang == "zh"].format(
        week=week, subject=_subject(family, lang), price=format_minor(to_minor(price * size), currency),
        currency=currency,
    )  # fmt: skip


def cost_words(costs: "tuple[LimitCost, ...]", currency: str, lang: str = "en") -> tuple[str, ...]:
    """One sentence per family of limits that costs anything, dearest first, with what is not proven said beside it."""
    return tuple(_cost(cost, currency, lang) for cost in costs if to_minor(cost.gain_most) > 0)


def _cost(cost: "LimitCost", currency: str, lang: str) -> str:
    name, gain, most = limit_name(cost.family, lang), to_minor(cost.gain), to_minor(cost.gain_most)
    costs, ceiling = f"{format_minor(gain, currency)} {currency}", format_minor(most, currency)
    if lang == "zh":
        return f"{name}这一限制使您少赚 {costs}" + (f"（至多 {ceiling}）" if most > gain else "")
    return f"the limit on {name} costs you {costs}" + (f" (at most {ceiling})" if most > gain else "")


def clash_words(clash: Clash, currency: str, lang: str = "en") -> tuple[str, ...]:
    """One sentence per limit that cannot hold together with the others: its size, and what it would have to be.

    Weeks of one setting are told together.
    """
    weeks: dict[Family, list[str]] = {}
    for capacity in clash.capacities:
        family, week = family_of(capacity)
        weeks.setdefault(family, []).append(week)
    told = {family_of(one)[0]: (one, give) for one, give in zip(clash.capacities, clash.give, strict=True)}
    return tuple(_clash(*told[family], ", ".join(named), currency, lang) for family, named in weeks.items())


def _clash(capacity: Capacity, give: float, weeks: str, currency: str, lang: str) -> str:
    family, when = family_of(capacity)[0], _when(weeks, lang)
    name = limit_name(family, lang) if capacity.kind in WORDS else capacity.name
    limit = _amount(capacity.limit, capacity, currency, lang)
    needed = ""
    if np.isfinite(give):
        moved = capacity.limit - give if capacity.at_least else capacity.limit + give
        needed = _amount(moved, capacity, currency, lang, up=not capacity.at_least)
    if lang == "zh":
        bound = "至少" if capacity.at_least else "至多"
        end = f"其他限制不变时须为 {needed}" if needed else "仅改此项无济于事"
        return f"{name}{when}{bound} {limit}：{end}"
    bound = "at least" if capacity.at_least else "at most"
    end = f"with the others held it would have to be {needed}" if needed else "no change of it alone would do"
    return f"{name}{when}, {bound} {limit}: {end}"


def _subject(family: Family, lang: str) -> str:
    """The subject as people write it: duties in words, everything else by its own name."""
    if family.kind != "duty_hours":
        return family.subject
    return DUTY_ZH[family.subject] if lang == "zh" else family.subject.replace("_", " ")


def _when(week: str, lang: str) -> str:
    if not week:
        return ""
    return f"第 {week} 周" if lang == "zh" else f" in week {week}"


def _amount(value: float, capacity: Capacity, currency: str, lang: str, up: bool | None = None) -> str:
    """A quantity of a limit in the unit people speak in, at most two decimals; ``up`` says to which side it is cut."""
    words = WORDS.get(capacity.kind)
    if words is None:
        return f"{_cut(value * 100, up) / 100:,.10g} {capacity.unit}"
    if words.unit == MONEY:
        return f"{format_minor(int(_cut(value, up)), currency)} {currency}"
    number = _cut(value / words.size * 100, up) / 100
    plural = "s" if number != 1 and lang != "zh" else ""
    return f"{number:,.10g} {words.unit[lang == 'zh']}{plural}"


def _cut(value: float, up: bool | None) -> float:
    """A whole number: the nearest, or the next to one side unless rounding noise alone puts it there."""
    near = round(value)
    if up is None or abs(value - near) <= 1e-6 * max(1.0, abs(value)):
        return float(near)
    return float(np.ceil(value) if up else np.floor(value))
