"""Every dated change of the research register changes the terms on its day, and the changed term names its source."""

from fnmatch import fnmatch

import pytest

from research_register import Change, changes, register_text
from tuoguan.contracts import diff, load
from tuoguan.foundation.days import parse_day

# Which contracts and cards a change may show in, by the register's platform and market.
PLACES = {
    ("aliexpress", "ALL"): "aliexpress/*",
    ("temu", "ALL full"): "temu/full/*",
    ("temu", "CN supply side"): "temu/full/*",
    ("temu", "EU"): "temu/*/EU",
    ("temu", "MX"): "temu/semi/MX",
    ("temu", "US"): "temu/*/US",
    ("temu", "US semi"): "temu/semi*/US",
    ("tiktok_shop", "full"): "tiktok_shop/full/*",
    ("tiktok_shop", "EU"): "tiktok_shop/self/EU",
    ("tiktok_shop", "UK"): "tiktok_shop/*/UK",
    ("tiktok_shop", "UK/EU"): "tiktok_shop/self/[UE]?",
    ("tiktok_shop", "US"): "tiktok_shop/self/US",
    ("tiktok_shop", "US FBT"): "tiktok_shop/fbt/US",
    ("tiktok_shop", "US cross-border"): "tiktok_shop/self/US",
    ("duty", "EU"): "cards/duty/EU",
    ("duty", "FR"): "cards/duty/EU",
    ("duty", "RO"): "cards/duty/EU",
    ("duty", "UK"): "cards/duty/UK",
    ("duty", "US"): "cards/duty/US",
}
CHANGES = changes(register_text())


def name_of(change: Change) -> str:
    """A test id such as ``2024-04-01 tiktok_shop US``."""
    return f"{change.date} {change.platform} {change.market}"


def test_the_register_has_as_many_changes_as_it_says() -> None:
    assert len(CHANGES) == 44


@pytest.mark.parametrize("change", CHANGES, ids=name_of)
def test_terms_differ_on_the_two_sides_of_the_day(change: Change) -> None:
    day = parse_day(change.date)
    place = PLACES[change.platform, change.market]
    here = [item for item in diff(load(), day - 1, day) if fnmatch(item.id, place)]
    assert [item for item in here if item.before != item.after], f"nothing changes in {place}: {change.change}"
    assert change.source in {source for item in here for source in item.source}, [item.term for item in here]


@pytest.mark.parametrize("change", [item for item in CHANGES if "/" in item.market], ids=name_of)
def test_a_change_of_two_markets_shows_in_both(change: Change) -> None:
    day = parse_day(change.date)
    place = PLACES[change.platform, change.market]
    markets = {item.id.rpartition("/")[2] for item in diff(load(), day - 1, day) if fnmatch(item.id, place)}
    assert markets == set(change.market.split("/"))
