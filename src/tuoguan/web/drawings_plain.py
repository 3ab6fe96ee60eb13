"""Charts that more than one area uses: a function each, plain numbers in, an Altair chart out. Computes nothing.

Colors come from `app.charts`; text and lines take the page's own color, so that one picture serves light and dark.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from tuoguan.app.charts import PALETTE


def lines(series: Sequence[dict[str, Any]], *, x: str, y: str) -> Any:
    """Lines over days or weeks: each of ``series`` has "name" and "points" of [x, y]."""
    rows = [{"name": one["name"], "x": at, "y": value} for one in series for at, value in one["points"]]
    frame = pl.DataFrame(rows, schema={"name": pl.String, "x": pl.Float64, "y": pl.Float64})
    return (
        alt.Chart(frame, width=520, height=180)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("x:Q", title=x),
            y=alt.Y("y:Q", title=y, axis=alt.Axis(format="~s")),
            color=alt.Color(
                "name:N", title=None, scale=alt.Scale(range=list(PALETTE)), legend=alt.Legend(orient="top")
            ),
        )
    )
