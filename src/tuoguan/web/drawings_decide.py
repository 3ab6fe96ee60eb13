"""Charts of a decision: what was chosen, its money over the futures, its limits by week, and other ways to choose.

Plain numbers in (money in major units), an Altair chart out; computes nothing. Every mark carries its own words.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from tuoguan.app.charts import GAIN, LOSS, PALETTE, QUIET

WIDTH = 560
NONE = "#8c8c8c"
INK = "currentColor"


def colors(count: int) -> list[str]:
    """One color for each way in the order of the page's legend; not selling is gray and comes last."""
    return [PALETTE[at % len(PALETTE)] for at in range(count)]


def ways(rows: Sequence[dict[str, Any]], order: Sequence[str], none: str, x: str, market: str, way: str) -> Any:
    """Stacked counts, a bar for each market; ``rows`` have "market", "way" and "count", ``none`` is not selling."""
    scale = alt.Scale(domain=list(order), range=[NONE if one == none else PALETTE[at % len(PALETTE)]
                                                 for at, one in enumerate(order)])  # fmt: skip
    rank = {name: at for at, name in enumerate(order)}
    frame = pl.DataFrame([{**row, "rank": rank[row["way"]]} for row in rows])
    return (
        alt.Chart(frame, width=WIDTH, height=34 * max(frame.get_column("market").n_unique(), 1))
        .mark_bar(stroke="#8884", strokeWidth=0.5)
        .encode(
            y=alt.Y("market:N", title=None), x=alt.X("sum(count):Q", title=x),
            color=alt.Color("way:N", scale=scale, title=None, sort=list(order),
                            legend=alt.Legend(columns=2, labelLimit=300, orient="bottom")),
            order=alt.Order("rank:Q"),
            tooltip=[alt.Tooltip("market:N", title=market), alt.Tooltip("way:N", title=way),
                     alt.Tooltip("sum(count):Q", title=x, format=",")],
        )
    )  # fmt: skip


def money(values: Sequence[float], marks: Sequence[dict[str, Any]], x: str, y: str) -> Any:
    """How often which profit came out over the futures; ``marks`` have "name" and "at"."""
    bars = (
        alt.Chart(pl.DataFrame({"value": list(values)}))
        .mark_bar(color=PALETTE[0], opacity=0.75)
        .encode(
            x=alt.X("value:Q", bin=alt.Bin(maxbins=36), title=x, axis=alt.Axis(format="~s")),
            y=alt.Y("count():Q", title=y),
        )
    )
    lines = pl.DataFrame([{**one, "row": row} for row, one in enumerate(marks)])
    rules = alt.Chart(lines).mark_rule(strokeDash=[4, 3], color=INK).encode(x="at:Q")
    words = [
        alt.Chart(lines.filter(pl.col("row") == row)).mark_text(align="left", dx=4, color=INK, fontSize=11)
        .encode(x="at:Q", y=alt.value(8 + 15 * row), text="name:N")
        for row in range(lines.height)
    ]  # fmt: skip
    return alt.layer(bars, rules, *words).properties(width=WIDTH, height=190)


def bridge(rows: Sequence[dict[str, Any]], total: str, x: str) -> Any:
    """A waterfall: ``rows`` have "name" and "value" in order; the last bar is their sum."""
    return waterfall([{"title": "", "rows": list(rows)}], total, x, 1, WIDTH - 90)


def waterfall(sides: Sequence[dict[str, Any]], total: str, x: str, columns: int, width: int) -> Any:
    """Waterfalls side by side on one scale: each of ``sides`` has "title" and "rows" of "name" and "value"."""
    bars: list[dict[str, Any]] = []
    for at, side in enumerate(sides):
        level = 0.0
        for row in side["rows"]:
            kind = "gain" if row["value"] >= 0 else "loss"
            bars.append({"side": at, "name": row["name"], "from": level, "to": level + row["value"], "kind": kind,
                         "value": row["value"]})  # fmt: skip
            level += row["value"]
        bars.append({"side": at, "name": total, "from": 0.0, "to": level, "kind": "total", "value": level})
    frame = pl.DataFrame(bars)
    order = frame.get_column("name").unique(maintain_order=True).to_list()
    ends = [float(bar[end]) for bar in bars for end in ("from", "to")]
    low, high = min(ends), max(ends)
    scale = alt.Scale(domain=["gain", "loss", "total"], range=[GAIN, LOSS, PALETTE[0]])
    parts = [
        alt.Chart(frame.filter(pl.col("side") == at), title=alt.Title(side["title"], fontSize=11, limit=width),
                  width=width, height=17 * len(order))
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labels=at % columns == 0, ticks=at % columns == 0)),
            x=alt.X("from:Q", title=x, axis=alt.Axis(format="~s", tickCount=4),
                    scale=alt.Scale(domain=[low, high])), x2="to:Q",
            color=alt.Color("kind:N", scale=scale, legend=None),
            tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("value:Q", title=x, format=",.2f")],
        )
        for at, side in enumerate(sides)
    ]  # fmt: skip
    return parts[0] if len(parts) == 1 else alt.concat(*parts, columns=columns, spacing=12)


def frontier(points: Sequence[dict[str, Any]], x: str, y: str, yours: str) -> Any:
    """Mean profit beside the mean of the worst outcomes; ``points`` have "name", "x", "y", "line" and "yours"."""
    frame = pl.DataFrame(list(points))
    base = alt.Chart(frame).encode(
        x=alt.X("x:Q", title=x, scale=alt.Scale(zero=False, padding=24), axis=alt.Axis(format="~s")),
        y=alt.Y("y:Q", title=y, scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(format="~s")),
    )
    names = frame.get_column("line").unique(maintain_order=True).to_list()
    color = alt.Color("line:N", scale=alt.Scale(domain=names, range=colors(len(names))), title=None,
                      legend=alt.Legend(orient="top") if len(names) > 1 else None)  # fmt: skip
    tips = [alt.Tooltip("name:N", title=" "), alt.Tooltip("y:Q", title=y, format=",.0f"),
            alt.Tooltip("x:Q", title=x, format=",.0f")]  # fmt: skip
    line = base.mark_line(color=QUIET, strokeWidth=1).encode(detail="line:N")
    shape = alt.Shape("line:N", legend=None)
    dots = base.mark_point(filled=True, size=70).encode(color=color, shape=shape, tooltip=tips)
    ring = base.transform_filter("datum.yours").mark_point(size=220, color=INK, strokeWidth=1.5)
    words = base.mark_text(dx=9, dy=-7, align="left", color=INK, fontSize=10).encode(text="name:N")
    return (line + dots + ring + words).properties(width=WIDTH, height=230)


def capacity(weeks: Sequence[dict[str, Any]], x: str, y: str, worth: str, limit: str) -> Any:
    """What each week takes of one limit: "week", "used", "limit", "worth"; weeks with a worth stand out."""
    rows = [{**week, "binds": week["worth"] > 0, "says": f"{week['worth']:,.0f}" if week["worth"] > 0 else ""}
            for week in weeks]  # fmt: skip
    base = alt.Chart(pl.DataFrame(rows)).encode(x=alt.X("week:O", title=x, axis=alt.Axis(labelAngle=0)))
    tips = [alt.Tooltip("week:O", title=x), alt.Tooltip("used:Q", title=y, format=",.1f"),
            alt.Tooltip("limit:Q", title=limit, format=",.1f"),
            alt.Tooltip("worth:Q", title=worth, format=",.2f")]  # fmt: skip
    bars = base.mark_bar().encode(
        y=alt.Y("used:Q", title=y), tooltip=tips,
        color=alt.condition("datum.binds", alt.value(LOSS), alt.value(PALETTE[0])),
    )  # fmt: skip
    rule = base.mark_tick(color=INK, thickness=1.5, width=22).encode(y="limit:Q")
    words = base.mark_text(dy=-8, color=INK, fontSize=10).encode(y="limit:Q", text="says:N")
    return (bars + rule + words).properties(width=WIDTH, height=140)
