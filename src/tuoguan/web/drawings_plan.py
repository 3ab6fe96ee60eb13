"""Charts of the plan: purchases and shipments by week and in time, cash and hours against limits. Computes nothing."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from tuoguan.app.charts import LOSS, PALETTE, QUIET

WIDTH = 960
Rows = Sequence[dict[str, Any]]


def _dated(rows: Rows, *columns: str) -> pl.DataFrame:
    """The rows with their days as dates."""
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    return frame.with_columns(pl.col(name).str.to_date() for name in columns) if len(frame) else frame


def _plain(rows: Rows, *columns: str) -> pl.DataFrame:
    """The rows as a table that has these columns though there be no row."""
    numbers = {columns[-1]: pl.Float64}
    return pl.DataFrame(list(rows), schema=dict.fromkeys(columns, pl.String) | numbers)


def _weeks(name: str = "week", title: str | None = None) -> Any:
    return alt.X(f"{name}:T", title=title, axis=alt.Axis(format="%m-%d", labelAngle=0, tickCount="week"))


def weeks(money: Rows, leaving: Rows, starts: Sequence[str], words: dict[str, str]) -> Any:
    """Two rows over the same weeks, which begin on ``starts``: money to be paid, units that leave by each way."""
    bands = alt.X("week:O", title=None, scale=alt.Scale(domain=list(starts)),
                  axis=alt.Axis(labelExpr="slice(datum.value, 5)", labelAngle=0))  # fmt: skip
    paid = (
        alt.Chart(_plain(money, "week", "what", "amount"), width=WIDTH, height=120)
        .mark_bar()
        .encode(
            x=bands, y=alt.Y("amount:Q", title=words["money"], axis=alt.Axis(format="~s")),
            color=alt.Color("what:N", title=None, scale=alt.Scale(range=[PALETTE[0], PALETTE[1]]),
                            legend=alt.Legend(orient="top")),
        )
    )  # fmt: skip
    gone = (
        alt.Chart(_plain(leaving, "week", "mode", "units"), width=WIDTH, height=90)
        .mark_bar()
        .encode(
            x=bands, y=alt.Y("units:Q", title=words["units"], axis=alt.Axis(format="~s")),
            color=alt.Color("mode:N", title=words["mode"], scale=alt.Scale(range=list(PALETTE[2:])),
                            legend=alt.Legend(orient="top")),
        )
    )  # fmt: skip
    return alt.vconcat(paid, gone).resolve_scale(color="independent")


def shipments(rows: Rows, words: dict[str, str]) -> Any:
    """A bar from leaving to arriving, a whisker for the range of arrival; one line a site or product and way."""
    frame = _dated(rows, "order_on", "dispatch_on", "arrive_on", "arrive_early_on", "arrive_late_on")
    if not len(frame):
        return alt.Chart(pl.DataFrame({"line": [""]}), width=WIDTH, height=20).mark_text()
    frame = frame.with_columns(
        line=pl.col("line") + " · " + pl.col("mode"), lane=pl.int_range(pl.len()).over("line", "mode") % 4
    )
    names = frame.get_column("line").unique(maintain_order=True).to_list()
    base = alt.Chart(frame, width=WIDTH, height=min(max(len(names) * 34, 60), 1200))
    y, offset = alt.Y("line:N", title=None, sort=names, axis=alt.Axis(labelLimit=260)), alt.YOffset("lane:O")
    bars = base.mark_bar(cornerRadius=2).encode(
        x=alt.X("dispatch_on:T", title=None, axis=alt.Axis(format="%m-%d", tickCount="week")), x2="arrive_on:T",
        y=y, yOffset=offset,
        color=alt.Color("mode:N", title=words["mode"], scale=alt.Scale(range=list(PALETTE[2:])),
                        legend=alt.Legend(orient="top")),
        opacity=alt.Opacity("units:Q", title=words["units"], scale=alt.Scale(range=[0.45, 1]), legend=None),
    )  # fmt: skip
    whiskers = base.mark_rule(color=QUIET, strokeWidth=1).encode(
        x="arrive_early_on:T", x2="arrive_late_on:T", y=y, yOffset=offset
    )
    return (whiskers + bars) if len(frame) <= 60 else bars


def cash(rows: Rows, words: dict[str, str]) -> Any:
    """Two lines of money tied up and the limit above them."""
    frame = _dated(rows, "week")
    long = frame.unpivot(["mean", "bad", "limit"], index="week", variable_name="what", value_name="amount")
    names = [words["mean"], words["bad"], words["limit"]]
    long = long.with_columns(pl.col("what").replace_strict(["mean", "bad", "limit"], names))
    return (
        alt.Chart(long, width=WIDTH, height=200)
        .mark_line(strokeWidth=2)
        .encode(
            x=_weeks(), y=alt.Y("amount:Q", title=words["y"], axis=alt.Axis(format="~s")),
            color=alt.Color("what:N", title=None, sort=names, legend=alt.Legend(orient="top"),
                            scale=alt.Scale(domain=names, range=[PALETTE[0], PALETTE[1], LOSS])),
            strokeDash=alt.StrokeDash("what:N", sort=names, legend=None,
                                      scale=alt.Scale(domain=names, range=[[1, 0], [1, 0], [6, 4]])),
        )
    )  # fmt: skip


def hours(rows: Rows, bound: Rows, words: dict[str, str]) -> Any:
    """Hours stacked by duty, the limit above them."""
    frame = _dated(rows, "week")
    duties = frame.get_column("duty").unique(maintain_order=True).to_list() if len(frame) else []
    bars = (
        alt.Chart(frame, width=WIDTH, height=200)
        .mark_bar(width=22)
        .encode(
            x=_weeks(), y=alt.Y("hours:Q", title=words["y"]),
            color=alt.Color("duty:N", title=words["duty"], sort=duties, legend=alt.Legend(orient="top", columns=7),
                            scale=alt.Scale(domain=duties, range=list(PALETTE) + [QUIET])),
        )
    )  # fmt: skip
    if not bound:
        return bars
    limit = alt.Chart(_dated(bound, "week")).mark_line(color=LOSS, strokeDash=[6, 4]).encode(x=_weeks(), y="limit:Q")
    return bars + limit
