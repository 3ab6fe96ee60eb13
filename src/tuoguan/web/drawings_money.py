"""Charts of money: plain numbers in, Altair charts out. Computes nothing but where a bar of a bridge begins."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from tuoguan.app.charts import GAIN, LOSS, PALETTE, QUIET


def bridge(steps: Sequence[dict[str, Any]], axis: str) -> Any:
    """A waterfall: each of ``steps`` has "name", "value" and "total" (a bar from nought)."""
    rows, level = [], 0.0
    for one in steps:
        if one["total"]:
            rows.append({"name": one["name"], "from": 0.0, "to": one["value"], "kind": "total", "value": one["value"]})
            level = one["value"]
        else:
            kind = "gain" if one["value"] >= 0 else "loss"
            to = level + one["value"]
            rows.append({"name": one["name"], "from": level, "to": to, "kind": kind, "value": one["value"]})
            level = to
    order = [row["name"] for row in rows]
    scale = alt.Scale(domain=["gain", "loss", "total"], range=[GAIN, LOSS, PALETTE[0]])
    base = alt.Chart(pl.DataFrame(rows), width=560, height=24 * len(rows)).encode(
        y=alt.Y("name:N", sort=order, title=None)
    )
    bars = base.mark_bar().encode(
        x=alt.X("from:Q", title=axis, axis=alt.Axis(format="~s")), x2="to:Q",
        color=alt.Color("kind:N", scale=scale, legend=None),
    )  # fmt: skip
    text = base.mark_text(align="left", dx=4, fontSize=10, color="currentColor").encode(
        x=alt.X("to:Q"), text=alt.Text("value:Q", format="+,.0f")
    )
    return bars + text


def cash(days: Sequence[dict[str, Any]], planned: Sequence[dict[str, Any]], words: Sequence[str]) -> Any:
    """The bank by day and the plan's balance; bars are what comes on a day. ``words``: day, axis, bank, plan, comes."""
    shape = {"day": pl.Date, "amount": pl.Float64, "name": pl.String}
    lines = [{"day": date.fromisoformat(one["day"]), "amount": one["bank"], "name": words[2]} for one in days]
    lines += [{"day": date.fromisoformat(one["day"]), "amount": one["amount"], "name": words[3]} for one in planned]
    bars = [
        {"day": date.fromisoformat(one["day"]), "amount": one["comes"], "name": words[4]}
        for one in days if one["comes"]
    ]  # fmt: skip
    color = alt.Color(
        "name:N", title=None, legend=alt.Legend(orient="top"),
        scale=alt.Scale(domain=[words[2], words[3], words[4]], range=[PALETTE[0], PALETTE[1], QUIET]),
    )  # fmt: skip
    x, y = (
        alt.X("day:T", title=words[0], axis=alt.Axis(format="%m-%d")),
        alt.Y("amount:Q", title=words[1], axis=alt.Axis(format="~s")),
    )
    line = alt.Chart(pl.DataFrame(lines, schema=shape), width=640, height=200).mark_line(
        strokeWidth=2, interpolate="step-after"
    ).encode(x=x, y=y, color=color)  # fmt: skip
    bar = alt.Chart(pl.DataFrame(bars, schema=shape)).mark_bar(width=4).encode(x=x, y=y, color=color)
    return bar + line


def weeks(bars: Sequence[dict[str, Any]], words: Sequence[str]) -> Any:
    """What kinds of charge took, by week, stacked; each of ``bars`` has "week", "kind", "amount". ``words``: x, y."""
    rows = [{"week": date.fromisoformat(one["week"]), "kind": one["kind"], "amount": one["amount"]} for one in bars]
    frame = pl.DataFrame(rows, schema={"week": pl.Date, "kind": pl.String, "amount": pl.Float64})
    return (
        alt.Chart(frame, width=640, height=200)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(week):O", title=words[0], axis=alt.Axis(format="%m-%d", labelAngle=0)),
            y=alt.Y("sum(amount):Q", title=words[1], axis=alt.Axis(format="~s")),
            color=alt.Color("kind:N", title=None, scale=alt.Scale(range=list(PALETTE)),
                            legend=alt.Legend(orient="top", columns=6)),
        )
    )  # fmt: skip
