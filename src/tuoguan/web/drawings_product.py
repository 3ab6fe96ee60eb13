"""Charts of one product: waterfalls of its options, their profit over the futures, stock, demand and thresholds.

Plain numbers in (money in major units), an Altair chart out; computes nothing.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from tuoguan.app.charts import LOSS, PALETTE
from tuoguan.web.drawings_decide import INK, WIDTH
from tuoguan.web.drawings_decide import waterfall as side_by_side


def waterfall(sides: Sequence[dict[str, Any]], total: str, x: str) -> Any:
    """Waterfalls of unit economics, two in a row, on one scale."""
    return side_by_side(sides, total, x, 2, 230)


def spread(rows: Sequence[dict[str, Any]], x: str) -> Any:
    """From 5 % to 95 % of the futures, the middle, and the mean; ``rows``: "name", "low", "middle", "high", "mean"."""
    order = [row["name"] for row in rows]
    base = alt.Chart(pl.DataFrame(list(rows))).encode(
        y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=320))
    )
    numbers = [alt.Tooltip(f"{name}:Q", format=",.0f") for name in ("low", "middle", "mean", "high")]
    tips = [alt.Tooltip("name:N", title=" "), *numbers]
    axis = alt.Axis(format="~s")
    line = base.mark_rule(strokeWidth=9, opacity=0.45).encode(
        x=alt.X("low:Q", title=x, axis=axis), x2="high:Q", tooltip=tips,
        color=alt.condition("datum.chosen", alt.value(PALETTE[0]), alt.value("#8c8c8c")),
    )  # fmt: skip
    middle = base.mark_tick(color=INK, thickness=2, height=14).encode(x="middle:Q")
    mean = base.mark_point(filled=True, color=INK, size=45, shape="diamond").encode(x="mean:Q", tooltip=tips)
    nought = alt.Chart(pl.DataFrame({"at": [0.0]})).mark_rule(color=INK, opacity=0.5).encode(x="at:Q")
    return (nought + line + middle + mean).properties(width=WIDTH - 160, height=30 * len(rows))


def density(series: Sequence[dict[str, Any]], x: str, y: str) -> Any:
    """How likely which profit is; each of ``series`` has "name" and "values" by future."""
    rows = [{"name": one["name"], "value": value} for one in series for value in one["values"]]
    order = [one["name"] for one in series]
    color = alt.Color("name:N", scale=alt.Scale(domain=order, range=list(PALETTE[: len(order)])), title=None,
                      legend=alt.Legend(orient="top", columns=2, labelLimit=280))  # fmt: skip
    return (
        alt.Chart(pl.DataFrame(rows), width=WIDTH, height=170)
        .transform_density("value", groupby=["name"], as_=["value", "density"], steps=80)
        .mark_area(opacity=0.3, line=True)
        .encode(
            x=alt.X("value:Q", title=x, axis=alt.Axis(format="~s")),
            y=alt.Y("density:Q", title=y, axis=alt.Axis(labels=False, ticks=False)), color=color,
        )
    )  # fmt: skip


def fan(days: Sequence[str], bands: Sequence[Sequence[float]], inbound: Sequence[dict[str, Any]], y: str,
        arrives: str) -> Any:  # fmt: skip
    """A fan over days: ``bands`` are the 5, 25, 50, 75 and 95 % lines; ``inbound`` has "day" and "units" as marks."""
    frame = pl.DataFrame({"day": list(days), **{f"b{at}": list(band) for at, band in enumerate(bands)}})
    base = alt.Chart(frame).encode(x=alt.X("day:T", title=None, axis=alt.Axis(format="%m-%d")))
    tips = [alt.Tooltip("day:T", format="%Y-%m-%d", title=" "), alt.Tooltip("b0:Q", title="5 %"),
            alt.Tooltip("b2:Q", title="50 %"), alt.Tooltip("b4:Q", title="95 %")]  # fmt: skip
    wide = base.mark_area(opacity=0.18, color=PALETTE[0]).encode(y=alt.Y("b0:Q", title=y), y2="b4:Q")
    near = base.mark_area(opacity=0.3, color=PALETTE[0]).encode(y="b1:Q", y2="b3:Q")
    line = base.mark_line(color=PALETTE[0], strokeWidth=2).encode(y="b2:Q", tooltip=tips)
    chart = wide + near + line
    if inbound:
        marks = alt.Chart(pl.DataFrame(list(inbound)))
        chart += marks.mark_rule(strokeDash=[3, 3], color=LOSS).encode(
            x="day:T", tooltip=[alt.Tooltip("day:T", format="%Y-%m-%d", title=arrives), alt.Tooltip("units:Q", title=y)]
        )
        chart += marks.mark_text(dx=3, align="left", color=INK, fontSize=10).encode(
            x="day:T", y=alt.value(6), text=alt.Text("units:Q", format="+,")
        )
    return chart.properties(width=WIDTH, height=180)


def demand(history: Sequence[dict[str, Any]], forecast: Sequence[dict[str, Any]], y: str, seen: str, ahead: str) -> Any:
    """Units by week: what was sold, then the fan of what is expected ("week", "mean", "bands")."""
    rows = [
        {"week": row["week"], "mean": row["mean"], **{f"b{at}": value for at, value in enumerate(row["bands"])}}
        for row in forecast
    ]
    base = alt.Chart(pl.DataFrame(rows)).encode(x=alt.X("week:T", title=ahead, axis=alt.Axis(format="%m-%d")))
    fan_of = base.mark_area(opacity=0.2, color=PALETTE[0]).encode(y=alt.Y("b0:Q", title=y), y2="b4:Q")
    near = base.mark_area(opacity=0.3, color=PALETTE[0]).encode(y="b1:Q", y2="b3:Q")
    line = base.mark_line(color=PALETTE[0], strokeWidth=2).encode(
        y="mean:Q", tooltip=[alt.Tooltip("week:T", format="%Y-%m-%d", title=" "), alt.Tooltip("mean:Q", title=y)]
    )
    ahead_of = (fan_of + near + line).properties(width=WIDTH // 2 - 20, height=160)
    if not history:
        return ahead_of
    before = (
        alt.Chart(pl.DataFrame(list(history)), width=WIDTH // 2 - 20, height=160).mark_bar(color="#8c8c8c")
        .encode(x=alt.X("week:T", title=seen, axis=alt.Axis(format="%Y-%m")), y=alt.Y("units:Q", title=y),
                tooltip=[alt.Tooltip("week:T", format="%Y-%m-%d", title=" "), alt.Tooltip("units:Q", title=y)])
    )  # fmt: skip
    return alt.hconcat(before, ahead_of, spacing=16).resolve_scale(y="independent")


def turns(rows: Sequence[dict[str, Any]], x: str) -> Any:
    """How far each term may move before the answer turns: "term" and "distance" as a share of today's value."""
    order = [row["term"] for row in rows]
    base = alt.Chart(pl.DataFrame(list(rows))).encode(y=alt.Y("term:N", sort=order, title=None))
    bars = base.mark_bar(height=9).encode(
        x=alt.X("distance:Q", title=x, axis=alt.Axis(format="+.0%"), scale=alt.Scale(domain=[-1, 1], clamp=True)),
        color=alt.condition("abs(datum.distance) < 0.1", alt.value(LOSS), alt.value(PALETTE[0])),
        tooltip=[alt.Tooltip("term:N", title=" "), alt.Tooltip("distance:Q", title=x, format="+.1%")],
    )
    middle = alt.Chart(pl.DataFrame({"at": [0.0]})).mark_rule(color=INK).encode(x="at:Q")
    return (bars + middle).properties(width=WIDTH - 160, height=24 * len(rows))
