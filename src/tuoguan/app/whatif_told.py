"""The answer of a what-if as plain values, for programs, pages and the command line alike.

Keeps the invariant that money is whole minor units.
"""

from typing import Any

from tuoguan.app.whatif import WhatIf
from tuoguan.choose import Portfolio


def whatif_json(found: WhatIf) -> dict[str, Any]:
    """The answer in numbers; money in minor units."""
    return {
        "schema": 1, "currency": found.study.currency, "study": dict(found.kept.hashes),
        "before": _portfolio(found.old), "after": _portfolio(found.new),
        "kept_choice": {"expected_profit_minor": found.kept_minor, "passes_limits": list(found.broken)},
        "moved": [
            {
                "sku": one.sku, "market": one.market, "from": one.old, "to": one.new, "before_minor": one.before_minor,
                "kept_minor": one.kept_minor, "after_minor": one.after_minor,
            }
            for one in found.moved
        ],
        "options": counts_of(found),
        "terms": [
            {"id": row.id, "term": row.term, "before": row.before, "after": row.after} for row in found.again.terms
        ],
        "open_and_not_evaluated": list(found.again.fresh),
        "seconds": {name: round(value, 3) for name, value in found.seconds.items()},
    }  # fmt: skip


def _portfolio(portfolio: Portfolio) -> dict[str, Any]:
    return {
        "expected_profit_minor": round(portfolio.mean), "cvar_minor": round(portfolio.cvar),
        "objective_minor": round(portfolio.objective), "bound_minor": round(portfolio.bound),
        "gap": round(portfolio.gap, 9), "sold": sold_of(portfolio),
        "capacities": [
            {
                "name": limit.name, "limit": limit.limit, "used": round(float(used), 6),
                "shadow_price": round(float(price), 6),
            }
            for limit, used, price in zip(portfolio.capacities, portfolio.used, portfolio.shadow_price, strict=True)
        ],
    }  # fmt: skip


def counts_of(found: WhatIf) -> dict[str, int]:
    """How many options were answered from kept means, were played again, and are gone."""
    flags = {"from_kept_means": found.again.shifted, "played": found.again.played, "gone": found.again.gone}
    return {name: int(rows.sum()) for name, rows in flags.items()}


def sold_of(portfolio: Portfolio) -> int:
    """Products x markets that are sold."""
    return int((portfolio.chosen >= 0).sum())
