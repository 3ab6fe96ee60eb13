"""Charts as SVG parts of pages: made from numbers once, kept on disk by what they were made of.

Hides the process that draws: it is started with the first chart and ends when none was asked for a while, so that an
idle server stays small. Keeps the invariant that a kept picture is exactly what its numbers would give again.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from starlette.responses import Response

from tuoguan.foundation.ids import content_hash

IDLE_SECONDS = 60.0
DRAW_SECONDS = 120.0
_lock = Lock()
_pool: ProcessPoolExecutor | None = None
_timer: Timer | None = None


def chart_response(keep: Path, chart: str, description: str, **numbers: Any) -> Response:
    """The SVG of a chart named "area.name", `drawings_<area>.<name>(**numbers)`, numbers being plain JSON.

    Comes from ``keep`` where it was drawn before. 504 where it did not come in time: the page says so in its place.
    """
    try:
        svg = drawn(keep, chart, description, numbers)
    except (TimeoutError, BrokenProcessPool):
        end()  # whatever hangs or died is replaced with the next chart
        return Response(status_code=504, headers={"Cache-Control": "no-store"})
    return Response(svg, media_type="text/html; charset=utf-8", headers={"Cache-Control": "private, max-age=300"})


def drawn(keep: Path, chart: str, description: str, numbers: dict[str, Any]) -> str:
    """The chart's SVG text."""
    asked = json.dumps([chart, description, numbers], sort_keys=True, ensure_ascii=False)
    path = keep / "charts" / f"{content_hash(asked.encode(), _code(chart))}.svg"
    if path.is_file():
        return path.read_text("utf-8")
    svg = _in_process(chart, description, numbers)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{id(svg):x}")
    fresh.write_text(svg, "utf-8")
    fresh.replace(path)
    return svg


@cache
def _code(chart: str) -> bytes:
    return (Path(__file__).parent / f"drawings_{chart.partition('.')[0]}.py").read_bytes()


def _in_process(chart: str, description: str, numbers: dict[str, Any]) -> str:
    global _pool, _timer  # noqa: PLW0603 one drawing process per server
    with _lock:
        if _pool is None:
            _pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        if _timer is not None:
            _timer.cancel()
        _timer = Timer(IDLE_SECONDS, end)
        _timer.daemon = True
        _timer.start()
        asked = _pool.submit(_draw, chart, description, numbers)
    return asked.result(timeout=DRAW_SECONDS)


def _draw(chart: str, description: str, numbers: dict[str, Any]) -> str:
    from tuoguan.app.charts import render

    area, _, name = chart.partition(".")
    module = import_module(f"tuoguan.web.drawings_{area}")
    return render(getattr(module, name)(**numbers), description)


def end() -> None:
    """Ends the drawing process; the next chart starts another."""
    global _pool  # noqa: PLW0603
    with _lock:
        if _pool is not None:
            _pool.shutdown(wait=False)
            _pool = None
