"""The main job for a catalog past one machine: closed forms per block, prices over all of them, Parquet in and out.

Straight line: open, cut into blocks, work on them wherever the executor does, agree on prices, write the choice. Keeps
two invariants: the same inputs and seed give the same bytes on threads and on a cluster, whatever the size of a block
and whoever died on the way; and a block that is finished is never worked for again.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tuoguan.app.scale_blocks import context_of, cut, groups_in, is_kept, solve_block
from tuoguan.app.workspace import Opened, open_workspace
from tuoguan.choose import Agreed, Shard, Task, agree, chosen_rows, risk_of, shards_of, spread_out, task_of
from tuoguan.foundation.days import iso
from tuoguan.foundation.executor import Executor, Work, in_order
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file

Progress = Callable[[str, int, int], None]
BLOCK_GROUPS = 3_000  # some tenths of a second of work
BLOCKS = ".blocks"
CHOICE = "choice"
COLUMNS = [
    "sku", "market", "decision", "contract", "place", "policy", "order_up_to", "review_days", "profit_minor",
    "cash_minor", "hours_per_week", "volume_cm3", "currency",
]  # fmt: skip
SUMS = ("profit_minor", "cash_minor", "minutes_thousandth", "volume_cm3")


@dataclass(frozen=True, slots=True)
class Large:
    """The answer in numbers; its rows lie in the files ``written``."""

    answer: Mapping[str, Any]
    written: tuple[Path, ...]


def decide_large(
    folder: Path, out: Path, *, executor: Executor, dual: Executor | None = None, block_groups: int = BLOCK_GROUPS,
    scenarios: int = 200, seed: int = 1, progress: Progress | None = None,
) -> Large:  # fmt: skip
    """The choice for a workspace of any size, written to ``out``; ``dual`` prices the groups (``executor`` without it).

    Finished blocks stay in ``out`` until the answer is written, so that a run that was cut short goes on from them.
    Refused as `open_workspace`; `ExecutorLost` when the machines are gone; `Contradiction` when a block was answered
    twice with different bytes.
    """
    tell = progress or _silent
    tell("read", 0, 1)
    opened = open_workspace(Path(folder))
    files = _worked(opened, Path(out), executor, block_groups, tell)
    tell("prices", 0, 1)
    models = _models(files)
    if not models:
        raise Refused([_nothing_sells(Path(folder))])
    task = task_of(opened.batch.seller, models, scenarios=scenarios, seed=seed)
    blocks = spread_out(dual or executor, shards_of(files, task.shape))
    agreed = agree(blocks, task)
    tell("outputs", 0, 1)
    parts = _written(agreed, Path(out), opened.batch.seller.currency, executor)
    answer = _answer(opened, task, agreed, parts, seed)
    with whole_file(Path(out) / "scale.json") as partial:
        partial.write_bytes(json_bytes(answer))
    shutil.rmtree(Path(out) / BLOCKS, ignore_errors=True)
    return Large(answer, (Path(out) / "scale.json", *(Path(out) / CHOICE / part["file"] for part in parts)))


def _worked(
    opened: Opened, out: Path, executor: Executor, block_groups: int, tell: Progress
) -> list[tuple[Path, str, int]]:  # fmt: skip
    """(file of kept options, hash, groups) of every block in order; what an earlier run kept is left as it is."""
    folder = out / BLOCKS
    folder.mkdir(parents=True, exist_ok=True)
    context = context_of(opened)
    work = list(cut(opened, context, block_groups, folder))
    missing = [one for one in work if not is_kept(Path(one.item.path))]
    known = len(work) - len(missing)
    shared = executor.share(context)
    for done, _ in enumerate(executor.run(solve_block, missing, shared=shared), 1):
        tell("blocks", known + done, len(work))
    paths = [Path(one.item.path) for one in work]
    unseen = [path for path in paths if not path.exists()]
    if unseen:
        raise Refused([_unseen(unseen, folder)])
    return [(path, one.key, groups_in(path)) for path, one in zip(paths, work, strict=True)]


def _unseen(paths: list[Path], folder: Path) -> Problem:
    found = f"{len(paths)} blocks that workers wrote and this machine cannot see, such as {paths[0].name}"
    fix = "give --out a folder that every worker and this machine reach by the same path"
    return Problem(str(folder), found, "a folder shared by all machines", fix, "unshared_folder")


def _nothing_sells(folder: Path) -> Problem:
    fix = "`tuoguan explain DIR SKU MARKET` says for one product what is in the way"
    return Problem(
        str(folder), "no option that earns anything", "at least one way to sell at least one product", fix, "no_option"
    )


def _models(files: list[tuple[Path, str, int]]) -> list[str]:
    """Every platform and model that is offered, in order of names."""
    scans = [pl.scan_parquet(path).select("model").unique() for path, _, _ in files]
    return sorted({name for table in pl.collect_all(scans) for name in table["model"] if name is not None})


def _written(agreed: Agreed, out: Path, currency: str, executor: Executor) -> list[dict[str, Any]]:
    """What each part of the choice adds up to; the parts lie in ``out`` and no other beside them."""
    folder = out / CHOICE
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"part-{at:05d}.parquet" for at in range(len(agreed.blocks.shards))]
    shards = zip(agreed.blocks.shards, names, strict=True)
    work = [Work(f"{CHOICE}-{name}", (shard, agreed.point, str(folder / name), currency)) for shard, name in shards]
    for stale in set(folder.glob("part-*.parquet")) - {folder / name for name in names}:
        stale.unlink()
    found = in_order(executor.run(write_part, work), work).values()
    return [{"file": name, **_read(said)} for name, said in zip(names, found, strict=True)]


def write_part(_shared: None, item: tuple[Shard, Any, str, str]) -> bytes:
    """Writes the choice of one shard whole, and says what it adds up to."""
    shard, point, path, currency = item
    rows = chosen_rows(shard, point)
    sold = rows.filter("sold")
    sites = sold.group_by("site").agg(pl.col("volume_cm3").sum()).sort("site")
    models = sold.group_by("model").agg(pl.col("loading_minor").sum(), pl.len()).sort("model")
    nothing = [pl.when("sold").then(name).otherwise(None).alias(name) for name in ("contract", "place", "policy")]
    noughts = [pl.when("sold").then(name).otherwise(0).alias(name) for name in (*SUMS, "order_up_to", "review_days")]
    table = rows.with_columns(*nothing, *noughts).with_columns(
        decision=pl.when("sold").then(pl.lit("sell")).otherwise(pl.lit("do_not_sell")),
        hours_per_week=pl.col("minutes_thousandth") / 60_000, currency=pl.lit(currency),
    )  # fmt: skip
    with whole_file(Path(path)) as partial:
        table.select(COLUMNS).write_parquet(partial, compression="zstd", compression_level=1)
    return json_bytes({
        "groups": len(rows), "sold": len(sold), **{name: int(sold[name].sum()) for name in SUMS[:3]},
        "volume_by_site": dict(zip(map(str, sites["site"]), sites["volume_cm3"].to_list(), strict=True)),
        "loading_by_model": dict(zip(models["model"], models["loading_minor"].to_list(), strict=True)),
        "sold_by_model": dict(zip(models["model"], models["len"].to_list(), strict=True)),
        "hash": content_hash(Path(path).read_bytes()),
    })  # fmt: skip


def _answer(opened: Opened, task: Task, agreed: Agreed, parts: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """The answer as `scale.json` holds it."""
    seller = opened.batch.seller
    profit = sum(part["profit_minor"] for part in parts)
    loading = np.array(
        [sum(part["loading_by_model"].get(name, 0) for part in parts) for name in task.shape.models], np.int64
    )
    objective, cvar = risk_of(task, profit, loading)
    bound = max(agreed.bound, objective)
    return {
        "schema": 1, "seller": seller.name, "currency": seller.currency,
        "currency_decimals": EXPONENT_BY_CURRENCY[seller.currency], "decide_on": iso(opened.on),
        "horizon_days": seller.horizon_days, "seed": seed, "effort": "closed form", "hashes": dict(opened.hashes()),
        "objective_minor": round(objective), "bound_minor": round(bound),
        "gap": round((bound - objective) / max(abs(bound), 1.0), 9), "expected_profit_minor": profit,
        "cvar_minor": round(cvar), "risk": {"weight": seller.risk.weight, "level": seller.risk.level},
        "rise_of_prices": float(f"{agreed.rise:.3g}"), "rounds": agreed.rounds,
        "counts": {"groups": sum(part["groups"] for part in parts), "sold": sum(part["sold"] for part in parts)},
        "sold_by_model": _summed(parts, "sold_by_model"),
        "capacities": [
            {
                "name": limit.name, "kind": limit.kind, "unit": limit.unit, "limit": limit.limit,
                "used": round(float(agreed.used[at]), 3), "shadow_price": float(f"{agreed.shadow_price[at]:.6g}"),
            }
            for at, limit in enumerate(task.capacities)
        ],
        "parts": [{"file": part["file"], "hash": part["hash"], "groups": part["groups"]} for part in parts],
        "problems": [problem.as_json() for problem in opened.batch.problems],
    }  # fmt: skip


def _summed(parts: list[dict[str, Any]], name: str) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for key, value in part[name].items():
            total[key] = total.get(key, 0) + value
    return dict(sorted(total.items()))


def _read(said: bytes) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(said)
    return found


def _silent(stage: str, done: int, total: int) -> None:
    """Says nothing."""
