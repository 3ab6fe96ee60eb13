"""Instants in the clock of a market and of the seller.

One zone a market, where its platforms' deadlines are read: a country's commercial capital where it has several zones.
No contract publishes its zone for every deadline, so this is assumed; both clocks are shown wherever a deadline is.
"""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

ZONE_BY_MARKET = {
    "US": "America/Los_Angeles", "CA": "America/Toronto", "MX": "America/Mexico_City", "BR": "America/Sao_Paulo",
    "GB": "Europe/London", "UK": "Europe/London", "IE": "Europe/Dublin", "DE": "Europe/Berlin", "FR": "Europe/Paris",
    "IT": "Europe/Rome", "ES": "Europe/Madrid", "PT": "Europe/Lisbon", "NL": "Europe/Amsterdam", "PL": "Europe/Warsaw",
    "EU": "Europe/Brussels", "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "AU": "Australia/Sydney", "NZ": "Pacific/Auckland",
    "SA": "Asia/Riyadh", "IL": "Asia/Jerusalem", 
    "AE": "Asia/Dubai", "TH": "Asia/Bangkok", "VN": "Asia/Ho_Chi_Minh", "ID": "Asia/Jakarta",
    "MY": "Asia/Kuala_Lumpur", "SG": "Asia/Singapore", "PH": "Asia/Manila", "CN": "Asia/Shanghai",
}  # fmt: skip
SELLER_ZONE = "Asia/Shanghai"


def zone_of(market: str) -> str:
    """The zone of a market's clock; UTC where none is known."""
    return ZONE_BY_MARKET.get(market.upper(), "UTC")


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(at: int, zone: str) -> datetime:
    """The instant on the clock of the zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(_zone(zone))
