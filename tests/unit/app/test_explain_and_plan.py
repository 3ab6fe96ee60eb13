"""One product explained in depth, and the decision as a dated plan."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tuoguan.app.explain import explain
from tuoguan.app.phrases import WORDS_ZH
from tuoguan.app.plan import TABLES, plan_of, write_plan
from tuoguan.cli.explanation import explanation_lines, plan_lines
from tuoguan.foundation.problems import Refused
from tuoguan.foundation.text import width_of

from .test_decide import decided


def test_an_explanation_shows_every_option_and_adds_up(sellers: dict[str, Path]) -> None:
    """Best first; the bridge is the difference to the runner-up; every line fits the terminal in both languages."""
    folder = sellers["team"]
    sku = pl.read_csv(folder / "products.csv", schema_overrides={"sku": pl.String}).get_column("sku")[0]
    found = explain(folder, sku, "US", paths=24)
    means = [side.mean_minor for side in found.sides]
    assert means == sorted(means, reverse=True) and len(means) >= 8
    assert abs(sum(minor for _, minor in found.why.bridge) - found.why.gain) <= 20
    json.dumps(found.as_json(), allow_nan=False)
    said = {name for side in found.sides for name in side.assumed} | {flip.term for flip in found.why.flips}
    assert said <= WORDS_ZH.keys(), "every word of the reasons has Chinese"
    for language in ("en", "zh"):
        lines = explanation_lines(found, language)
        assert max(map(width_of, lines)) <= 100


@pytest.mark.parametrize(
    ("sku", "market", "words"), [("nosuch", "US", "nosuch"), ("", "NO", "a market of seller.toml")]
)
def test_an_unknown_product_or_market_is_named(sellers: dict[str, Path], sku: str, market: str, words: str) -> None:
    """What was asked for, what there is, how to fix it."""
    with pytest.raises(Refused, match=words):
        explain(sellers["solo"], sku, market)


def test_the_plan_is_dated_and_written_whole(sellers: dict[str, Path], tmp_path: Path) -> None:
    """No order before the decision, no shipment before its order, one file per table."""
    planned = plan_of(decided(sellers["team"]))
    assert planned.purchases.height > 0
    assert planned.purchases.get_column("order_on").min() >= date(2026, 11, 23)
    written = write_plan(planned, tmp_path)
    assert [path.stem for path in written] == list(TABLES)
    for language in ("en", "zh"):
        assert max(map(width_of, plan_lines(planned, language))) <= 100
