"""One plain sentence per choice, in English and Chinese, made of measured numbers only.

Hides grammar. Keeps the invariant that a number is said only when the two options differ in it enough to matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuoguan.choose.reasons_names import name_of
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, to_minor

if TYPE_CHECKING:
    from tuoguan.choose.reasons_terms import Driver

HOURS_MIN, DAYS_MIN, CASH_SHARE_MIN = 0.05, 0.75, 0.1
CAPACITY_EN = "; taken because what it saves of the shared limits earns more on other products"
CAPACITY_ZH = "；之所以选它，是因为省下的共用资源用于其他商品更有利"
# What a pick saves and what it costs besides money, in the order of `Measured` values.
EFFECTS_EN = {
    "hours": ("keeps {value:.1f} hours a week", "takes {value:.1f} hours a week more"),
    "cash": ("ties up {money} less", "ties up {money} more"),
    "payout": ("pays out {value:.0f} days sooner", "pays out {value:.0f} days later"),
    "delivery": ("delivers {value:.1f} days faster", "delivers {value:.1f} days slower"),
}
EFFECTS_ZH = {
    "hours": ("每周节省 {value:.1f} 小时", "每周多用 {value:.1f} 小时"),
    "cash": ("少占用资金 {money}", "多占用资金 {money}"),
    "payout": ("回款快 {value:.0f} 天", "回款慢 {value:.0f} 天"),
    "delivery": ("配送快 {value:.1f} 天", "配送慢 {value:.1f} 天"),
}
# Terms of which it is told where the answer turns, and their units.
TERMS = (
    "commission", "visibility", "retail price", "supply price", "unit cost", "freight", "duty", "minutes per order",
    "return rate",
)  # fmt: skip
UNITS = ("share", "x", "minor", "minor", "minor", "x today", "x today", "minutes", "share")
# English and Chinese of `simulate.Component`, for sentences, reports and the terminal alike.
COMPONENT_WORDS = {
    "revenue": ("revenue", "收入"), "commission": ("commission", "佣金"),
    "platform_fees": ("platform fees", "平台费用"), "subsidy": ("subsidies", "补贴"), "goods": ("goods", "货品成本"),
    "first_leg": ("first leg", "头程"), "duty": ("duty", "关税"), "last_mile": ("last mile", "尾程"),
    "storage": ("storage", "仓储"), "returns": ("returns", "退货"), "penalties": ("penalties", "罚款"),
    "labor": ("labor", "人工"), "capital": ("capital", "资金成本"), "set_up": ("set-up", "开通成本"),
    "terminal_stock": ("stock left", "期末库存"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """Two options side by side; values are (mean profit, hours a week, cash tied up, payout days, delivery days).

    ``pick`` and ``other`` are their names in (English, Chinese), empty for not selling; ``owner`` the same of whoever
    the strongest driver belongs to.
    """

    pick: tuple[str, str]
    other: tuple[str, str]
    owner: tuple[str, str]
    currency: str
    horizon_days: int
    pick_values: tuple[float, float, float, float, float]
    other_values: tuple[float, float, float, float, float]
    bridge: tuple[tuple[str, int], ...]


def money(minor: float, code: str) -> str:
    """The amount in whole major units with thousands separators."""
    return f"{to_minor(abs(minor)) // 10 ** EXPONENT_BY_CURRENCY[code]:,} {code}"


def _effects(measured: Measured, words: Mapping[str, tuple[str, str]], comma: str, also: str, but: str) -> str:
    """Side effects in favor of the pick, then those against it; empty when either side is not selling."""
    pick, other = measured.pick_values, measured.other_values
    if not measured.pick[0] or not measured.other[0]:
        return ""
    least = (HOURS_MIN, CASH_SHARE_MIN * max(pick[2], other[2], 1.0), DAYS_MIN, DAYS_MIN)
    saved = [before - after for before, after in zip(other[1:], pick[1:], strict=True)]
    told: tuple[list[str], list[str]] = ([], [])
    for texts, value, enough in zip(words.values(), saved, least, strict=True):
        if abs(value) >= enough:
            text = texts[value < 0].format(value=abs(value), money=money(value, measured.currency))
            told[value < 0].append(text)
    return "".join(lead + comma.join(texts) for lead, texts in zip((also, but), told, strict=True) if texts)


def _main_component(measured: Measured) -> tuple[str, int]:
    """The component that speaks most for whichever of the two earns more."""
    sign = 1 if measured.pick_values[0] >= measured.other_values[0] else -1
    return max(measured.bridge, key=lambda entry: sign * entry[1])


def sentence_en(measured: Measured, undecided: bool, found: "tuple[Driver, ...]") -> str:
    """The reason in English."""
    effects = _effects(measured, EFFECTS_EN, ", ", "; it also ", "; but it ")
    said = _first_en(measured) + effects + _capacity(measured, undecided, CAPACITY_EN)
    return said + _doubt_en(measured, undecided, found)


def _first_en(measured: Measured) -> str:
    gain, code = measured.pick_values[0] - measured.other_values[0], measured.currency
    name, value = _main_component(measured)
    cause = f", mostly {COMPONENT_WORDS[name][0]} ({money(value, code)})"
    if not measured.pick[0]:
        if not measured.other[0]:
            return "Do not sell: nothing is on offer for this product here"
        word = "loses" if measured.other_values[0] < 0 else "earns only"
        return f"Do not sell: the best way, {measured.other[0]}, {word} {money(measured.other_values[0], code)}"
    if not measured.other[0]:
        word = "Earns" if gain >= 0 else "Loses"
        return f"{word} {money(gain, code)} in {measured.horizon_days} days; no other way to sell it earns anything"
    word = "more" if gain >= 0 else "less"
    return f"Earns {money(gain, code)} {word} than {measured.other[0]}{cause}"


def _capacity(measured: Measured, undecided: bool, words: str) -> str:
    """Said when the pick surely earns less than the runner-up: it was taken for what it leaves to other products."""
    return words if not undecided and measured.pick_values[0] < measured.other_values[0] else ""


def _doubt_en(measured: Measured, undecided: bool, found: "tuple[Driver, ...]") -> str:
    if not undecided:
        return "."
    if not found:
        return ". Undecided: chance alone is larger than the difference."
    name = name_of(found[0].name, "en")
    return f". Undecided: it hangs on {name} ({measured.owner[0]}), which nobody knows yet."


def sentence_zh(measured: Measured, undecided: bool, found: "tuple[Driver, ...]") -> str:
    """The reason in Chinese."""
    effects = _effects(measured, EFFECTS_ZH, "，", "；并且", "；但")
    said = _first_zh(measured) + effects + _capacity(measured, undecided, CAPACITY_ZH)
    return said + _doubt_zh(measured, undecided, found)


def _first_zh(measured: Measured) -> str:
    gain, code = measured.pick_values[0] - measured.other_values[0], measured.currency
    name, value = _main_component(measured)
    if not measured.pick[0]:
        if not measured.other[0]:
            return "不建议销售：该商品在此市场没有可选方案"
        word = "亏损" if measured.other_values[0] < 0 else "仅赚"
        return f"不建议销售：最佳方案 {measured.other[1]} {word} {money(measured.other_values[0], code)}"
    if not measured.other[0]:
        return f"{measured.horizon_days} 天{'赚' if gain >= 0 else '亏'} {money(gain, code)}；其他方案均不盈利"
    cause = f"，主要来自{COMPONENT_WORDS[name][1]}（{money(value, code)}）"
    return f"比 {measured.other[1]} {'多' if gain >= 0 else '少'}赚 {money(gain, code)}{cause}"


def _doubt_zh(measured: Measured, undecided: bool, found: "tuple[Driver, ...]") -> str:
    if not undecided:
        return "。"
    if not found:
        return "。尚无定论：差额小于随机波动。"
    return f"。尚无定论：取决于尚不确定的{name_of(found[0].name, 'zh')}（{measured.owner[1]}）。"
