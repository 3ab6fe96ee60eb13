"""What all options of a catalogue share of an uncertain world: demand shocks, freight and exchange rates, the end.

Hides where a number comes from. Keeps the invariant that what nobody measured has a range and says assumed.
"""

from dataclasses import dataclass

from tuoguan.choose.options_market import MarketTerms
from tuoguan.choose.options_terms import NOUGHT, fixed, ranged
from tuoguan.contracts import Evidence, Uncertain
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import month_sd_ppm
from tuoguan.foundation.random import Stream

# Nobody publishes how often a product's demand changes for good; the factor is 1 on average, so that the fitted level
# stays the expectation and only the risk grows.
SHOCKS_UNKNOWN = ranged(0, 250_000, 1_000_000, int(Stream.SHOCK))
SHOCK_FACTOR_UNKNOWN = ranged(400_000, 1_000_000, 1_600_000, int(Stream.SHOCK))
# 30 % a month is what Far East to US West Coast did from 2025-08 to 2026-06 (1,910 to 8,500 USD per FEU, L01 to L04),
# the record of such a year; the lower end and the middle are assumed.
FREIGHT_SD_UNKNOWN = ranged(40_000, 100_000, 300_000, int(Stream.FREIGHT), ("L01", "L02", "L03", "L04"))
# A going concern: what a place holds at the end it goes on selling. Sixty days are a sea lane, its supplier and a
# review, the least that a place restocked by sea has on hand and under way; what is past it is counted at salvage.
TERMINAL_COVER_DAYS = 60
CURRENCY_BY_ORIGIN = {"CN": "CNY"}  # what suppliers bill in where the goods come from


@dataclass(frozen=True, slots=True)
class World:
    """The scenario-wide numbers; meanings as in `tuoguan.simulate.Scenario`."""

    terminal_cover_days: int = 0
    shocks_per_year: Uncertain = NOUGHT
    shock_factor: Uncertain = NOUGHT
    freight_month_sd: Uncertain = NOUGHT
    fx_month_sd: Uncertain = NOUGHT


def read_world(terms: MarketTerms, origin: str, currency: str, on: Day) -> World:
    """The world of one decision: the cards' word where they state a number, else assumed; exchange rates measured."""
    return World(
        terminal_cover_days=TERMINAL_COVER_DAYS,
        shocks_per_year=terms.number("demand.shocks_per_year") or SHOCKS_UNKNOWN,
        shock_factor=terms.number("demand.shock_factor") or SHOCK_FACTOR_UNKNOWN,
        freight_month_sd=terms.number("freight.month_sd") or FREIGHT_SD_UNKNOWN,
        fx_month_sd=fixed(month_sd_ppm(on, cost_currency(origin, currency) or currency, currency), Evidence.DERIVED),
    )


def cost_currency(origin: str, currency: str) -> str:
    """The currency in which suppliers at the origin bill; "" where it is the book currency or not known."""
    found = CURRENCY_BY_ORIGIN.get(origin, currency)
    return "" if found == currency else found
