"""The words of every setting: its title, what it means, its unit and an example; and what forms offer to choose from.

Words only; translated where they are shown.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from tuoguan.app.import_mapping import contract_ids
from tuoguan.app.settings import FILE, rows_shown, shown
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import MARKETS, Duty
from tuoguan.foundation.problems import Problem
from tuoguan.web.asking import Asking
from tuoguan.web.templating import LOCALE_BY_LANGUAGE
from tuoguan.web.translating import Language


def _(text: str) -> str:
    """Marks a text for the translators."""
    return text


# By path: title, what it means, unit ("currency": the seller's), example.
FIELD_WORDS: dict[str, tuple[str, str, str, str]] = {
    "name": (_("Name of the shop"), _("As you want to read it on pages and reports."), "", _("My shop")),
    "currency": (_("Your currency"), _("All amounts of yours are in it, and decisions too."), "", "CNY"),
    "markets": (_("Markets"), _("Where you sell, or want to know whether to sell."), "", ""),
    "origin": (_("Country of your suppliers"), _("Where goods start from; two letters."), "", "CN"),
    "decide_on": (
        _("Day of decision"),
        _("Nothing known on or after it is used; empty: all history, as of today."),
        "", "",
    ),
    "horizon_days": (
        _("Days that are looked ahead"),
        _("How long a decision is played; half a year by default."),
        _("days"), "182",
    ),
    "cold_start": (
        _("Also decide where a product never sold"),
        _("Off: only markets in which a product has a history."),
        "", "",
    ),
    "stores": (
        _("Stores you have"),
        _("Platform and model of each, with commas; opening others then costs its time."),
        "", "PLATFORM/MODEL",
    ),
    "contracts": (
        _("Only these contracts"),
        _("Names or their beginnings, with commas; empty: all that are open."),
        "", "PLATFORM/MODEL",
    ),
    "today": (
        _("How you sell today"),
        _("The contract that the history was sold under, by market; * for all."),
        "", "",
    ),
    "limits.cash": (
        _("Cash for goods"),
        _("The most that may be tied up at once in stock, freight and money not yet paid."),
        "currency", "100000",
    ),
    "limits.hours_per_week": (
        _("Staff hours a week"),
        _("Of everybody who works for you, together."),
        _("hours"), "40",
    ),
    "limits.wage_per_hour": (
        _("Cost of an hour"),
        _("What an hour of staff costs you; 0 counts hours only as a limit."),
        "currency", "30",
    ),
    "risk.weight": (
        _("How much risk weighs"),
        _("0: only the expected profit counts. 1: only the mean of the worst outcomes."),
        "", "0.3",
    ),
    "risk.level": (
        _("Which outcomes are the worst"),
        _("0.9: the worst tenth of all futures; 0.8: the worst fifth."),
        "", "0.9",
    ),
    "control.keep": (
        _("What must stay with you"),
        _("Contracts that give one of these duties to somebody else are left out."),
        "", "",
    ),
    "limits.hours_by_duty": (
        _("Hours for single duties"),
        _("Hours a week that can be spent on one duty."),
        _("hours"), "",
    ),
    "limits.profit_share": (
        _("No more from one platform"),
        _("Largest share of the expected profit by platform, such as 0.6."),
        "", "0.6",
    ),
    "limits.products": (
        _("How many products where"),
        _("By platform, platform/model or contract; at least if any: none, or at least so many."),
        "", "",
    ),
    "control.keep_by_brand": (
        _("What must stay with you, by brand"),
        _("Duties, with commas, for goods of a brand."),
        "", "",
    ),
    "switching": (
        _("What moving a product costs"),
        _("Once for each product that leaves its present contract for this one; * for all."),
        "", "",
    ),
    "sites": (
        _("Your places of stock"),
        _("Warehouses of yours or of a 3PL. A price that is left empty comes from the market's published "
          "card and is shown as assumed."),
        "", "",
    ),
    "lanes": (
        _("Ways for goods to a market"),
        _("Sea, air, rail or express with your own rates. Without one, the market's card is used and shown "
          "as assumed."),
        "", "",
    ),
    "suppliers": (
        _("What suppliers can deliver"),
        _("Units a week, an amount at unit cost, or both; the name as in the products table."),
        "", "",
    ),
    "unit_cost_share": (
        _("Unit cost where it is missing"),
        _("Lowest, likely and highest share of the retail price; shown as assumed wherever it is used."),
        "", "",
    ),
    "not_goods": (
        _("Codes that are no goods"),
        _("Patterns of SKUs that are carriage, fees or tests, with commas; their lines are left out."),
        "", "FREIGHT.*",
    ),
    "reach": (
        _("How far a listing can reach"),
        _("Lowest, likely and highest multiple of the history's demand, by contract, market or *. Nobody "
          "publishes it."),
        "", "",
    ),
    "fx": (
        _("Your own exchange rates"),
        _("Instead of the published ones: USDCNY is how many CNY one USD is."),
        "", "7.1",
    ),
    "market_by_country": (
        _("Countries and their markets"),
        _("Only where a country's name in your files is not understood."),
        "", "",
    ),
}  # fmt: skip
COLUMN_WORDS: dict[str, str] = {
    "key:market": _("market"), "key:duty": _("duty"), "key:platform": _("platform"),
    "key:contract": _("contract, or *"),
    "key:brand": _("brand"), "key:pair": _("pair, such as USDCNY"), "key:country": _("country"),
    "today.": _("contract"), "limits.hours_by_duty.": _("hours a week"), "limits.profit_share.": _("largest share"),
    "limits.products.at_most": _("at most"), "limits.products.at_least": _("at least"),
    "limits.products.at_least_if_any": _("at least if any"), "control.keep_by_brand.": _("duties"),
    "switching.cost": _("cost"), "switching.hours": _("hours"), "reach.": _("lowest, likely, highest"),
    "fx.": _("rate"), "market_by_country.": _("market"),
    "sites.id": _("name"), "sites.market": _("market"), "sites.currency": _("currency"),
    "sites.volume_cbm": _("room, m³"), "sites.pick_per_order": _("picking an order"),
    "sites.pick_next_unit": _("each further unit"), "sites.storage_per_cbm_day": _("storage, m³ and day"),
    "sites.receive_per_cbm": _("receiving, m³"), "sites.return_per_unit": _("a returned unit"),
    "sites.label_per_parcel": _("label of a parcel"), "sites.handling_orders_per_day": _("orders a day at most"),
    "lanes.id": _("name"), "lanes.market": _("market"), "lanes.mode": _("mode"), "lanes.currency": _("currency"),
    "lanes.per_kg": _("per kg"), "lanes.per_cbm": _("per m³"), "lanes.minimum": _("minimum"),
    "lanes.lead_days": _("days, from – to"), "lanes.divisor_cm3_per_kg": _("volume divisor, cm³/kg"),
    "lanes.space_cbm": _("your room on a sailing, m³"), "lanes.sailing_days": _("days between sailings"),
    "suppliers.name": _("name"), "suppliers.units_per_week": _("units a week"),
    "suppliers.amount_per_week": _("amount a week"),
}  # fmt: skip
DUTY_WORDS = {
    "supply_price": _("supply price"), "retail_price": _("retail price"), "listing": _("listing"),
    "promotion": _("promotion"), "storage": _("storage"), "first_mile": _("first mile"), "line_haul": _("line haul"),
    "customs": _("customs"), "last_mile": _("last mile"), "customer_service": _("customer service"),
    "returns": _("returns"), "payment": _("payment"), "consumer_tax": _("consumer tax"),
}  # fmt: skip
MODE_WORDS = {"sea": _("sea"), "air": _("air"), "rail": _("rail"), "express": _("express")}


def form_words(ask: Asking) -> dict[str, Any]:
    """What the templates of settings' forms need beside the values."""
    return {
        "words": FIELD_WORDS, "columns": COLUMN_WORDS, "duties": {duty.value: DUTY_WORDS[duty.value] for duty in Duty},
        "modes": MODE_WORDS, "markets": MARKETS, "market_names": market_names(ask.language),
        "currencies": sorted(EXPONENT_BY_CURRENCY),
        "contract_names": contract_ids(), "shown": shown, "rows_shown": rows_shown,
    }  # fmt: skip


@cache
def market_names(language: Language) -> dict[str, str]:
    """What the markets' countries are called."""
    names = LOCALE_BY_LANGUAGE[language].territories
    return {market: names.get({"UK": "GB"}.get(market, market), market) for market in MARKETS}


def problems_by_path(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """Problems by the path in seller.toml that they speak of, "" for the file as a whole."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        path = problem.at.removeprefix(f"{FILE}: ") if problem.at.startswith(f"{FILE}: ") else ""
        found.setdefault(path, []).append(problem)
    return found
