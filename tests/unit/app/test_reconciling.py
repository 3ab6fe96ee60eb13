"""A workspace reconciled and calibrated: what was planted is found, claims bring evidence, overlays are seen."""

from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from operate_world import DAY
from reconcile_shop import SEMI, shop
from tuoguan.app.calibrating import calibrate_workspace
from tuoguan.app.ledgers import open_work
from tuoguan.app.reconciling import reconcile
from tuoguan.contracts import Evidence, QuantityName, check, load, load_overlays
from tuoguan.contracts import compile as compile_contract
from tuoguan.foundation.problems import Refused, has_errors

UNTIL = DAY + 120


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("shop")
    return folder, shop(folder)


def test_what_was_planted_is_found_with_evidence(planted: tuple[Path, dict[str, int]]) -> None:
    folder, wanted = planted
    checked = reconcile(folder, until=UNTIL)
    sums = checked.found.by_verdict().group_by("verdict").agg(pl.col("difference_minor").sum())
    assert {verdict: minor for verdict, minor in sums.iter_rows() if minor} == wanted
    fee = checked.found.matches.filter(pl.col("verdict") == "fee").row(0, named=True)
    assert (fee["term"], fee["contract_id"], fee["order_number"]) == ("seller_funded_discount", SEMI, "O2")
    assert fee["deadline_assumed"] and fee["source"]
    assert {path.name for path in checked.written} >= {"claims.en.xlsx", "claims.zh.html", "reconcile.json"}
    book = openpyxl.load_workbook(folder / "reconcile" / "claims.en.xlsx")
    entries = list(book["Ledger entries"].iter_rows(values_only=True))
    hashes = {row[7] for row in entries[1:]}
    with open_work(folder) as work:
        known = {entry.hash.hex() for entry in work.ledger.store.entries()}
    assert hashes and hashes <= known
    claims = list(book["Claims"].iter_rows(values_only=True))
    assert any("1Z" in (row[-1] or "") for row in claims[1:]), "tracking numbers come along"
    assert "申诉" in (folder / "reconcile" / "claims.zh.html").read_text(encoding="utf-8")


def test_one_statement_alone(planted: tuple[Path, dict[str, int]]) -> None:
    folder, wanted = planted
    found = reconcile(folder, "S2", until=UNTIL, out=folder / "other").found
    assert found.by_verdict().select("verdict", "difference_minor").rows() == [("duplicate", wanted["duplicate"])]
    with pytest.raises(Refused, match="S9"):
        reconcile(folder, "S9", until=UNTIL)


def test_no_cell_of_a_claim_is_a_formula(tmp_path: Path) -> None:
    from reconcile_cases import due_row, expected_table, line_row, lines_table
    from tuoguan.reconcile import claims_of, match, page, write_workbook

    nasty = '=HYPERLINK("http://x","<script>")'
    due = [due_row(1, nasty, "@SUM", "revenue", 1000, 1)]
    found = match(expected_table(due), lines_table([line_row("a", "+1+1", "-x", "penalty", -5, 3)]), until=UNTIL)
    pack = claims_of(found, [], load(), UNTIL, "en")
    write_workbook(pack, tmp_path / "claims.xlsx")
    book = openpyxl.load_workbook(tmp_path / "claims.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert f"'{nasty}" in {cell.value for cell in cells}
    tags: set[str] = set()
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: tags.add(tag)  # type: ignore[method-assign, assignment]
    reader.feed(page(pack))
    assert "table" in tags and "script" not in tags


def test_the_next_contract_compiled_reads_what_was_learned(tmp_path: Path) -> None:
    shop(tmp_path, count=90, plant=False)
    base = compile_contract(load().contracts[SEMI], on=UNTIL)
    found = calibrate_workspace(tmp_path, on=UNTIL)
    names = {one.name for one in found.learned if one.contract_id == SEMI}
    assert names >= {"return_rate", "late_rate", "settlement_lag_days"}
    library = load(overlays=load_overlays(tmp_path / "contracts"))
    assert not has_errors(check(library, UNTIL))
    after = compile_contract(library.contracts[SEMI], on=UNTIL, overlays=library.overlays)
    rate = after.quantities[QuantityName.RETURN_RATE]
    learned = next(one for one in found.learned if one.name == "return_rate")
    assert (rate.value, rate.low, rate.high, rate.evidence) == (
        learned.value,
        learned.low,
        learned.high,
        Evidence.DERIVED,
    )
    assert rate.source == ("own statements",)
    wide, narrow = base.quantities[QuantityName.RETURN_RATE], rate.high - rate.low
    assert narrow < wide.high - wide.low and learned.p05 <= 100_000 <= learned.p95
    before = compile_contract(library.contracts[SEMI], on=UNTIL - 1, overlays=library.overlays)
    yesterday = compile_contract(load().contracts[SEMI], on=UNTIL - 1)
    assert before.quantities[QuantityName.RETURN_RATE].value == yesterday.quantities[QuantityName.RETURN_RATE].value


def test_calibrating_again_starts_from_the_contract_and_leaves_negotiated_terms(tmp_path: Path) -> None:
    shop(tmp_path, count=40, plant=False)
    first = calibrate_workspace(tmp_path, on=UNTIL)
    again = calibrate_workspace(tmp_path, on=UNTIL)
    assert again.learned == first.learned
    later = calibrate_workspace(tmp_path, on=UNTIL + 7)
    library = load(overlays=load_overlays(tmp_path / "contracts"))
    compiled = compile_contract(library.contracts[SEMI], on=UNTIL + 1, overlays=library.overlays)
    learned = next(one for one in first.learned if one.name == "late_rate")
    assert compiled.quantities[QuantityName.LATE_RATE].value == learned.value, "the earlier answer holds for its days"
    assert later.kept == ()
    own = 'schema = 1\n[overlay]\noverlays = "temu/semi/US"\n[[quantity]]\nname = "late_rate"\nvalue = "0.01"\n'
    (tmp_path / "contracts" / "mine.toml").write_text(own + 'evidence = "negotiated"\n', encoding="utf-8")
    kept = calibrate_workspace(tmp_path, on=UNTIL + 7)
    assert kept.kept == ("temu/semi/US late_rate",)
    assert not has_errors(check(load(overlays=load_overlays(tmp_path / "contracts")), UNTIL + 7))
