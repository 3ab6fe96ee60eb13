"""The choice tested on real history: decided with what was known, replayed on what followed."""

from tuoguan.backtest.calibration import Calibration, Pick, calibrate
from tuoguan.backtest.calibration import summary_of as summary_of_picks
from tuoguan.backtest.cells import Cell, full_grid, small_grid
from tuoguan.backtest.kept import kept
from tuoguan.backtest.known import counters_only, known_before, undated
from tuoguan.backtest.playing import Played, Setting, play_cell
from tuoguan.backtest.preparing import (
    LEAST_COVER_DAYS,
    LEAST_KNOWN_DAYS,
    MOST_COVER_DAYS,
    cover_days,
    prepare,
    span_of,
    with_last,
    without_wholesale,
)
from tuoguan.backtest.results import Row, row_of, summary_of

__all__ = [
    "LEAST_COVER_DAYS", "LEAST_KNOWN_DAYS", "MOST_COVER_DAYS", "Calibration", "Cell", "Pick", "Played", "Row",
    "Setting",  "calibrate", "counters_only", "cover_days", "full_grid", "kept", "known_before", "play_cell",
    "prepare", "row_of",  "small_grid", "span_of", "summary_of", "summary_of_picks",  "undated",
    "with_last", "without_wholesale",
]  # fmt: skip
