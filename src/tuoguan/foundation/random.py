"""Addressed randomness, `kernels.u01(seed, path, product, market, stream, day)`: the closed list of streams.

Every draw in tuoguan names its address, so all options and policies share the same luck.
"""

from enum import IntEnum


class Stream(IntEnum):
    """What a draw is for. Never renumber: stored seeds must replay. 100 and above are free for contract terms."""

    DEMAND = 1
    LEVEL = 2
    SEASON = 3
    REACH = 4
    VISIBILITY = 5
    SUPPLIER_LEAD = 6
    LANE_LEAD = 7
    RETURNS = 8
    DELIVERY = 9
    LATE = 10
    QUALITY = 11
    PAYOUT_LAG = 12
    FREIGHT = 13
    FX = 14
    REGIME = 15
    ELASTICITY = 16
    MINUTES = 17
    SPREAD = 18
    COST = 19
    BOOTSTRAP = 20
    SHOCK = 21
    TERM = 100
