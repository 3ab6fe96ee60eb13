"""Planned against realized profit of the last decision, product by product.

Hides where the decision's files lie. Keeps the invariant that every bridge adds up to the minor unit.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tuoguan.app.ledgers import open_work
from tuoguan.app.reconciling import rates
from tuoguan.app.standing import standing
from tuoguan.foundation.days import Day, parse_day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.reconcile import Bridge, Realized, Reconciled, bridge, interest_minor, realized_of
from tuoguan.simulate import Component

DECISION = "decision"  # of a workspace
YEARLY_PPM = 100_000  # interest on money that comes late, where nobody says: ten percent a year, assumed


@dataclass(frozen=True, slots=True)
class Compared:
    """The bridges of a decision as far as ``gone`` of its horizon, largest gap first; amounts in ``currency``."""

    currency: str
    gone: float
    bridges: tuple[Bridge, ...]

    def as_json(self) -> dict[str, object]:
        """The comparison as plain values."""
        rows = [one.as_json() for one in self.bridges]
        return {
            "currency": self.currency,
            "gone": round(self.gone, 6),
            "interest_assumed_ppm": YEARLY_PPM,
            "rows": rows,
        }


def compare_profit(folder: Path, found: Reconciled | None, until: Day) -> Compared:
    """The last decision's plan beside what the ledger says until the day. Refused without a decision or before its day.

    ``found`` are the matched statements; what they paid late costs interest.
    """
    told, options = folder / DECISION / "decision.json", folder / DECISION / "options.parquet"
    if not told.is_file() or not options.is_file():
        raise Refused(
            [Problem(str(folder), "no decision", "a decided workspace", "run `tuoguan decide DIR`", "no_decision")]
        )
    decision = json.loads(told.read_text(encoding="utf-8"))
    since, currency = parse_day(decision["decide_on"]), decision["currency"]
    gone = min(1.0, (until - since) / decision["horizon_days"])
    if gone <= 0:
        fix = "come back after the day of the decision"
        raise Refused([Problem(str(folder), "nothing has happened yet", "days of the plan gone", fix, "too_early")])
    with open_work(folder) as work:
        realized = realized_of(standing(work.ledger.store), work.terms.get, since, currency, rates())
    _add_interest(realized, found, currency)
    return Compared(currency, gone, _bridges(pl.read_parquet(options), realized, gone))


def _add_interest(realized: dict[tuple[str, str], Realized], found: Reconciled | None, currency: str) -> None:
    """What matched money that came after its due day costs; amounts of another currency are changed on that day."""
    if found is None:
        return
    rate_on = rates()
    late = found.matches.filter((pl.col("settled_on") > pl.col("due_on")) & (pl.col("paid_minor") > 0))
    names = ("sku", "contract_id", "paid_minor", "currency", "due_on", "settled_on")
    for sku, contract_id, minor, code, due, settled in late.select(names).iter_rows():
        day = settled.toordinal() - 719_163
        worth = minor if code == currency else round(minor * rate_on(code, currency, day))
        one = realized.get((sku, contract_id.rsplit("/", 1)[-1]))
        if one is not None:
            one.late_minor += interest_minor(worth, (settled - due).days, YEARLY_PPM)


def _bridges(options: pl.DataFrame, realized: dict[tuple[str, str], Realized], gone: float) -> tuple[Bridge, ...]:
    """One for each chosen option and for everything sold that was not planned."""
    found, left = [], dict(realized)
    for row in options.filter("chosen").iter_rows(named=True):
        key = (row["sku"], row["market"])
        planned = {component: float(row[f"{component.value}_minor"]) for component in Component}
        found.append(bridge(*key, planned, row["units_sold"], left.pop(key, Realized(*key)), gone))
    found += [bridge(*key, {}, 0.0, one, gone) for key, one in left.items()]
    return tuple(sorted(found, key=lambda one: (-abs(one.realized_minor - one.planned_minor), one.sku, one.market)))
