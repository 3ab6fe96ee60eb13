"""The decision as a plan on paper: purchases, shipments and quotes with dates, cash and hours by week."""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tuoguan.foundation.tables import write_all
from tuoguan.plan import PURCHASES

if TYPE_CHECKING:
    from tuoguan.app.decide import Decision, Progress
    from tuoguan.plan import Plan

TABLES = ("purchases", "shipments", "quotes", "cash", "hours")


def plan(
    folder: Path,
    *,
    seed: int = 1,
    paths: int | None = None,
    threads: int | None = None,
    progress: "Progress | None" = None,
) -> "Plan":
    """The plan of the workspace's decision."""
    from tuoguan.app.decide import decide

    return plan_of(decide(folder, seed=seed, paths=paths, threads=threads, progress=progress))


def plan_of(decision: "Decision") -> "Plan":
    """The plan of a decision that was made."""
    from tuoguan.plan import make_plan

    opened = decision.opened
    return make_plan(decision.evaluated, decision.portfolio, opened.batch, opened.demand, on=opened.on)


def write_plan(planned: "Plan", folder: Path) -> tuple[Path, ...]:
    """One CSV per table of the plan; all of them, or none."""
    tables = {name: getattr(planned, name) for name in TABLES}
    writers = {folder / f"{name}.csv": table.write_csv for name, table in tables.items()}
    write_all(writers)
    return tuple(writers)


def read_purchases(folder: Path) -> pl.DataFrame:
    """The purchases that `write_plan` wrote into the folder; none where it wrote none."""
    path = folder / "purchases.csv"
    return pl.read_csv(path, schema=PURCHASES) if path.exists() else pl.DataFrame(schema=PURCHASES)


def read_inbound(folder: Path, sku: str, market: str) -> list[dict[str, object]]:
    """What the plan that `write_plan` wrote has on its way to places of the product, by the day it arrives."""
    path = folder / "shipments.csv"
    if not path.exists():
        return []
    rows = pl.scan_csv(path, schema_overrides={"sku": pl.String}, try_parse_dates=True)
    own = rows.filter(pl.col("sku") == sku, pl.col("market") == market).sort("arrive_on")
    return own.select("purchase", "place", "lane", "dispatch_on", "arrive_on", "units").collect().to_dicts()
