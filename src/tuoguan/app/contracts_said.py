"""Terms of a contract as short sentences in English and Chinese: how much, when, and within which bounds.

Hides how a term is written in its file. Keeps the invariant that every number is shown as written, with its range.
"""

from decimal import Decimal

from tuoguan.app.contracts_words import (
    BASES,
    CHARGES,
    CLOCKS,
    DUTIES,
    FACTS,
    PERS,
    REASONS,
    SECTIONS,
    STATES,
    word,
)
from tuoguan.app.phrases import Language
from tuoguan.contracts import (
    SCALE_BY_QUANTITY,
    ChargeEntry,
    DeadlineEntry,
    DutyEntry,
    InfoEntry,
    Key,
    NumberEntry,
    Provenance,
    QuantityEntry,
    QuantityName,
    Scale,
    SettingEntry,
    StatusEntry,
    label,
)

PHRASES: dict[str, tuple[str, str]] = {
    "of": ("{price} of {basis}", "{basis}的 {price}"), "times": ("{count} × {basis}", "{basis}的 {count} 倍"),
    "per": ("{price} {per}", "{per} {price}"), "range": ("{value} ({low} to {high})", "{value}（{low} 至 {high}）"),
    "nothing": ("nothing", "不收"), "late": ("{clock}: {late}", "{clock}：{late}"),
    "from_h": ("more than {a} h late", "超时 {a} 小时以上"), "between_h": ("{a} to {b} h late", "超时 {a} 至 {b} 小时"),
    "up_to_h": ("up to {b} h late", "超时不超过 {b} 小时"), "any_h": ("late", "超时"),
    "because": ("{fact}: {reason}", "{fact}（{reason}）"),
    "share": ("you bear {share}", "您承担 {share}"), "cap": ("at most {cap} a unit", "每件计费额上限 {cap}"),
    "minimum": ("at least {amount}", "最低 {amount}"), "maximum": ("at most {amount} {per}", "最高 {per} {amount}"),
    "weight": ("{a} to under {b} g", "{a} 至 {b} 克以下"), "weight_up": ("from {a} g", "{a} 克起"),
    "volume": ("volume / {divisor} when that is more", "体积 ÷ {divisor}（取大者）"),
    "free": ("after {days} free days", "免费 {days} 天后"),
    "value": ("customs value {a} to under {b}", "申报额 {a} 至 {b} 以下"),
    "value_up": ("customs value from {a}", "申报额 {a} 起"),
    "hours": ("{value} h", "{value} 小时"), "days": ("{value} days", "{value} 天"),
    "business_days": ("{value} business days", "{value} 个工作日"),
    "clock": ("within {span} after: {start}", "{start}后 {span} 内"),
    "inbound": (" ({ways})", "（{ways}）"), "step": ("{name}, step {step}", "{name}（第 {step} 档）"),
    "helped": (", {helper} helps", "，{helper}协助"), "reviewed": (", {reviewer} reviews", "，{reviewer}审核"),
    "pays": ("you pay {what}", "您支付：{what}"), "receives": ("you receive {what}", "您收到：{what}"),
}  # fmt: skip


def said(name: str, language: Language, /, **values: object) -> str:
    """The phrase with the values in it."""
    return PHRASES[name][language == "zh"].format(**values)


def name_of(key: Key, language: Language) -> str:
    """The name of a term for people."""
    if key[0] == "charge":
        name = word(CHARGES, key[1], language)
        return name if key[2] == "0" else said("step", language, name=name, step=key[2])
    if key[0] == "deadline":
        return word(CLOCKS, key[1], language)
    return word(SECTIONS, key[0], language) if key == ("status",) else label(key[-1], language)


def meaning(duty: str, language: Language) -> str:
    """What work a duty is."""
    return word(DUTIES, duty, language)


def sentence(entry: Provenance, language: Language) -> str:
    """Any entry in one line; "?" in place of a draft's figure that is no number, of which its checks tell."""
    try:
        return _sentence(entry, language)
    except ArithmeticError:
        return "?"


def _sentence(entry: Provenance, language: Language) -> str:
    if isinstance(entry, StatusEntry):
        return word(STATES, entry.state.value, language)
    if isinstance(entry, DutyEntry):
        return _duty(entry, language)
    if isinstance(entry, SettingEntry):
        return label(entry.option, language)
    if isinstance(entry, DeadlineEntry):
        return clock(entry, language)
    if isinstance(entry, ChargeEntry):
        side = "receives" if entry.direction == "receive" else "pays"
        parts = [said(side, language, what=amount(entry, language)), when(entry, language), *bounds(entry, language)]
        return (", " if language == "en" else "，").join(part for part in parts if part)
    if isinstance(entry, QuantityEntry | NumberEntry):
        return number(entry, language)
    return info(entry) if isinstance(entry, InfoEntry) else ""


def _duty(entry: DutyEntry, language: Language) -> str:
    text = label(entry.owner.value, language)
    if entry.helper:
        text += said("helped", language, helper=label(entry.helper.value, language))
    return text + (said("reviewed", language, reviewer=label(entry.reviewer.value, language)) if entry.reviewer else "")


def amount(entry: ChargeEntry, language: Language) -> str:
    """How much: a share of a basis, a multiple of it, or money per something; with its range."""
    if entry.rate is None:
        price = f"{entry.currency} " + _ranged(str(entry.amount), entry.range, language)
        per = word(PERS, entry.per, language)
        nothing = _zero(entry.amount) and entry.range is None
        return said("nothing", language) if nothing else said("per", language, price=price, per=per).strip()
    if _zero(entry.rate) and entry.range is None:
        return said("nothing", language)
    basis = word(BASES, entry.basis, language)
    if Decimal(entry.rate) > 1:
        return said("times", language, count=_ranged(plain(entry.rate), entry.range, language), basis=basis)
    low_high = (percent(entry.range[0]), percent(entry.range[1])) if entry.range else None
    return said("of", language, price=_ranged(percent(entry.rate), low_high, language), basis=basis)


def when(entry: ChargeEntry, language: Language) -> str:
    """The fact that moves it, its reason, or which clock was missed by how much."""
    if entry.deadline:
        late = _lateness(entry, language)
        return said("late", language, clock=word(CLOCKS, entry.deadline, language), late=late)
    fact = word(FACTS, entry.on, language)
    if entry.reason != "ANY":
        return said("because", language, fact=fact, reason=word(REASONS, entry.reason.lower(), language))
    return fact


def _lateness(entry: ChargeEntry, language: Language) -> str:
    late_from, late_to = not _zero(entry.after_hours), entry.until_hours is not None
    kind = ("between_h" if late_to else "from_h") if late_from else ("up_to_h" if late_to else "any_h")
    return said(kind, language, a=entry.after_hours, b=entry.until_hours)


def bounds(entry: ChargeEntry, language: Language) -> list[str]:
    """Tiers, caps, least and most, the share borne: whatever differs from the plain case."""
    found, money = [], f"{entry.currency} " if entry.currency else ""
    if not _zero(entry.share, "1"):
        found.append(said("share", language, share=percent(entry.share)))
    if entry.basis_cap is not None:
        found.append(said("cap", language, cap=money + entry.basis_cap))
    if entry.minimum is not None:
        found.append(said("minimum", language, amount=money + entry.minimum))
    if entry.maximum is not None:
        per = word(PERS, entry.maximum_per, language)
        found.append(said("maximum", language, amount=money + entry.maximum, per=per).strip())
    if entry.weight_to_g is not None:
        found.append(said("weight", language, a=entry.weight_from_g, b=entry.weight_to_g))
    elif entry.weight_from_g:
        found.append(said("weight_up", language, a=entry.weight_from_g))
    if entry.divisor_cm3_per_kg:
        found.append(said("volume", language, divisor=entry.divisor_cm3_per_kg))
    if entry.free_days:
        found.append(said("free", language, days=entry.free_days))
    if entry.value_to is not None:
        found.append(said("value", language, a=money + (entry.value_from or "0"), b=money + entry.value_to))
    elif entry.value_from is not None:
        found.append(said("value_up", language, a=money + entry.value_from))
    return found


def clock(entry: DeadlineEntry, language: Language) -> str:
    """The span and the fact it starts from."""
    text = said("clock", language, span=span(entry, language), start=word(FACTS, entry.starts, language))
    joined = (" / " if language == "en" else "、").join(label(way, language) for way in entry.inbound)
    return text + (said("inbound", language, ways=joined) if entry.inbound else "")


def span(entry: DeadlineEntry, language: Language) -> str:
    """How long, with its range."""
    for unit in ("hours", "days", "business_days"):
        value = getattr(entry, unit)
        if value is not None:
            return said(unit, language, value=_ranged(str(value), entry.range, language))
    return ""


def number(entry: QuantityEntry | NumberEntry, language: Language) -> str:
    """The value at its scale, with its range."""
    if isinstance(entry, NumberEntry):
        return f"{_ranged(entry.value, entry.range, language)} {entry.unit}".strip()
    scale = SCALE_BY_QUANTITY[entry.name]
    if scale is Scale.SHARE:
        low_high = (percent(entry.range[0]), percent(entry.range[1])) if entry.range else None
        return _ranged(percent(entry.value), low_high, language)
    text = _ranged(entry.value, entry.range, language)
    if scale is Scale.DAYS:
        return said("days", language, value=text)
    if scale is Scale.MONEY:
        return f"{entry.currency} {text}"
    yearly = entry.name is QuantityName.REGIME_CHANGES_PER_YEAR
    return f"× {text}" if scale is Scale.FACTOR and not yearly else text


def info(entry: InfoEntry) -> str:
    """A published fact as it stands."""
    value = entry.value
    if isinstance(value, dict):
        value = "; ".join(f"{name}: {', '.join(map(str, one)) if isinstance(one, list) else one}"
                          for name, one in value.items())  # fmt: skip
    elif isinstance(value, list):
        value = ", ".join(map(str, value))
    ranged = f" ({entry.range[0]} to {entry.range[1]})" if entry.range else ""
    unit = "" if entry.unit in ("text", "enum", "ref", "event", "names") else entry.unit
    return f"{'' if value is None else value} {unit}".strip() + ranged


def percent(text: str) -> str:
    """A share as a percentage, exactly.

    >>> percent("0.085"), percent("1")
    ('8.5%', '100%')
    """
    return f"{plain(str(Decimal(text) * 100))}%"


def plain(text: str) -> str:
    """A decimal text without needless noughts."""
    return f"{Decimal(text).normalize():f}"


def _ranged(value: str, low_high: tuple[str, str] | None, language: Language) -> str:
    if low_high is None:
        return value
    return said("range", language, value=value, low=low_high[0], high=low_high[1])


def _zero(text: str | None, other: str = "0") -> bool:
    return text is not None and Decimal(text) == Decimal(other)
