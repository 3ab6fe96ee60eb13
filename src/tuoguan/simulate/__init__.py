"""Play one option (product, market, listings, stock policy) many times on common luck."""

from tuoguan.simulate.engine import Trace, run, trace
from tuoguan.simulate.scenario import (
    Component,
    Lane,
    Listing,
    Option,
    Outcomes,
    Place,
    Policy,
    PolicyKind,
    Scenario,
)

__all__ = [
    "Component", "Lane", "Listing", "Option", "Outcomes", "Place", "Policy", "PolicyKind", "Scenario", "Trace", "run",
    "trace",
]  # fmt: skip
