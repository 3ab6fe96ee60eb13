"""Who and what a contract speaks about: parties, the thirteen duties, markets."""

from enum import StrEnum


class Party(StrEnum):
    """Who can own a duty."""

    SELLER = "seller"
    PLATFORM = "platform"
    CARRIER = "carrier"
    BUYER = "buyer"


class Duty(StrEnum):
    """The thirteen duties; every contract names exactly one owner of each at any day."""

    SUPPLY_PRICE = "supply_price"
    RETAIL_PRICE = "retail_price"
    LISTING = "listing"
    PROMOTION = "promotion"
    STORAGE = "storage"
    FIRST_MILE = "first_mile"
    LINE_HAUL = "line_haul"
    CUSTOMS = "customs"
    LAST_MILE = "last_mile"
    CUSTOMER_SERVICE = "customer_service"
    RETURNS = "returns"
    PAYMENT = "payment"
    CONSUMER_TAX = "consumer_tax"


# Market codes are ISO 3166-1 alpha-2, with EU for the customs union and UK kept for the platforms' own spelling.
MARKETS = (
    "US EU UK JP KR MX IL SA AE CA AU NZ BR CH NO SG HK CN TH MY VN ID PH TR ZA IN IS LB BH"
).split()  # fmt: skip
