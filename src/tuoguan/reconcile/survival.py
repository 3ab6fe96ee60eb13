"""Times until something happens, when some have not happened yet: the product-limit estimator and what follows from it.

Keeps the invariant that what is still open (censored) counts for as long as it was seen and no longer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """``left[i]`` is the share to which nothing has happened after day ``day[i]``; ``variance`` is Greenwood's."""

    day: Days
    left: Floats
    variance: Floats
    seen_until: int  # the longest time anything was watched
    event_count: float

    def happened_by(self, day: int) -> tuple[float, float]:
        """(share to which it has happened by the day, its variance)."""
        index = int(np.searchsorted(self.day, day, side="right")) - 1
        return (0.0, 0.0) if index < 0 else (float(1.0 - self.left[index]), float(self.variance[index]))

    def day_of(self, share: float) -> int | None:
        """The first day by which it has happened to the share; None when that was never seen."""
        reached = np.flatnonzero(1.0 - self.left >= share - 1e-12)
        return int(self.day[reached[0]]) if len(reached) else None

    def interval_of(self, share: float, z: float = 1.645) -> tuple[int | None, int | None]:
        """The days on which the share lies within ``z`` deviations of what has happened (Brookmeyer & Crowley 1982)."""
        deviation = np.sqrt(self.variance)
        early = np.flatnonzero(1.0 - self.left + z * deviation >= share)
        late = np.flatnonzero(1.0 - self.left - z * deviation >= share)
        return (int(self.day[early[0]]) if len(early) else None, int(self.day[late[0]]) if len(late) else None)


def kaplan_meier(days: Days, happened: npt.NDArray[np.bool_], weight: Floats | None = None) -> Survival:
    """The survival of times ``days``, of which those not ``happened`` are only known to be longer.

    Kaplan & Meier 1958, with Greenwood's variance; censored at a day count as at risk on it.
    """
    weight = np.ones(len(days)) if weight is None else weight
    points = np.unique(days[happened])
    order = np.sort(days)
    behind = np.concatenate((np.cumsum(weight[np.argsort(days, kind="stable")][::-1])[::-1], [0.0]))
    at_risk = behind[np.searchsorted(order, points)]
    events = np.zeros(len(points))
    np.add.at(events, np.searchsorted(points, days[happened]), weight[happened])
    left = np.asarray(np.cumprod(1.0 - events / at_risk), dtype=np.float64)
    rest = at_risk - events
    terms = np.where(rest > 0, events / (at_risk * np.where(rest > 0, rest, 1.0)), 0.0)
    until = int(days.max()) if len(days) else 0
    variance: Floats = np.asarray(left**2 * np.cumsum(terms), dtype=np.float64)
    return Survival(points, left, variance, until, float(events.sum()))
