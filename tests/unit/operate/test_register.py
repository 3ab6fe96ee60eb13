"""The register: documents as lists, the same however they were folded, paged without a gap, only what a desk sees."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from operate_world import LINE, NOON, World
from store_places import KINDS, new_place
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Ledger, Line, Listed, Request, Work, ledger_projecting
from tuoguan.operate.register_order import SORTS

FULL, SEMI, SELF = "temu/full/US", "temu/semi/US", "tiktok_shop/self/US"


@pytest.fixture(scope="module", params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Ninety orders under three contracts in two places, moved on to several states; a quote without lines."""
    made = World(tmp_path_factory.mktemp("register") / "ledger.db")
    if request.param == "postgres":
        store = new_place("postgres", tmp_path_factory.mktemp("place")).open()
        made.work = Work(Ledger(store, clock=lambda: made.now))
    made.stock("la", 500)
    requests = []
    for number in range(90):
        terms = made.add((SEMI, FULL, SELF)[number % 3])
        lines = (replace(LINE, quantity=1 + number % 4), Line("LID", 1)) if number % 5 == 0 else (LINE,)
        requests.append(Request(f"order/{number % 10}-{number:03}", "open", NOON + 60 * (number % 7), Party.BUYER,
                                contract=terms, place="la" if number % 2 else "nj", lines=lines))  # fmt: skip
    made.work.do_all(requests)
    for number in range(0, 90, 6):
        made.work.record(f"order/{number % 10}-{number:03}", "hold", at=NOON + 5_000 + number, by=Desk.PLATFORM)
    made.work.open("price_review", "9", contract=made.add(FULL), at=NOON, by=Desk.SELLER, details={"quote_minor": 900})
    made.work.record("price_review/9", "counter", at=NOON + 9, by=Desk.PLATFORM, details={"counter_minor": 800})
    made.work.catch_up()
    return made


def every(world: World, desk: Desk = Desk.PLATFORM, limit: int = 1_000, **asked: Any) -> list[Listed]:
    """All pages of a list of orders."""
    found: list[Listed] = []
    after: str | None = None
    while True:
        part, after = world.work.register.page(
            world.work.ledger.store, "order", desk=desk, after=after, limit=limit, **asked
        )  # fmt: skip
        found += part
        if after is None:
            return found
        assert len(part) == limit


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
@pytest.mark.parametrize("asked", [{}, {"states": ("placed",)}, {"sku": "LID"}, {"place": "nj", "contract": SELF}])
def test_pages_follow_each_other_in_order_without_a_gap(world: World, sort: str, asked: dict[str, Any]) -> None:
    whole = every(world, sort=sort, **asked)
    assert len({one.stream for one in whole}) == len(whole) > 10
    name = sort.lstrip("-")
    ordered = sorted(whole, key=lambda one: (getattr(one, name), one.number), reverse=sort.startswith("-"))
    assert whole == ordered == every(world, sort=sort, limit=7, **asked)


def test_a_list_is_narrowed_by_what_the_documents_say(world: World) -> None:
    whole = every(world)
    assert len(whole) == 90
    assert {one.stream for one in every(world, place="la")} == {one.stream for one in whole if one.place == "la"}
    assert every(world, contract=SEMI, market="US", states=("on_hold",)) == [
        one for one in whole if one.contract_id == SEMI and one.state == "on_hold"
    ]
    assert every(world, market="DE") == every(world, sku="NONE") == every(world, place="atlantis") == []
    with_lids = every(world, sku="LID")
    assert len(with_lids) == 18
    assert {one.lines for one in with_lids} == {2}
    for find in ("3-", "3-0", "3-013"):
        expected = sorted(one.number for one in whole if one.number.startswith(find))
        assert [one.number for one in every(world, find=find, limit=2)] == expected
        assert [one.number for one in every(world, find=find, limit=2, sort="-number")] == expected[::-1]
    assert [one.number for one in every(world, find="5-", sku="LID")] == [
        one.number for one in sorted(with_lids, key=lambda one: one.number) if one.number.startswith("5-")
    ]


def test_a_row_says_where_the_document_is(world: World) -> None:
    for shown in every(world, limit=25):
        document = world.work.document(shown.stream)
        assert (shown.state, shown.version, shown.place) == (document.state, document.version, document.place)
        assert shown.moved_at == max(document.at_by_state.values())
        assert (shown.units, shown.lines) == (sum(line.quantity for line in document.lines), len(document.lines))
        assert shown.amount_minor == sum(line.quantity * line.supply_price_minor for line in document.lines)
    ((review,), _) = world.work.register.page(world.work.ledger.store, "price_review", desk=Desk.SELLER)
    assert (review.amount_minor, review.state, review.version) == (800, "countered", 2)


def test_a_desk_sees_and_counts_what_the_contract_shows(world: World) -> None:
    register, store = world.work.register, world.work.ledger.store
    for desk in Desk:
        shown = every(world, desk)
        assert register.counts(store, "order", desk=desk) == Counter(one.state for one in shown)
        counted = Counter[str]()
        for (flow, _, state), count in world.work.status_counts(desk).items():
            counted[state] += count if flow == "order" else 0
        assert Counter(one.state for one in shown) == counted
    assert {one.contract_id for one in every(world, Desk.PLATFORM)} == {FULL, SEMI, SELF}
    assert {one.contract_id for one in every(world, Desk.SELLER)} == {SEMI, SELF}
    choices = register.choices(store, "order", desk=Desk.SELLER)
    assert choices == {"contract_id": (SEMI, SELF), "market": ("US",), "place": ("la", "nj")}
    assert register.counts(store, "order", desk=Desk.SELLER, place="nj", contract=SEMI) == Counter(
        one.state for one in every(world, Desk.SELLER) if one.place == "nj" and one.contract_id == SEMI
    )


def test_rebuilt_rows_are_the_same_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = rows(world)
    for chunk in (7, 5_000):
        monkeypatch.setattr(ledger_projecting, "CHUNK", chunk)
        world.work.ledger.rebuild(world.work.register)
        assert rows(world) == shown


def rows(world: World) -> dict[str, list[tuple[object, ...]]]:
    with world.work.ledger.store.reading() as view:
        return {one.name: view.table(one.name).page({}, one.key, None, 10_000) for one in world.work.register.shapes}


def test_amounts_of_several_currencies_are_ordered_by_their_worth(tmp_path: Path) -> None:
    made = World(tmp_path / "ledger.db")
    made.work = Work(made.work.ledger, rates={"USD": 7_000_000})
    for number, (currency, price) in enumerate((("CNY", 5_000), ("USD", 1_000), ("CNY", 8_000))):
        line = Line("CUP", 1, supply_price_minor=price)
        made.work.open("purchase", str(number), currency=currency, place="hub", lines=[line], at=NOON, by=Desk.SELLER)
    made.work.catch_up()
    page, _ = made.work.register.page(made.work.ledger.store, "purchase", desk=Desk.SELLER, sort="-amount_minor")
    assert [one.number for one in page] == ["2", "1", "0"]


def test_what_is_no_sort_and_no_mark_is_refused(world: World) -> None:
    refused: list[dict[str, Any]] = [{"sort": "price"}, {"after": "x.y"}, {"after": "9" * 40 + ".1"}]
    for asked in refused:
        with pytest.raises(Refused):
            world.work.register.page(world.work.ledger.store, "order", desk=Desk.SELLER, **asked)
