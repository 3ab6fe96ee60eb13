"""Stock and money as listed are what the accounts hold, however the entries were folded; smoothed sales fade alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from money_world import TODAY, made
from small_ledger import ledger_in
from tuoguan.app.ledgers import open_work
from tuoguan.operate import (
    Append,
    Costing,
    CostLayers,
    Draft,
    Ledger,
    MoneyBook,
    Posting,
    StockBook,
    StockLine,
    Work,
    ledger_projecting,
)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    with open_work(made(tmp_path_factory.mktemp("book"))) as work:
        yield work


def all_lines(ledger: Ledger, place: str) -> list[StockLine]:
    return StockBook().page(ledger.store, place=place, sort="sku", limit=1000)[0]


def test_units_are_the_balances(work: Work) -> None:
    book = StockBook()
    work.ledger.catch_up(book)
    held: dict[tuple[str, str, str], int] = {}
    names = {"stock:at": "on_hand", "stock:reserved": "reserved", "stock:quarantined": "quarantined",
             "stock:in_transit": "in_transit", "stock:buyer": "with_buyers", "stock:lost": "lost"}  # fmt: skip
    for account, unit, units in work.ledger.store.all_balances("stock:"):
        kind = ":".join(account.split(":")[:2])
        if kind in names:
            key = (account.rpartition(":")[2] if account.count(":") > 1 else "", unit.removeprefix("sku/"), names[kind])
            held[key] = held.get(key, 0) + units
    for place in [one.place for one in book.places(work.ledger.store) if one.place]:
        for line in all_lines(work.ledger, place):
            for column in ("on_hand", "reserved", "quarantined", "in_transit"):
                assert getattr(line, column) == held.get((place, line.sku, column), 0)
    for line in all_lines(work.ledger, ""):
        assert line.with_buyers == held.get(("", line.sku, "with_buyers"), 0)
        assert line.lost == held.get(("", line.sku, "lost"), 0)


def test_sums_of_places_and_lanes_are_their_rows(work: Work) -> None:
    book = StockBook()
    work.ledger.catch_up(book)
    for one in book.places(work.ledger.store):
        lines = all_lines(work.ledger, one.place)
        assert one.on_hand == sum(line.on_hand for line in lines)
        assert one.arriving == sum(line.in_transit > 0 for line in lines)
        assert one.short == sum(line.on_hand <= 0 and line.rate_micro > 0 for line in lines)
    under_way = sum(units for _, _, units in book.lanes(work.ledger.store))
    everywhere = all_lines(work.ledger, "")
    assert under_way == sum(line.in_transit for line in everywhere)
    for line in everywhere:
        assert sum(one.units for one in book.inbound(work.ledger.store, line.sku)) == line.in_transit


@pytest.mark.parametrize("chunk", [1, 37])
def test_rows_are_the_same_however_they_were_folded(work: Work, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> list[object]:
        store = work.ledger.store
        with store.reading() as view:
            shapes = (*StockBook.shapes, *MoneyBook.shapes)
            rows = [view.table(shape.name).page({}, list(shape.key), limit=100_000) for shape in shapes]
        return [*rows, list(CostLayers(Costing.FIFO).worth(store))]

    for projection in (StockBook(), MoneyBook(), CostLayers(Costing.FIFO)):
        work.ledger.catch_up(projection)
    together = told()
    monkeypatch.setattr(ledger_projecting, "CHUNK", chunk)
    for projection in (StockBook(), MoneyBook(), CostLayers(Costing.FIFO)):
        work.ledger.rebuild(projection)
    assert told() == together


@pytest.mark.parametrize("costing", list(Costing))
def test_what_places_are_worth_is_the_sum_of_their_layers(work: Work, costing: Costing) -> None:
    kept = CostLayers(costing)
    work.ledger.catch_up(kept)
    summed: dict[tuple[str, str, str], int] = {}
    for one in kept.values(work.ledger.store):
        for (component, currency), minor in one.value.items():
            key = (one.place, component, currency)
            summed[key] = summed.get(key, 0) + minor
    found = {row[:3]: row[3] for row in kept.worth(work.ledger.store)}
    assert found == {key: minor for key, minor in summed.items() if minor}


def sell(ledger: Ledger, sku: str, day: int, units: int) -> None:
    postings = (Posting("stock:at:la", f"sku/{sku}", -units), Posting("stock:buyer", f"sku/{sku}", units))
    ledger.append(Append(f"order/{sku}", f"{day}", (Draft("order.ship", day * 86_400, postings),)))


def test_steady_sales_are_seen_as_they_are_and_fade_by_half_in_a_fortnight(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    come = (Posting("stock:supplier", "sku/A", -1000), Posting("stock:at:la", "sku/A", 1000))
    ledger.append(Append("count/la", "1", (Draft("count.find", (TODAY - 90) * 86_400, come),)))
    for day in range(TODAY - 30, TODAY + 1):
        sell(ledger, "A", day, 10)
    ledger.catch_up(StockBook())
    line = all_lines(ledger, "la")[0]
    assert line.sold_a_day(TODAY) == pytest.approx(10, rel=0.05)
    assert line.sold_a_day(TODAY + 14) == pytest.approx(line.sold_a_day(TODAY) / 2)
    assert line.cover_days(TODAY) == pytest.approx(690 / line.sold_a_day(TODAY))


def test_the_order_by_cover_is_the_order_of_the_days(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    for number, sku in enumerate(("A", "B", "C", "D")):
        come = (Posting("stock:supplier", f"sku/{sku}", -100), Posting("stock:at:la", f"sku/{sku}", 100))
        ledger.append(Append(f"count/{sku}", "1", (Draft("count.find", (TODAY - 90) * 86_400, come),)))
        for day in range(TODAY - 40, TODAY - 9 * number):
            sell(ledger, sku, day, 1 + number)
    come = (Posting("stock:supplier", "sku/E", -5), Posting("stock:at:la", "sku/E", 5))
    ledger.append(Append("count/E", "1", (Draft("count.find", TODAY * 86_400, come),)))
    ledger.catch_up(StockBook())
    lines = StockBook().page(ledger.store, place="la", sort="cover")[0]
    for today in (TODAY, TODAY + 100):
        covers = [line.cover_days(today) for line in lines]
        assert covers[-1] is None and covers[:-1] == sorted(covers[:-1])  # type: ignore[type-var]


def test_weeks_begin_on_mondays() -> None:
    from datetime import date, timedelta

    from tuoguan.operate import week_of

    for day in range(-20, 60):
        monday = date(1970, 1, 1) + timedelta(days=week_of(day))
        assert monday.weekday() == 0 and 0 <= day - week_of(day) < 7
