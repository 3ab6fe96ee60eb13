"""What is due by the ledger's entries: terms, sources, days, SKUs; what was taken back or paid at once is not due."""

from pathlib import Path

import polars as pl
import pytest

from operate_world import DAY, terms_of
from reconcile_shop import CUP, SEMI, at, sell
from tuoguan.app.ledgers import open_work
from tuoguan.contracts import QuantityName
from tuoguan.foundation.parties import Party
from tuoguan.operate import Desk, Line, Work, payout_of
from tuoguan.reconcile import charging_kinds, expected_of


def due(work: Work) -> pl.DataFrame:
    return expected_of(work.ledger.store.entries(), work.terms.get)


def test_charges_stand_with_term_source_and_day(tmp_path: Path) -> None:
    with open_work(tmp_path) as work:
        sell(work, 10)
        rows = due(work)
        some = work.ledger.store.entries(kinds=charging_kinds())
        assert expected_of(some, work.terms.get).equals(rows), "these kinds of entries are enough"
        said = [
            minor for entry in work.ledger.store.entries() for _, _, _, minor in entry.draft.details.get("charges", ())
        ]
    assert rows.get_column("amount_minor").to_list() == said
    terms, delivered = terms_of(SEMI), DAY + 5
    usual = payout_of(terms, delivered, None, 0).paid_on
    lag, transfer = terms.quantities[QuantityName.SETTLEMENT_LAG_DAYS], terms.quantities[QuantityName.TRANSFER_DAYS]
    slow = payout_of(terms, delivered, lag.high, 0, transfer_days=transfer.high).paid_on
    revenue = rows.filter(
        (pl.col("order_number") == "O0") & (pl.col("kind") == "revenue") & (pl.col("term") == "revenue")
    )
    days = revenue.select(pl.col("due_on", "latest_on").to_physical()).row(0)
    assert days == (usual, slow) and usual < slow
    entry = next(term for term in terms.terms if term.name == "revenue")
    assert revenue.select("source", "evidence", "sku").row(0) == (", ".join(entry.source), entry.evidence.value, "CUP")
    fine = rows.filter((pl.col("order_number") == "O7") & (pl.col("kind") == "penalty")).row(0, named=True)
    assert fine["due_on"].toordinal() - 719_163 == DAY + 7 // 3 + 2
    assert rows.filter(pl.col("document") == "return/shop/O3").get_column("order_number").unique().to_list() == ["O3"]


def test_what_is_not_delivered_is_not_due_and_what_was_taken_back_is_gone(tmp_path: Path) -> None:
    with open_work(tmp_path) as work:
        hash_ = work.terms.add(terms_of(SEMI))
        work.open("purchase", "P", currency="CNY", place="la", lines=[Line("CUP", 9)], at=at(-30), by=Desk.SELLER)
        for move in ("make_ready", "dispatch", "arrive", "put_away"):
            work.record("purchase/P", move, at=at(-20), by=Desk.SELLER)
        work.open("order", "1", contract=hash_, place="la", lines=[CUP], at=at(0), by=Party.BUYER)
        late = {"deadline": "handling", "minutes_late": 60}
        work.record("order/1", "miss", at=at(3), by=Party.PLATFORM, details=late)
        fine = due(work)
        assert fine.get_column("kind").to_list() == ["penalty"]
        work.ledger.reverse(fine.item(0, "position"), why="wrong", at=at(4), key="r", actor="seller")
        assert due(work).is_empty()
        work.record("order/1", "miss", at=at(5), by=Party.PLATFORM, details=late | {"how": "paid"}, key="paid")
        assert due(work).is_empty()


@pytest.mark.parametrize("count", [1, 3])
def test_charges_of_an_order_with_several_goods_name_their_sku(tmp_path: Path, count: int) -> None:
    with open_work(tmp_path) as work:
        hash_ = work.terms.add(terms_of(SEMI))
        lines = [Line(f"S{n}", 2, retail_price_minor=1_000, supply_price_minor=500 + n) for n in range(count)]
        work.open("purchase", "P", currency="CNY", place="la", lines=lines, at=at(-30), by=Desk.SELLER)
        for move in ("make_ready", "dispatch", "arrive", "put_away"):
            work.record("purchase/P", move, at=at(-20), by=Desk.SELLER)
        work.open("order", "1", contract=hash_, place="la", lines=lines, at=at(0), by=Party.BUYER)
        for move in ("reserve", "pack", "ship"):
            work.record("order/1", move, at=at(1), by=Desk.SELLER)
        shipped = due(work)
        assert shipped.get_column("due_on").null_count() == shipped.height
        work.record("order/1", "deliver", at=at(5), by=Party.CARRIER)
        rows = due(work)
    income = rows.filter(pl.col("term") == "revenue").select("sku", "amount_minor").rows()
    assert income == [(f"S{n}", 2 * (500 + n)) for n in range(count)]
    assert not rows.get_column("due_on").null_count()
