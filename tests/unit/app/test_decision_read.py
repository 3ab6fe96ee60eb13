"""A kept decision read by page: against its own tables, against the report, and against a decision that goes stale."""

import html
import json
import re
import shutil
import time
from pathlib import Path

import polars as pl
import pytest

from decided import read_of, shop_of
from tuoguan.app import decision_worker
from tuoguan.app.accepting_shown import preview
from tuoguan.app.decision_asked import kept_at
from tuoguan.app.decision_fresh import freshness
from tuoguan.app.decision_groups import (
    SORTS,
    Wanted,
    components_of,
    contracts_of,
    groups_page,
    keys_of,
    product_groups,
    products_page,
)
from tuoguan.app.decision_limits import limits_of
from tuoguan.app.decision_product import beside_of, market_of
from tuoguan.app.decision_read import Read, chosen_of, read_decision, ways_of, whole_of
from tuoguan.app.decision_words import way_of_key, ways_in
from tuoguan.app.whatif_asked import Asked
from tuoguan.foundation.problems import Refused


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory)


@pytest.fixture(scope="module")
def read(shop: Path) -> Read:
    return read_of(shop)


def table(read: Read) -> pl.DataFrame:
    """One row for each product and market of the decision's own table."""
    return pl.read_parquet(read.folder / "decision.parquet").unique(["sku", "market"])


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
def test_pages_join_without_a_gap_and_in_order(read: Read, sort: str) -> None:
    seen, after = list[tuple[str, str]](), ""
    values = []
    while after is not None:
        rows, mark, count = groups_page(read, Wanted(sort=sort, after=after, limit=7))
        seen += [(row.sku, row.market) for row in rows]
        values += [getattr(row, SORTS[sort.removeprefix("-")]) for row in rows]
        after = mark
    assert len(seen) == len(set(seen)) == count == table(read).height
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_products_page_like_groups_and_show_all_their_markets(read: Read) -> None:
    seen, after, gains = list[str](), "", []
    while after is not None:
        rows, after, count = products_page(read, Wanted(after=after, limit=3))
        seen += [row.sku for row in rows]
        gains += [row.gain_minor for row in rows]
        for row in rows:
            assert row.groups == product_groups(read, row.sku)
            assert row.gain_minor == sum(group.gain_minor for group in row.groups)
    assert sorted(seen) == sorted(set(table(read)["sku"])) and len(seen) == count
    assert gains == sorted(gains, reverse=True)


def test_filters_ask_what_the_table_says(read: Read) -> None:
    rows = table(read)
    sold = rows.filter(pl.col("decision") == "sell")
    counts = {
        Wanted(state="sold"): sold.height, Wanted(state="left"): rows.height - sold.height,
        Wanted(state="undecided"): rows["undecided"].sum(), Wanted(market="UK"): (rows["market"] == "UK").sum(),
        Wanted(find=rows["sku"][0]): (rows["sku"] == rows["sku"][0]).sum(),
        Wanted(find=rows["name"][0].upper(), market="US"): rows.filter(
            pl.col("name").str.to_lowercase().str.contains(rows["name"][0].lower(), literal=True),
            pl.col("market") == "US").height,
        Wanted(way="none", state="sold"): 0,
    }  # fmt: skip
    for wanted, count in counts.items():
        assert groups_page(read, wanted)[2] == keys_of(read, wanted).height == count, wanted
    assert sum(one.count for one in chosen_of(read)) == rows.height
    for way in ways_of(read):
        assert groups_page(read, Wanted(way=way or "none"))[2] == sum(
            one.count for one in chosen_of(read) if one.way == way
        )


@pytest.mark.parametrize(
    ("wanted", "code"),
    [(Wanted(sort="name"), "bad_sort"), (Wanted(after="x~y"), "bad_after"), (Wanted(state="lost"), "bad_state")],
)
def test_a_question_that_cannot_be_meant_is_refused(read: Read, wanted: Wanted, code: str) -> None:
    with pytest.raises(Refused) as refused:
        groups_page(read, wanted)
    assert refused.value.problems[0].code == code


def test_the_whole_adds_up(read: Read) -> None:
    whole = whole_of(read)
    assert whole.sold == sum(one.count for one in chosen_of(read) if one.way)
    assert sum(components_of(read).values()) == pytest.approx(whole.expected_minor, abs=20 * whole.sold + 20)
    assert sum(one.profit_minor for one in chosen_of(read)) == pytest.approx(whole.expected_minor, abs=whole.groups)
    for one in limits_of(read):
        told = next(row for row in read.head["worth"] if row["limit"] == " ".join(one.family).strip())
        assert (one.worth_all_minor, one.worth_week_minor, list(one.binding)) == (
            told["every_week_minor"], told["dearest_week_minor"], told["weeks"],
        )  # fmt: skip


def test_sentences_are_those_of_the_report(read: Read, shop: Path) -> None:
    report = html.unescape((read.folder / "report.html").read_text("utf-8"))
    said = set(re.findall(r"Beside [^<]*?\.(?=<)", report))
    assert said
    ways, ours = ways_in(shop, "en"), set[str]()
    for row in table(read).iter_rows(named=True):
        kept = market_of(read, row["sku"], row["market"])
        ours |= {one.text for one in beside_of(read, kept, shop, ways, "en")}
    assert said <= ours


def test_one_product_is_what_its_tables_say(read: Read, shop: Path) -> None:
    group = groups_page(read, Wanted(limit=1))[0][0]
    kept = market_of(read, group.sku, group.market)
    pick = kept.options[0]
    assert pick.chosen and pick.contracts == group.contract and pick.mean_minor == group.profit_minor
    assert sum(pick.components.values()) == pytest.approx(pick.mean_minor, abs=20)
    assert len({one.contracts for one in kept.options}) == len(kept.options) <= len(kept.policies)
    assert all(one.now is not None and one.distance is not None for one in kept.turns)
    assert all((one.at > (one.now or 0)) == one.loses_above for one in kept.turns)
    assert set(pick.contracts.split(" + ")) <= set(contracts_of(read))
    assert way_of_key(pick.key) == group.way
    empty = market_of(read, "no such", "US")
    assert empty.options == () and empty.review is None and product_groups(read, "no such") == ()


def test_a_decision_goes_stale_with_what_made_it(shop: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shop, tmp_path / "shop"))
    read = read_decision(folder, tmp_path / "kept")
    assert freshness(folder, read.hashes, read.on, read.on + 3).changed == ()
    (folder / "ledger.db").touch()
    assert freshness(folder, read.hashes, read.on, read.on).is_fresh
    with (folder / "sales.csv").open("a", encoding="utf-8") as sales:
        sales.write("\n")
    assert freshness(folder, read.hashes, read.on, read.on).changed == ("inputs",)


def test_another_decision_is_read_anew_and_the_old_files_go(shop: Path, tmp_path: Path) -> None:
    folder, keep = Path(shutil.copytree(shop, tmp_path / "shop")), tmp_path / "kept"
    before = read_decision(folder, keep)
    path = before.folder / "decision.parquet"
    pl.read_parquet(path).filter(pl.col("market") == "US").write_parquet(path)
    after = read_decision(folder, keep)
    assert after.stamp != before.stamp and len(list(keep.iterdir())) == 1
    assert {one.market for one in chosen_of(after)} == {"US"}
    assert groups_page(before, Wanted(limit=1))[0]  # what is open stays readable


@pytest.mark.parametrize("broken", ["decision.json", "decision.parquet"])
def test_no_decision_or_a_broken_one_is_refused(shop: Path, tmp_path: Path, broken: str) -> None:
    folder = Path(shutil.copytree(shop, tmp_path / "shop"))
    (folder / "decision" / broken).write_bytes(b"{")
    with pytest.raises(Refused) as refused:
        read_decision(folder, tmp_path / "kept")
    assert refused.value.problems[0].code == "no_decision"
    shutil.rmtree(folder / "decision")
    with pytest.raises(Refused):
        read_decision(folder)


def test_what_accepting_opens_is_told_before(read: Read, shop: Path) -> None:
    told = preview(shop)
    listed = pl.read_parquet(read.folder / "decision.parquet").filter(pl.col("decision") == "sell")
    assert sum(told.listings.values()) == listed.filter(pl.col("contract") != pl.col("today")).height
    assert set(told.stores) <= set(told.listings)
    assert told.purchases_cost_minor == pl.read_csv(read.folder / "plan" / "purchases.csv")["cost_minor"].sum()


def test_a_process_answers_from_the_kept_study_refuses_and_ends(read: Read, shop: Path) -> None:
    kept = kept_at(read.folder)
    try:
        futures = decision_worker.ask(shop, read.folder, "futures")["profit_minor"]
        assert sum(futures) / len(futures) == pytest.approx(whole_of(read).expected_minor, abs=1)
        told = decision_worker.ask(shop, read.folder, "what_if", Asked(cash="x0.2"))
        assert told["before"]["expected_profit_minor"] == whole_of(read).expected_minor
        assert told["after"]["expected_profit_minor"] <= told["before"]["expected_profit_minor"]
        assert sum(one["count"] for one in told["flows"]) == told["moved_count"]
        assert told["settings"]["after"]["cash"] != told["settings"]["before"]["cash"]
        with pytest.raises(Refused) as refused:
            decision_worker.ask(shop, read.folder, "what_if", Asked(space="1.5"))
        assert refused.value.problems[0].code == "bad_amount"
        group = groups_page(read, Wanted(state="sold", limit=1))[0][0]
        goods = decision_worker.ask(shop, read.folder, "goods", group.sku, group.market)
        assert goods["same"] and len(goods["days"]) == kept.study.horizon_days
        assert all(low <= high for place in goods["places"] for low, high in zip(*place["bands"][::4], strict=True))
        with pytest.raises(Refused) as refused:
            decision_worker.ask(shop, read.folder, "what_if", Asked(cash="x0.9"), seconds=0.0)
        assert refused.value.problems[0].code in ("too_long", "busy")
    finally:
        decision_worker.end_all()
    began = time.monotonic()
    assert json.dumps(decision_worker.ask(shop, read.folder, "futures"))  # another process is begun
    assert time.monotonic() - began < 60
    decision_worker.end_all()
