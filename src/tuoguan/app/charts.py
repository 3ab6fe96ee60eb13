"""Charts as SVG text: numbers in, one picture out, readable in light and dark because ink is the page's own color.

Built with Altair and rendered by vl-convert in this process; nothing is loaded from a network. Every chart carries a
title and a description, and the page that shows it shows the table behind it too.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl

from tuoguan.foundation.money import EXPONENT_BY_CURRENCY

# A calm scale that keeps its order in gray and for common color blindness (Okabe and Ito 2008).
PALETTE = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8c8c8c",
    "#b8a100",
    "#5e3c99",
    "#8dd3c7",
    "#7f3b08",
    "#f4a6a6",
)
GAIN, LOSS, QUIET = "#009e73", "#d55e00", "#8c8c8c"


@cache
def _altair() -> Any:
    import altair

    altair.data_transformers.disable_max_rows()
    return altair


def major(minor: int, currency: str) -> float:
    """Major units for an axis: a chart draws floats, and nothing is computed with them."""
    return float(minor / 10 ** EXPONENT_BY_CURRENCY[currency])


def render(chart: Any, description: str) -> str:
    """The chart as one SVG element with the description as its accessible name."""
    import vl_convert

    configured = (
        chart.configure(background="transparent", font="system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif")
        .configure_axis(labelColor="currentColor", titleColor="currentColor", domainColor="currentColor",
                        tickColor="currentColor", gridColor="#8884", titleFontWeight="normal", labelOverlap=True)
        .configure_legend(labelColor="currentColor", titleColor="currentColor")
        .configure_title(color="currentColor", anchor="start", fontWeight=600)
        .configure_header(labelColor="currentColor", titleColor="currentColor")
        .configure_view(stroke=None)
    )  # fmt: skip
    svg = str(vl_convert.vegalite_to_svg(configured.to_dict(format="vega-lite")))
    # vl-convert sizes in pixels; a viewBox alone lets the page decide the width.
    svg = re.sub(r'<svg ([^>]*?)width="[\d.]+" height="[\d.]+"', r"<svg \1", svg, count=1)
    # A group of marks has no name of its own; as a symbol it would want one.
    svg = re.sub(r'"graphics-symbol"( aria-roledescription="[^"]* mark container")', r'"graphics-object"\1', svg)
    label = description.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def distribution(values: Sequence[float], *, title: str, axis: str, marks: dict[str, float]) -> str:
    """Histogram of portfolio profit over the futures played, with vertical marks such as the mean."""
    alt = _altair()
    bars = (
        alt.Chart(pl.DataFrame({"value": list(values)}))
        .mark_bar(color=PALETTE[0], opacity=0.75)
        .encode(
            x=alt.X("value:Q", bin=alt.Bin(maxbins=30), title=axis, axis=alt.Axis(format="~s")),
            y=alt.Y("count()", title=None),
        )
    )
    names, places = list(marks), list(marks.values())
    lines = pl.DataFrame({"name": names, "value": places})
    rules = alt.Chart(lines).mark_rule(strokeDash=[4, 3], color="currentColor").encode(x="value:Q")
    words = (
        alt.Chart(lines).mark_text(align="left", dx=3, dy=-4, color="currentColor", fontSize=10)
        .encode(x="value:Q", y=alt.value(8), text="name:N")
    )  # fmt: skip
    return render((bars + rules + words).properties(width=560, height=180, title=title), title)


def bridge(labels: Sequence[str], values: Sequence[float], *, title: str, axis: str, total: str) -> str:
    """Waterfall of profit components; the last bar is their sum."""
    alt = _altair()
    rows, level = [], 0.0
    for label, value in zip(labels, values, strict=True):
        rows.append({"label": label, "from": level, "to": level + value, "kind": "gain" if value >= 0 else "loss"})
        level += value
    rows.append({"label": total, "from": 0.0, "to": level, "kind": "total"})
    order = [row["label"] for row in rows]
    scale = alt.Scale(domain=["gain", "loss", "total"], range=[GAIN, LOSS, PALETTE[0]])
    chart = (
        alt.Chart(pl.DataFrame(rows))
        .mark_bar()
        .encode(
            y=alt.Y("label:N", sort=order, title=None),
            x=alt.X("from:Q", title=axis, axis=alt.Axis(format="~s")),
            x2="to:Q",
            color=alt.Color("kind:N", scale=scale, legend=None),
        )
    )
    return render(chart.properties(width=560, height=22 * len(rows), title=title), title)


def capacity(weeks: Sequence[int], used: Sequence[float], limit: float, *, title: str, axis: str, x_axis: str) -> str:
    """How much of one shared limit each week takes; the line is the limit."""
    alt = _altair()
    frame = pl.DataFrame({"week": list(weeks), "used": list(used)})
    area = (
        alt.Chart(frame).mark_bar(color=PALETTE[0], opacity=0.75)
        .encode(x=alt.X("week:O", title=x_axis, axis=alt.Axis(labelAngle=0)), y=alt.Y("used:Q", title=axis))
    )  # fmt: skip
    line = alt.Chart(pl.DataFrame({"limit": [limit]})).mark_rule(color=LOSS, strokeWidth=1.5).encode(y="limit:Q")
    return render((area + line).properties(width=560, height=150, title=title), title)


def counts(frame: pl.DataFrame, *, title: str, axis: str) -> str:
    """Stacked counts: ``frame`` has market, way and count; one bar per market, one color per way."""
    alt = _altair()
    ways = frame.get_column("way").unique().sort().to_list()
    scale = alt.Scale(domain=ways, range=[PALETTE[i % len(PALETTE)] for i in range(len(ways))])
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y("market:N", title=None),
            x=alt.X("count:Q", title=axis),
            color=alt.Color(
                "way:N", scale=scale, title=None, legend=alt.Legend(columns=2, labelLimit=320, orient="bottom")
            ),
        )
    )
    height = 30 * max(frame.get_column("market").n_unique(), 1)
    return render(chart.properties(width=560, height=height, title=title), title)


def frontier(frame: pl.DataFrame, *, title: str, x: str, y: str) -> str:
    """Mean profit against the mean of the worst outcomes for several weights of risk; ``frame``: weight, mean, cvar."""
    alt = _altair()
    base = alt.Chart(frame).encode(
        x=alt.X("cvar:Q", title=x, scale=alt.Scale(zero=False)), y=alt.Y("mean:Q", title=y, scale=alt.Scale(zero=False))
    )
    line = base.mark_line(color=QUIET)
    points = base.mark_point(color=PALETTE[0], filled=True, size=60)
    words = base.mark_text(dx=8, align="left", color="currentColor", fontSize=10).encode(text="weight:N")
    return render((line + points + words).properties(width=560, height=200, title=title), title)
