"""The large job against an independent solver, and against itself on other blocks, threads and workers."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import optimize, sparse

import scale_workspace
from tuoguan.app.scale import BLOCKS, decide_large
from tuoguan.app.scale_blocks import context_of, cut, solve_block
from tuoguan.app.workspace import open_workspace
from tuoguan.choose import task_of
from tuoguan.foundation.executor import Contradiction
from tuoguan.foundation.problems import Refused
from tuoguan.scale import Threads, cluster

ROOT = Path(__file__).parents[3]
needs_cluster = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra cluster is absent"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small workspace."""
    return scale_workspace.write(tmp_path_factory.mktemp("large") / "w")


@pytest.fixture(scope="module")
def known(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, object]]:
    """(choice, answer) of one thread and one block."""
    return decided(workspace, tmp_path_factory.mktemp("known"), 1_000, 1)


def decided(workspace: Path, out: Path, block: int, threads: int) -> tuple[bytes, dict[str, object]]:
    """(bytes of all parts, answer) of a run on threads."""
    executor = Threads(threads)
    try:
        large = decide_large(workspace, out, executor=executor, block_groups=block)
    finally:
        executor.close()
    return scale_workspace.choice(out), dict(large.answer)


@pytest.mark.parametrize("block", [1, 7, 64])
def test_size_of_blocks_and_threads_change_no_byte(
    block: int, workspace: Path, known: tuple[bytes, dict[str, object]], tmp_path: Path
) -> None:
    assert decided(workspace, tmp_path, block, 2) == known
    assert not (tmp_path / BLOCKS).exists()


def test_the_bound_holds_for_what_a_solver_finds(workspace: Path, known: tuple[bytes, dict], tmp_path: Path) -> None:
    opened, answer = open_workspace(workspace), known[1]
    context = context_of(opened)
    (work,) = cut(opened, context, 10**6, tmp_path)
    solve_block(context, work.item)
    kept = pl.read_parquet(work.item.path).filter(pl.col("contract").is_not_null())
    task = task_of(opened.batch.seller, kept["model"].to_list(), scenarios=200, seed=1)
    group = kept.select(pl.struct("sku", "market").rle_id())["sku"].to_numpy().astype(np.int64)
    volume = np.where(kept["site"].to_numpy() == 0, kept["volume_cm3"].to_numpy(), 0)
    uses = np.stack([kept["cash_minor"].to_numpy(), kept["minutes_thousandth"].to_numpy(), volume], axis=1)
    value = kept["profit_minor"].to_numpy().astype(float)
    model = np.searchsorted(np.array(task.shape.models), kept["model"].to_numpy())
    outcomes = value[:, None] + kept["loading_minor"].to_numpy()[:, None] * task.factor[:, model].T
    best, bound = by_branch_and_bound(value, uses.astype(float), task.limit, group, outcomes, task.weight, task.level)
    assert best <= answer["bound_minor"] + 1
    assert answer["objective_minor"] <= bound + 1
    assert answer["objective_minor"] >= 0.9 * best, "a product's worth may stay unsold, no more"


def by_branch_and_bound(
    value: np.ndarray, uses: np.ndarray, limit: np.ndarray, group: np.ndarray, outcomes: np.ndarray, weight: float,
    level: float,
) -> tuple[float, float]:  # fmt: skip
    """(best found, bound) of the whole problem written out for HiGHS: CVaR as eta less the mean shortfall below it."""
    options, scenarios = outcomes.shape
    pick = sparse.csr_array((np.ones(options), (group, np.arange(options))))
    nought = sparse.csr_array((scenarios, 1))
    shortfall = sparse.hstack([outcomes.T, nought - np.ones((scenarios, 1)), sparse.identity(scenarios)])
    room = sparse.csr_array((len(limit) + pick.shape[0], 1 + scenarios))
    limits = sparse.hstack([sparse.vstack([uses.T, pick]), room])
    most = np.concatenate([limit, np.ones(pick.shape[0])])
    gain = np.concatenate([(1 - weight) * value, [weight], np.full(scenarios, -weight / ((1 - level) * scenarios))])
    low = np.concatenate([np.zeros(options), [-np.inf], np.zeros(scenarios)])
    high = np.concatenate([np.ones(options), np.full(1 + scenarios, np.inf)])
    found = optimize.milp(
        -gain, integrality=np.concatenate([np.ones(options), np.zeros(1 + scenarios)]),
        bounds=optimize.Bounds(low, high), options={"time_limit": 20.0, "mip_rel_gap": 1e-4},
        constraints=[optimize.LinearConstraint(limits, ub=most), optimize.LinearConstraint(shortfall, lb=0.0)],
    )  # fmt: skip
    assert found.x is not None, found.message
    return -float(found.fun), -float(found.mip_dual_bound)


def test_what_is_used_fits_and_adds_up(known: tuple[bytes, dict], workspace: Path, tmp_path: Path) -> None:
    _, answer = decided(workspace, tmp_path, 64, 1)
    rows = pl.read_parquet(tmp_path / "choice" / "*.parquet")
    cash, hours, volume = answer["capacities"]
    assert rows["cash_minor"].sum() == cash["used"] <= cash["limit"]
    assert rows["hours_per_week"].sum() * 60_000 == pytest.approx(hours["used"]) and hours["used"] <= hours["limit"]
    assert volume["used"] <= volume["limit"]
    assert rows["profit_minor"].sum() == answer["expected_profit_minor"]
    assert len(rows) == answer["counts"]["groups"] == 120
    assert answer["objective_minor"] <= answer["bound_minor"]
    assert any(one["shadow_price"] > 0 for one in answer["capacities"]), "some limit binds, or the test shows nothing"


@needs_cluster
def test_a_worker_killed_half_way_changes_no_byte(
    workspace: Path, known: tuple[bytes, dict[str, object]], tmp_path: Path
) -> None:
    executor = cluster(workers=2, memory_bytes=2 << 30)
    killed: list[int] = []

    def told(stage: str, done: int, total: int) -> None:
        if stage == "blocks" and 2 * done >= total and not killed:
            killed.append(next(iter(executor._local.workers.values())).pid)  # type: ignore[attr-defined]
            os.kill(killed[0], signal.SIGKILL)

    try:
        large = decide_large(workspace, tmp_path, executor=executor, block_groups=6, progress=told)
    finally:
        executor.close()
    assert killed
    assert (scale_workspace.choice(tmp_path), dict(large.answer)) == known


def test_a_driver_killed_half_way_goes_on_from_its_blocks(
    workspace: Path, known: tuple[bytes, dict[str, object]], tmp_path: Path
) -> None:
    words = [
        sys.executable,
        "-m",
        "tuoguan",
        "scale",
        str(workspace),
        "--out",
        str(tmp_path),
        "--block",
        "1",
        "--quiet",
    ]
    driver = subprocess.Popen([*words, "--threads", "1"], env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
    for _ in range(6_000):
        kept = list((tmp_path / BLOCKS).glob("*.parquet"))
        if len(kept) >= 4 or driver.poll() is not None:
            break
        time.sleep(0.01)
    driver.kill()
    driver.wait()
    kept = [path for path in (tmp_path / BLOCKS).glob("*.parquet") if not path.name.startswith(".")]
    assert 4 <= len(kept) < 40, "killed too late, or not at all"
    assert not (tmp_path / "scale.json").exists()
    kept[0].write_bytes(b"not a table")  # a file that a disk broke is made anew
    before = {path.name: path.stat().st_mtime_ns for path in kept}
    executor, seen = Threads(1), {}

    def told(stage: str, done: int, total: int) -> None:
        if stage == "prices":
            seen.update({path.name: path.stat().st_mtime_ns for path in (tmp_path / BLOCKS).glob("*.parquet")})

    decide_large(workspace, tmp_path, executor=executor, block_groups=1, progress=told)
    executor.close()
    assert all(seen[name] == at for name, at in before.items() if name != kept[0].name), "worked for a second time"
    assert seen[kept[0].name] > before[kept[0].name]
    assert scale_workspace.choice(tmp_path) == known[0]


def test_a_block_that_is_answered_twice_must_give_the_same_bytes(workspace: Path, tmp_path: Path) -> None:
    opened = open_workspace(workspace)
    context = context_of(opened)
    work = next(iter(cut(opened, context, 6, tmp_path)))
    first = solve_block(context, work.item)
    assert solve_block(context, work.item) == first
    Path(work.item.path).write_bytes(b"what another machine gave")
    with pytest.raises(Contradiction, match=work.key):
        solve_block(context, work.item)


def test_keys_name_all_that_can_change_an_answer(workspace: Path, tmp_path: Path) -> None:
    opened = open_workspace(workspace)
    context = context_of(opened)
    keys = [one.key for one in cut(opened, context, 6, tmp_path)]
    assert len(set(keys)) == len(keys) == 20
    assert keys == [one.key for one in cut(open_workspace(workspace), context, 6, tmp_path)]
    changed = scale_workspace.write(tmp_path / "changed")
    products = pl.read_parquet(changed / "products.parquet")
    dearer = pl.when(pl.col("sku") == "P001").then(99.0).otherwise("unit_cost")
    products.with_columns(unit_cost=dearer).write_parquet(changed / "products.parquet")
    other = open_workspace(changed)
    after = [one.key for one in cut(other, context_of(other), 6, tmp_path)]
    assert after[0] != keys[0], "the block of the product is another"
    seller = (changed / "seller.toml").read_text().replace("hours_per_week = 20", "hours_per_week = 21")
    (changed / "seller.toml").write_text(seller)
    again = open_workspace(changed)
    assert not set(after) & {one.key for one in cut(again, context_of(again), 6, tmp_path)}


def test_a_catalog_where_nothing_earns_is_refused_in_words(tmp_path: Path) -> None:
    folder = scale_workspace.write(tmp_path / "w", products=3)
    products = pl.read_parquet(folder / "products.parquet").with_columns(unit_cost=pl.lit(900.0))
    products.write_parquet(folder / "products.parquet")
    with pytest.raises(Refused, match="no option that earns anything"):
        decided(folder, tmp_path / "out", 64, 1)


def test_the_command_says_the_answer_as_json(workspace: Path, known: tuple[bytes, dict], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tuoguan", "scale", str(workspace), "--out", str(tmp_path), "--json"]
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == json.loads(json.dumps(known[1]))
    assert scale_workspace.choice(tmp_path) == known[0]
