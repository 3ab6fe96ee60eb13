"""Templates with their helpers: numbers, money, instants and badges as a reader of the language writes them.

Hides Babel and Jinja. Keeps the invariants that everything put in is escaped, and that money is whole minor units until
the last step.
"""

from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.numbers import format_currency, format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from tuoguan.app.document_words import actor_title
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.web.refusals import said
from tuoguan.web.translating import Language, translator
from tuoguan.web.zones import SELLER_ZONE, local, zone_of

TEMPLATES = Path(__file__).parent / "templates"
LOCALE_BY_LANGUAGE = {"en": Locale.parse("en_US"), "zh": Locale.parse("zh_Hans_CN")}
WRITTEN = 1 << 14  # figures of each kind kept as written: a table repeats most of them, and writing one is slow


@cache
def environment(language: Language) -> Environment:
    """The templates of one language. ``_("text")`` translates; ``_("{count} left", count=3)`` puts values in."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    locale = LOCALE_BY_LANGUAGE[language]
    words = translator(language)

    def translated(text: str, **values: object) -> str | Markup:
        return Markup(escape(words(text))).format(**values) if values else words(text)

    @lru_cache(WRITTEN)
    def money(minor: float, currency: str) -> str:
        if currency not in EXPONENT_BY_CURRENCY:
            return f"{minor:,.0f} {currency}"
        return str(format_currency(minor / 10 ** EXPONENT_BY_CURRENCY[currency], currency, locale=locale))

    @lru_cache(WRITTEN)
    def money_round(minor: float, currency: str) -> str:
        value = minor / 10 ** EXPONENT_BY_CURRENCY[currency]
        return str(format_currency(round(value), currency, format="¤#,##0", locale=locale, currency_digits=False))

    pattern = "M月d日 HH:mm" if language == "zh" else "MMM d, HH:mm"

    @lru_cache(WRITTEN)
    def instant(at: int | None, market: str = "") -> str:
        """On the clock of the market, or of the seller."""
        if at is None:
            return "–"
        return str(format_datetime(local(at, zone_of(market) if market else SELLER_ZONE), pattern, tzinfo=None,
                                   locale=locale))  # fmt: skip

    @cache
    def city(zone: str) -> str:
        return str(get_timezone_location(zone, locale=locale, return_city=True))

    def due(at: int | None, market: str, now: int) -> Markup:
        """A deadline on both clocks, marked when it has passed or is near."""
        if at is None:
            return Markup("–")
        near = "late" if at < now else "soon" if at < now + 86_400 else ""
        there = ""
        if market:
            there = Markup(" <small>{} {}</small>").format(instant(at, market), city(zone_of(market)))
        return Markup('<span class="due {}"><b>{}</b>{}</span>').format(near, instant(at), there)

    @lru_cache(WRITTEN)
    def number(value: float, digits: int = 0) -> str:
        return str(format_decimal(round(value, digits) + 0, locale=locale))

    @lru_cache(WRITTEN)
    def percent(share: float, digits: int = 0) -> str:
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        return str(format_percent(share, format=pattern, locale=locale))

    @lru_cache(WRITTEN)
    def day(value: date | int) -> str:
        return str(format_date(value if isinstance(value, date) else local(value * 86_400, "UTC"), "medium", locale))

    made.globals["_"] = translated
    made.globals["refusal"] = lambda text, at="": said(text, language, at)
    made.globals.update(language=language, timedelta=timedelta, due=due, provenance=provenance)
    made.filters.update(actor=lambda name: actor_title(name, language))
    made.filters.update(money=money, money_round=money_round, number=number, percent=percent, day=day, instant=instant)
    return made


def provenance(source: str, evidence: str = "", since: str = "") -> Markup:
    """A mark that opens to the source, date and evidence of a figure."""
    return Markup('<span class="source" tabindex="0" data-tip="{}">§</span>').format(
        " · ".join(part for part in (source, since, evidence) if part)
    )
