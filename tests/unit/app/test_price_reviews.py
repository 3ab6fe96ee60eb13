"""A price review beside the decision: the floor it played, in the document's money, and no advice without a row."""

import json
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from msgspec.structs import replace

from tuoguan.app.decision_index import FIRST, GROUP
from tuoguan.app.price_reviews import advice_of
from tuoguan.foundation.fx import load_fx
from tuoguan.operate import Document, Line

SKU, CONTRACT, FLOOR = "CUP", "temu/full/US", 677
HEAD = {"currency": "USD", "decide_on": "2026-11-23", "hashes": {}, "horizon_days": 182, "paths": 64}
ROW = {
    "sku": SKU, "market": "US", "listing": 0, "name": "Cup", "contract": CONTRACT, "platform": "temu", "model": "full",
    "contract_hash": "0", "place": "hub", "lane": "domestic", "policy": "base_stock", "order_up_to": 9,
    "reorder_point": 0, "review_days": 7, "retail_price_minor": 1_999, "supply_price_minor": 900, "live_after_days": 5,
    "best_probability": 0.9, "floor_minor": FLOOR, "quote_minor": 848, "quote_low_minor": 800,
    "quote_high_minor": 912, "quote_chance": 0.14, "quote_worth_minor": 5_778, "turns_played": False,
}  # fmt: skip
COLUMNS = (
    "today", "decision", "runner_up", "reason_en", "reason_zh", "undecided", "profit_minor", "gain_minor",
    "gain_p05_minor", "gain_p95_minor", "hours_per_week", "cash_peak_minor",
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a kept decision of one product: the columns that are read, written by hand."""
    folder = tmp_path_factory.mktemp("reviews") / "shop"
    (folder / "decision").mkdir(parents=True)
    (folder / "decision" / "decision.json").write_text(json.dumps(HEAD), "utf-8")
    empty = dict.fromkeys((*GROUP, *FIRST.values(), *COLUMNS))
    pl.DataFrame([empty | ROW]).write_parquet(folder / "decision" / "decision.parquet")
    for name in ("options", "reasons"):
        pl.DataFrame(schema={"sku": pl.String, "market": pl.String}).write_parquet(
            folder / "decision" / f"{name}.parquet"
        )
    return folder


def review() -> Document:
    """A price review of the product in which the platform offers the floor."""
    return Document(
        "price_review/1", "price_review", "1", "countered", 2, "", CONTRACT, "USD", "", (Line(SKU, 1),), 0, {},
        {"quote_minor": 900, "counter_minor": FLOOR},
    )  # fmt: skip


def test_the_floor_is_the_decisions_and_the_verdict_turns_at_it(shop: Path, tmp_path: Path) -> None:
    document = review()
    advice = advice_of(shop, tmp_path, document)
    assert advice is not None and advice.review.floor_minor == FLOOR == advice.counter_minor
    assert (advice.verdict, advice.rate, advice.currency) == ("accept", None, "USD")
    lower = {**document.details, "counter_minor": advice.review.floor_minor - 1}
    below = advice_of(shop, tmp_path, replace(document, details=lower))
    assert below is not None and below.verdict == "leave"
    waiting = advice_of(shop, tmp_path, replace(document, state="quoted", details={"quote_minor": 900}))
    assert waiting is not None and (waiting.verdict, waiting.counter_minor) == ("open", None)


def test_another_currency_is_told_at_the_rate_of_the_decisions_day(shop: Path, tmp_path: Path) -> None:
    document = replace(review(), currency="JPY")
    advice = advice_of(shop, tmp_path, document)
    assert advice is not None
    exact = Fraction(FLOOR, 100) * load_fx(advice.decided_on).rate("USD", "JPY")
    assert exact <= advice.review.floor_minor < exact + 1
    assert advice.currency == "JPY"


def test_there_is_no_advice_where_the_decision_says_nothing(shop: Path, tmp_path: Path) -> None:
    document = review()
    assert advice_of(shop, tmp_path, replace(document, lines=(Line("no such sku", 1),))) is None
    assert advice_of(shop, tmp_path, replace(document, contract_id="no/such/US")) is None
    assert advice_of(shop, tmp_path, replace(document, lines=())) is None
    assert advice_of(tmp_path, tmp_path, document) is None
