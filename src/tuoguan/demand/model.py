"""Demand as the simulator needs it: for each product x market, a level with its uncertainty, a season and a spread.

Units a day under the contract of the history ("today's way"); what another contract does to it (reach, visibility,
price, speed) is applied by the simulator, because that is a property of the contract, not of the buyers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.foundation.days import Day


@dataclass(frozen=True, slots=True)
class Demand:
    """Rows are series (product x market) in the order of ``sku`` and ``market``; days start at ``start_on``.

    level_mean  [series]        expected units a day at season 1.0
    level_shape [series]        gamma shape of the level's posterior (large = well known); the level drawn on a path is
                                Gamma(shape) / shape x level_mean
    dispersion  [series]        variance-to-mean ratio of daily counts, >= 1 (1 = Poisson; else negative binomial)
    season      [profile, day]  year x weekday x damped trend, near 1 over a year; [profile] = ``profile[series]``
    profile     [series]        row of ``season``
    method      [series]        "level", "pooled" or "cold_start"
    observed_days [series]      days of history that could have seen a sale (stock-outs left out)
    half_life_days              how fast old days lost weight for the commonest class; 0 when nothing was fitted
    notes                       what was assumed or left out, in words for the report
    """

    sku: tuple[str, ...]
    market: tuple[str, ...]
    start_on: Day
    level_mean: npt.NDArray[np.float64]
    level_shape: npt.NDArray[np.float64]
    dispersion: npt.NDArray[np.float64]
    season: npt.NDArray[np.float64]
    profile: npt.NDArray[np.int64]
    method: tuple[str, ...]
    observed_days: npt.NDArray[np.int64]
    half_life_days: float = 0.0
    notes: tuple[str, ...] = ()
