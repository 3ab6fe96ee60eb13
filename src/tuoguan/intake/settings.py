"""seller.toml → `Seller`, with every mistake named by its path.

Hides TOML and msgspec. Keeps the invariant that a `Seller` that leaves here speaks only of known markets and
currencies.
"""

import re
from pathlib import Path

import msgspec

from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_minor
from tuoguan.foundation.parties import MARKETS
from tuoguan.foundation.rates import PPM, parse_ppm
from tuoguan.intake.log import Log
from tuoguan.intake.schema import Seller
from tuoguan.intake.settings_limits import check_limits

FILE = "seller.toml"
MODES = ("sea", "air", "rail", "express")
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")


def read_seller(folder: Path, log: Log) -> Seller | None:
    """The settings of a workspace; None with the reasons logged when they cannot be used."""
    path = folder / FILE
    if not path.is_file():
        log.say("missing_file", FILE, "no such file")
        return None
    if path.stat().st_size > 1 << 20:
        log.say("seller_setting", FILE, f"{path.stat().st_size:,} bytes", expected="a settings file of a few kilobytes")
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
        seller = msgspec.toml.decode(text.encode(), type=Seller)
    except UnicodeDecodeError:
        log.say("wrong_encoding", FILE, "bytes that are not UTF-8", fix="save seller.toml as UTF-8")
        return None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        _tell_decode(str(error), log)
        return None
    before = len(log.problems)
    _check(seller, log)
    return seller if not any(problem.severity == "error" for problem in log.problems[before:]) else None


def seller_of(folder: Path) -> Seller | None:
    """The settings alone, for who only shows something; None where there are none that can be used."""
    return read_seller(folder, Log())


def _tell_decode(message: str, log: Log) -> None:
    """Logs a decoder's complaint with its path in front."""
    match = _PATH.search(message)
    place = f"{FILE}: {match.group(1)}" if match and match.group(1) else FILE
    log.say("seller_setting", place, _PATH.sub("", message)[:200])


def _check(seller: Seller, log: Log) -> None:
    """Logs what the types alone do not catch."""
    if seller.schema != 1:
        _bad(log, "schema", str(seller.schema), "1")
    _currency(seller.currency, "currency", log)
    if not seller.markets:
        _bad(log, "markets", "an empty list", "at least one market")
    for index, market in enumerate(seller.markets):
        _market(market, f"markets[{index}]", log)
    for country, market in seller.market_by_country.items():
        _market(market, f"market_by_country.{country}", log)
    for market in seller.today:
        if market != "*":
            _market(market, f"today.{market}", log)
    _check_places(seller, log)
    _check_numbers(seller, log)
    for place, found, expected in check_limits(seller):
        _bad(log, place, found, expected)
    for pattern in seller.not_goods:
        try:
            re.compile(pattern)
        except re.error:
            _bad(log, "not_goods", f'"{pattern[:40]}"', "regular expressions")


def _check_places(seller: Seller, log: Log) -> None:
    """Logs wrong markets, currencies, modes, amounts and repeated ids of sites and lanes."""
    for kind, places in (("sites", seller.sites), ("lanes", seller.lanes)):
        ids = [place.id for place in places]
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            _bad(log, kind, f'the id "{name}" twice', "ids that differ")
    for index, site in enumerate(seller.sites):
        _market(site.market, f"sites[{index}].market", log)
        code = site.currency or seller.currency
        _currency(code, f"sites[{index}].currency", log)
        for name in (
            "pick_per_order",
            "pick_next_unit",
            "storage_per_cbm_day",
            "receive_per_cbm",
            "return_per_unit",
            "label_per_parcel",
        ):
            _rate(getattr(site, name), f"sites[{index}].{name}", log)
    for index, lane in enumerate(seller.lanes):
        _market(lane.market, f"lanes[{index}].market", log)
        _currency(lane.currency, f"lanes[{index}].currency", log)
        if lane.mode not in MODES:
            _bad(log, f"lanes[{index}].mode", f'"{lane.mode}"', "one of " + ", ".join(MODES))
        if not 0 <= lane.lead_days[0] <= lane.lead_days[1]:
            _bad(log, f"lanes[{index}].lead_days", str(list(lane.lead_days)), "two day counts, the smaller first")
        for name in ("per_kg", "per_cbm", "minimum"):
            _rate(getattr(lane, name), f"lanes[{index}].{name}", log)


def _check_amounts(seller: Seller, log: Log) -> None:
    """Logs limits that are no amount of the seller's currency."""
    for name in ("cash", "wage_per_hour"):
        text = getattr(seller.limits, name)
        try:
            good = parse_minor(text, seller.currency) >= 0
        except ValueError:
            good = False
        if not good:
            _bad(log, f"limits.{name}", f'"{text}"', f"an amount of {seller.currency} such as 50000.00")


def _check_numbers(seller: Seller, log: Log) -> None:
    """Logs amounts, shares, dates and ratios out of range."""
    if seller.currency in EXPONENT_BY_CURRENCY:
        _check_amounts(seller, log)
    if not 0 <= seller.limits.hours_per_week <= 100_000:
        _bad(log, "limits.hours_per_week", str(seller.limits.hours_per_week), "hours of all staff in a week")
    if not 0 <= seller.risk.weight <= 1 or not 0 <= seller.risk.level < 1:
        _bad(
            log,
            "risk",
            f"weight {seller.risk.weight}, level {seller.risk.level}",
            "weight from 0 to 1, level from 0 to below 1",
        )
    if not 1 <= seller.horizon_days <= 730:
        _bad(log, "horizon_days", str(seller.horizon_days), "1 to 730 days")
    if seller.decide_on is not None and decide_day(seller) is None:
        _bad(log, "decide_on", f'"{seller.decide_on}"', "a date such as 2026-11-22")
    if seller.unit_cost_share is not None and not _rising(seller.unit_cost_share):
        _bad(log, "unit_cost_share", str(list(seller.unit_cost_share)), "three rising shares such as 0.22, 0.30, 0.38")
    for key, reach in seller.reach.items():
        if not _rising(reach, most=1000 * PPM):
            _bad(log, f"reach.{key}", str(list(reach)), 'three rising multiples such as "0.5", "1", "3"')
    for pair, rate in seller.fx.items():
        if not (len(pair) == 6 and {pair[:3], pair[3:]} <= set(EXPONENT_BY_CURRENCY) and _positive(rate)):
            _bad(log, f"fx.{pair}", f'"{rate}"', 'two currency codes and a rate, such as USDCNY = "7.1"')


def decide_day(seller: Seller) -> Day | None:
    """The day on which the seller decides, from seller.toml; None when it names none."""
    try:
        return parse_day(seller.decide_on) if seller.decide_on else None
    except ValueError:
        return None


def _rising(shares: tuple[str, str, str], most: int = PPM) -> bool:
    try:
        low, mode, high = map(parse_ppm, shares)
    except ValueError:
        return False
    return 0 < low <= mode <= high <= most


def _positive(text: str) -> bool:
    return bool(re.fullmatch(r"\d+(\.\d+)?", text)) and bool(text.strip("0."))


def _rate(text: str | None, place: str, log: Log) -> None:
    if text is not None and not re.fullmatch(r"\d+(\.\d{1,6})?", text):
        _bad(log, place, f'"{text[:40]}"', 'a non-negative amount as text, such as "1.25"')


def _market(code: str, place: str, log: Log) -> None:
    if code not in MARKETS:
        log.say("unknown_market", f"{FILE}: {place}", f'"{code[:40]}"')


def _currency(code: str, place: str, log: Log) -> None:
    if code not in EXPONENT_BY_CURRENCY:
        log.say("unknown_currency", f"{FILE}: {place}", f'"{code[:40]}"')


def _bad(log: Log, place: str, found: str, expected: str) -> None:
    log.say(
        "seller_setting",
        f"{FILE}: {place}",
        found,
        expected=expected,
        fix=f"change {place.rsplit('.', maxsplit=1)[-1]} in {FILE}",
    )
