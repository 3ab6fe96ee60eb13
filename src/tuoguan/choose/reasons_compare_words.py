"""Advantages and drawbacks in plain clauses, English and Chinese, said only where a measured difference matters.

Hides grammar and units. Keeps the invariant that every number in a clause is a difference of two measured values.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuoguan.choose.reasons_compare import (
    CONTROL,
    NOT_SOLD,
    ORDER,
    SERVICE,
    Comparisons,
    Quantity,
    busiest_duty,
    duties_of,
)
from tuoguan.choose.reasons_words import money
from tuoguan.contracts import Compiled
from tuoguan.foundation.parties import Duty

if TYPE_CHECKING:
    from tuoguan.choose.policies import Evaluated

# Per quantity: the clause where the pick is better, and where it is worse.
CLAUSES_EN: dict[Quantity, tuple[str, str]] = {
    Quantity.PROFIT: ("earns {money} more in {days} days", "earns {money} less in {days} days"),
    Quantity.WORST_TENTH: (
        "is {money} better in the worst tenth of futures",
        "is {money} worse in the worst tenth of futures",
    ),
    Quantity.CASH: ("ties up {money} less cash", "ties up {money} more cash"),
    Quantity.PAYOUT_DAYS: ("is paid out {value:.0f} days sooner", "is paid out {value:.0f} days later"),
    Quantity.HOURS: ("saves {value:.2g} staff hours a week{duty}", "takes {value:.2g} more staff hours a week{duty}"),
    Quantity.DUTIES: ("frees the seller of {named}", "leaves {named} to the seller"),
    Quantity.UNITS: ("sells {value:,.0f} units more", "sells {value:,.0f} units fewer"),
    Quantity.VISIBILITY: (
        "wins {value:,.0f} more units by visibility",
        "wins {value:,.0f} fewer units by visibility",
    ),
    Quantity.REACH: ("reaches {share:.0f} % more buyers", "reaches {share:.0f} % fewer buyers"),
    Quantity.DELIVERY_DAYS: ("delivers {value:.1f} days faster", "delivers {value:.1f} days slower"),
    Quantity.LATE_RATE: ("has {points:.1f} points fewer late parcels", "has {points:.1f} points more late parcels"),
    Quantity.RETURN_RATE: ("has {points:.1f} points fewer returns", "has {points:.1f} points more returns"),
    Quantity.CONTROL: ("keeps {named} with the seller", "gives {named} out of the seller's hands"),
    Quantity.FEES: (
        "costs {points:.1f} points of revenue less in fees",
        "costs {points:.1f} points of revenue more in fees",
    ),
    Quantity.CHANGE_DAYS: ("has changes live {value:.0f} days sooner", "has changes live {value:.0f} days later"),
    Quantity.LIVE_DAYS: ("starts selling {value:.0f} days sooner", "starts selling {value:.0f} days later"),
}
CLAUSES_ZH: dict[Quantity, tuple[str, str]] = {
    Quantity.PROFIT: ("{days} 天多赚 {money}", "{days} 天少赚 {money}"),
    Quantity.WORST_TENTH: ("最差一成情形好 {money}", "最差一成情形差 {money}"),
    Quantity.CASH: ("少占用资金 {money}", "多占用资金 {money}"),
    Quantity.PAYOUT_DAYS: ("回款快 {value:.0f} 天", "回款慢 {value:.0f} 天"),
    Quantity.HOURS: ("每周节省 {value:.2g} 小时{duty}", "每周多用 {value:.2g} 小时{duty}"),
    Quantity.DUTIES: ("卖家不必承担{named}", "卖家须自行承担{named}"),
    Quantity.UNITS: ("多卖 {value:,.0f} 件", "少卖 {value:,.0f} 件"),
    Quantity.VISIBILITY: ("曝光多带来 {value:,.0f} 件", "曝光少带来 {value:,.0f} 件"),
    Quantity.REACH: ("触达买家多 {share:.0f} %", "触达买家少 {share:.0f} %"),
    Quantity.DELIVERY_DAYS: ("配送快 {value:.1f} 天", "配送慢 {value:.1f} 天"),
    Quantity.LATE_RATE: ("延迟率低 {points:.1f} 个百分点", "延迟率高 {points:.1f} 个百分点"),
    Quantity.RETURN_RATE: ("退货率低 {points:.1f} 个百分点", "退货率高 {points:.1f} 个百分点"),
    Quantity.CONTROL: ("保留{named}的控制权", "失去{named}的控制权"),
    Quantity.FEES: ("费用占收入低 {points:.1f} 个百分点", "费用占收入高 {points:.1f} 个百分点"),
    Quantity.CHANGE_DAYS: ("变更生效快 {value:.0f} 天", "变更生效慢 {value:.0f} 天"),
    Quantity.LIVE_DAYS: ("早 {value:.0f} 天开卖", "晚 {value:.0f} 天开卖"),
}
ONE = re.compile(r"(?<![\d.,])1 (day|unit)s\b")
DUTY_ZH = {
    Duty.SUPPLY_PRICE: "供货价", Duty.RETAIL_PRICE: "零售价", Duty.LISTING: "刊登", Duty.PROMOTION: "促销",
    Duty.STORAGE: "仓储", Duty.FIRST_MILE: "首公里", Duty.LINE_HAUL: "干线", Duty.CUSTOMS: "清关",
    Duty.LAST_MILE: "尾程", Duty.CUSTOMER_SERVICE: "客服", Duty.RETURNS: "退货处理", Duty.PAYMENT: "收款",
    Duty.CONSUMER_TAX: "消费税",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pros:
    """What speaks for the pick and what against it, beside one alternative, as clauses in one language."""

    other: int
    advantages: tuple[str, ...]
    drawbacks: tuple[str, ...]


def pros_of(evaluated: "Evaluated", found: Comparisons, row: int, lang: str) -> Pros:
    """The clauses of one row of the comparisons, in the order of `Quantity`."""
    told: tuple[list[str], list[str]] = ([], [])
    for quantity, sign in zip(Quantity, found.verdict_of(row), strict=True):
        if sign:
            told[int(sign < 0)].append(_clause(evaluated, found, row, quantity, bool(sign < 0), lang))
    return Pros(int(found.other[row]), tuple(told[0]), tuple(told[1]))


@dataclass(frozen=True, slots=True)
class Gap:
    """One measured difference, pick less other. ``other`` is the other's value; ``named`` are the duties they differ
    in, ``duty`` the one behind most of the hours (None where none is).
    """

    quantity: Quantity
    value: float
    other: float
    currency: str
    horizon_days: int
    named: tuple[Duty, ...] = ()
    duty: Duty | None = None


def clause_of(gap: Gap, *, worse: bool, lang: str) -> str:
    """The clause of a difference that matters."""
    texts = CLAUSES_ZH if lang == "zh" else CLAUSES_EN
    mostly = words_of((gap.duty,), lang) if gap.duty is not None else ""
    text = texts[gap.quantity][worse].format(
        money=money(gap.value, gap.currency), days=gap.horizon_days, value=abs(gap.value), points=100 * abs(gap.value),
        duty=mostly and (f"（主要是{mostly}）" if lang == "zh" else f", mostly {mostly}"),
        share=100.0 * abs(gap.value) / max(gap.other, 1e-9), named=words_of(gap.named, lang),
    )  # fmt: skip
    return ONE.sub(r"1 \1", text)


def _clause(evaluated: "Evaluated", found: Comparisons, row: int, quantity: Quantity, worse: bool, lang: str) -> str:
    groups, column = evaluated.groups, ORDER[quantity]
    one, two = float(found.pick_values[row, column]), float(found.other_values[row, column])
    pick, other = int(found.pick[row]), int(found.other[row])
    duty = _mostly(evaluated, pick, other, one - two) if quantity is Quantity.HOURS else None
    named = _named(evaluated, pick, other, quantity)
    return clause_of(
        Gap(quantity, one - two, two, groups.currency, groups.horizon_days, named, duty), worse=worse, lang=lang
    )


def _mostly(evaluated: "Evaluated", pick: int, other: int, gap: float) -> Duty | None:
    """The duty behind most of the difference in hours, where one duty is behind half of it."""
    duty, hours = busiest_duty(evaluated, pick, other)
    return None if hours * gap <= 0 or abs(hours) < 0.5 * abs(gap) else duty


def _named(evaluated: "Evaluated", pick: int, other: int, quantity: Quantity) -> tuple[Duty, ...]:
    options = evaluated.groups.options
    one, two = (
        tuple(listing.contract for listing in options[row].listings) if row != NOT_SOLD else () for row in (pick, other)
    )
    return duties_apart(one, two, quantity)


def duties_apart(one: Sequence[Compiled], two: Sequence[Compiled], quantity: Quantity) -> tuple[Duty, ...]:
    """The duties in which two ways of selling differ, for the quantities that count duties."""
    if quantity not in (Quantity.DUTIES, Quantity.CONTROL):
        return ()
    control = quantity is Quantity.CONTROL
    own, others = (
        set(duties_of(contracts, CONTROL if control else SERVICE, every=control)) for contracts in (one, two)
    )
    return tuple(duty for duty in Duty if (duty in own) != (duty in others))


def words_of(duties: Sequence[Duty], lang: str) -> str:
    """The duties in words, such as ``storage and returns``."""
    if lang == "zh":
        return "、".join(DUTY_ZH[duty] for duty in duties)
    names = [duty.value.replace("_", " ") for duty in duties]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def sentence(pros: Pros, other: str, lang: str) -> str:
    """One plain sentence: beside ``other`` (its name), what the pick wins and what it gives up."""
    if lang == "zh":
        parts = [text for text in ("，".join(pros.advantages), _but_zh(pros)) if text]
        return f"与{other}相比：{'；'.join(parts) or '没有值得一提的差别'}。"
    parts = [text for text in (", ".join(pros.advantages), _but_en(pros)) if text]
    return f"Beside {other} it {'; '.join(parts) or 'differs in nothing that matters'}."


def _but_en(pros: Pros) -> str:
    return ("but " if pros.advantages else "") + ", ".join(pros.drawbacks) if pros.drawbacks else ""


def _but_zh(pros: Pros) -> str:
    return ("但" if pros.advantages else "") + "，".join(pros.drawbacks) if pros.drawbacks else ""
