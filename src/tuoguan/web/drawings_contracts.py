"""Charts of contracts: the days from an order to its money, and one order under two contracts. Computes nothing."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from tuoguan.app.charts import PALETTE


def days(rows: Sequence[dict[str, Any]], ends: dict[str, float], words: dict[str, str]) -> Any:
    """Bars of days one behind the other, and a line for the earliest and latest payment."""
    order = [row["step"] for row in rows]
    frame = pl.DataFrame(list(rows), schema={"step": pl.String, "from": pl.Float64, "to": pl.Float64})
    base = alt.Chart(frame, width=960, height=30 * len(rows))
    bars = base.mark_bar(height=18).encode(
        x=alt.X("from:Q", title=words["x"]), x2="to:Q",
        y=alt.Y("step:N", title=None, sort=order, axis=alt.Axis(labelLimit=320)),
        color=alt.Color("step:N", legend=None, scale=alt.Scale(domain=order, range=list(PALETTE[:len(order)]))),
    )  # fmt: skip
    paid = pl.DataFrame([{"step": order[1], "low": ends["low"], "high": ends["high"], "what": words["range"]}])
    span = alt.Chart(paid).mark_rule(strokeWidth=3, strokeDash=[3, 3], color="currentColor").encode(
        x="low:Q", x2="high:Q", y=alt.Y("step:N", sort=order)
    )  # fmt: skip
    return (bars + span).properties(padding={"left": 24, "top": 5, "right": 12, "bottom": 5})


def pair(rows: Sequence[dict[str, Any]], words: dict[str, str], order: Sequence[str]) -> Any:
    """Amounts by term, the two contracts' bars under each other."""
    terms = list(dict.fromkeys(row["term"] for row in rows))
    frame = pl.DataFrame(list(rows), schema={"term": pl.String, "contract": pl.String, "amount": pl.Float64})
    return (
        alt.Chart(frame, width=960, height=max(32 * len(terms), 60))
        .mark_bar()
        .encode(
            x=alt.X("amount:Q", title=words["x"]),
            y=alt.Y("term:N", title=None, sort=terms, axis=alt.Axis(labelLimit=240)),
            yOffset=alt.YOffset("contract:N", sort=list(order)),
            color=alt.Color("contract:N", title=None, sort=list(order), legend=alt.Legend(orient="top", labelLimit=260),
                            scale=alt.Scale(domain=list(order), range=list(PALETTE[:2]))),
        )
        .properties(padding={"left": 24, "top": 5, "right": 12, "bottom": 5})
    )  # fmt: skip
