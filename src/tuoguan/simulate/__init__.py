"""Play one option (product, market, listings, stock policies) many times on common luck."""

from typing import TYPE_CHECKING

from tuoguan.foundation.doors import opening

if TYPE_CHECKING:
    from tuoguan.simulate.engine import compare, run, trace
    from tuoguan.simulate.happened import DrawnListing, Happened, Lost, Sale, StockOrder
    from tuoguan.simulate.layout_contracts import order_clocks
    from tuoguan.simulate.outcomes import Trace
    from tuoguan.simulate.scenario import (
        Candidates,
        Component,
        Daily,
        Lane,
        Listing,
        Option,
        Outcomes,
        Place,
        Policy,
        PolicyKind,
        Record,
        Scenario,
    )

__all__ = [
    "Candidates", "Component", "Daily", "DrawnListing", "Happened", "Lane", "Listing", "Lost", "Option", "Outcomes",
    "Place", "Policy", "PolicyKind", "Record", "Sale", "Scenario", "StockOrder", "Trace", "compare", "order_clocks",
    "run", "trace",
]  # fmt: skip
__getattr__ = opening(__name__)
