"""Charts of stock: plain numbers in, Altair charts out. Computes nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from tuoguan.app.charts import LOSS, PALETTE


def runout(series: Sequence[dict[str, Any]], coming: Sequence[dict[str, Any]], words: Sequence[str]) -> Any:
    """Units on hand by day, a line a place; dots where goods arrive; ``words``: day, units on hand, arrival."""
    rows = [
        {"place": one["name"], "day": date.fromisoformat(one["from"]) + timedelta(days=at), "units": level}
        for one in series for at, level in enumerate(one["levels"])
    ]  # fmt: skip
    shape = {"place": pl.String, "day": pl.Date, "units": pl.Float64}
    color = alt.Color("place:N", title=None, scale=alt.Scale(range=list(PALETTE)), legend=alt.Legend(orient="top"))
    lines = (
        alt.Chart(pl.DataFrame(rows, schema=shape), width=640, height=200)
        .mark_line(strokeWidth=2, interpolate="step-after")
        .encode(
            x=alt.X("day:T", title=words[0], axis=alt.Axis(format="%m-%d")),
            y=alt.Y("units:Q", title=words[1]),
            color=color,
        )
    )
    arrivals = [{"place": one["name"], "day": date.fromisoformat(one["day"]), "units": one["units"]} for one in coming]
    dots = (
        alt.Chart(pl.DataFrame(arrivals, schema={"place": pl.String, "day": pl.Date, "units": pl.Int64}))
        .mark_point(shape="triangle-down", filled=True, size=90, color=LOSS, opacity=1)
        .encode(x="day:T", y=alt.value(8), tooltip=["place:N", "units:Q"], description="units:Q")
    )
    text = dots.mark_text(dy=-9, fontSize=10, color="currentColor").encode(text=alt.Text("units:Q", format="+d"))
    return lines + dots + text


def cost(bars: Sequence[dict[str, Any]], words: Sequence[str]) -> Any:
    """What one unit of each layer cost, stacked by component; ``words``: layer, cost."""
    frame = pl.DataFrame(list(bars), schema={"layer": pl.String, "component": pl.String, "cost": pl.Float64})
    return (
        alt.Chart(frame, width=520, height=alt.Step(20))
        .mark_bar()
        .encode(
            y=alt.Y("layer:N", title=words[0], sort=None),
            x=alt.X("sum(cost):Q", title=words[1]),
            color=alt.Color("component:N", title=None, scale=alt.Scale(range=list(PALETTE)),
                            legend=alt.Legend(orient="top")),
        )
    )  # fmt: skip
