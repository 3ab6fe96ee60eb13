"""Both drivers keep the promises of the executor: one answer a block, errors as they are, a lost cluster in words."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import scale_blocks as blocks
from tuoguan.foundation.executor import Answers, Contradiction, Executor, ExecutorLost, Work, in_order
from tuoguan.foundation.problems import Refused
from tuoguan.scale import Threads, cluster

ROOT = Path(__file__).parents[3]
needs_cluster = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra cluster is absent"
)
WORK = [Work(f"key-{number}", (number, 0.01)) for number in range(20)]
EXPECTED = [blocks.digest(b"salt", one.item) for one in WORK]


@pytest.fixture(scope="module")
def workers() -> Iterator[Executor]:
    """Two worker processes that find the tests' blocks."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))
    made = cluster(workers=2, memory_bytes=1 << 30)
    yield made
    made.close()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


def answers(executor: Executor, work: list[Work] = WORK) -> list[bytes]:
    """All answers in the order of the work."""
    return list(in_order(executor.run(blocks.digest, work, shared=executor.share(b"salt")), work).values())


def test_threads_answer_every_block_once() -> None:
    for count in (1, 3):
        executor, told = Threads(count), list[tuple[int, int]]()
        found = list(executor.run(blocks.digest, WORK, shared=b"salt", progress=lambda *at, to=told: to.append(at)))
        executor.close()
        assert sorted(key for key, _ in found) == sorted(one.key for one in WORK)
        assert [dict(found)[one.key] for one in WORK] == EXPECTED
        assert told == [(number, 20) for number in range(1, 21)]


def test_a_block_that_fails_ends_the_run_with_its_own_error() -> None:
    executor = Threads(2)
    with pytest.raises(ValueError, match="block 3 cannot be done"):
        list(executor.run(blocks.fails, WORK))
    executor.close()


def test_two_blocks_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="same key: key-1"):
        answers(Threads(1), [*WORK, WORK[1]])


def test_a_second_answer_must_be_the_same_bytes() -> None:
    taken = Answers(WORK)
    assert taken.take("key-1", b"one")
    assert not taken.take("key-1", b"one")
    with pytest.raises(Contradiction, match="block key-1 was answered twice with different bytes"):
        taken.take("key-1", b"two")


@needs_cluster
def test_workers_answer_as_threads_do(workers: Executor) -> None:
    assert workers.workers == 2
    assert answers(workers) == EXPECTED


@needs_cluster
def test_nothing_listens_but_to_this_machine(workers: Executor) -> None:
    import psutil

    assert workers.workers == 2
    here = psutil.Process()
    found = [one for process in (here, *here.children(recursive=True)) for one in process.net_connections("inet")]
    listening = {one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


@needs_cluster
def test_a_killed_worker_costs_only_its_unfinished_blocks(workers: Executor, tmp_path: Path) -> None:
    found = in_order(workers.run(blocks.dies_once, WORK, shared=workers.share(str(tmp_path))), WORK)
    assert (tmp_path / "died").exists(), "no worker died"
    assert list(found.values()) == [blocks.digest(b"", one.item) for one in WORK]


@needs_cluster
def test_answers_that_die_with_their_workers_before_they_are_read_are_worked_out_again(workers: Executor) -> None:
    found = workers.run(blocks.digest, WORK, shared=workers.share(b"salt"))
    first = dict([next(found)])
    time.sleep(0.5)  # those given out ahead are done meanwhile, and lie with the workers
    for nanny in list(workers._local.workers.values()):  # type: ignore[attr-defined]
        os.kill(nanny.pid, signal.SIGKILL)
    assert in_order([*first.items(), *found], WORK) == dict(zip((one.key for one in WORK), EXPECTED, strict=True))


@needs_cluster
def test_what_was_shared_outlives_every_worker_that_held_it(workers: Executor) -> None:
    shared = workers.share(b"salt")
    first = in_order(workers.run(blocks.digest, WORK[:4], shared=shared), WORK[:4])
    for nanny in list(workers._local.workers.values()):  # type: ignore[attr-defined]
        os.kill(nanny.pid, signal.SIGKILL)
    rest = in_order(workers.run(blocks.digest, WORK[4:], shared=shared), WORK[4:])
    assert [*first.values(), *rest.values()] == EXPECTED


@needs_cluster
def test_workers_pass_on_the_error_of_a_block(workers: Executor) -> None:
    with pytest.raises(ValueError, match="block 3 cannot be done"):
        list(workers.run(blocks.fails, WORK))


@needs_cluster
def test_a_block_that_kills_every_worker_is_named_as_the_cause(workers: Executor) -> None:
    with pytest.raises(ExecutorLost, match=r"workers died one after the other over the same block; 0 blocks are done"):
        list(workers.run(blocks.always_dies, WORK[:1]))
    assert answers(workers) == EXPECTED, "the cluster is of use after that"


@needs_cluster
def test_a_scheduler_that_vanishes_ends_in_one_sentence(tmp_path: Path) -> None:
    file, environment = tmp_path / "scheduler.json", os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    shared = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    base = [sys.executable, "-m"]
    local = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    scheduler = subprocess.Popen([*base, "distributed.cli.dask_scheduler", "--port", "0", *local], **shared)  # type: ignore[call-overload]
    worker = subprocess.Popen(
        [*base, "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", *local], **shared  # type: ignore[call-overload]
    )  # fmt: skip
    executor = None
    try:
        executor = cluster(scheduler=_address(file), patience=20.0)
        work = [Work(f"slow-{number}", (number, 0.3)) for number in range(40)]
        found = executor.run(blocks.digest, work, shared=executor.share(b"salt"))
        first = [next(found), next(found)]
        scheduler.send_signal(signal.SIGKILL)
        began = time.monotonic()
        with pytest.raises(ExecutorLost, match=r"(scheduler|forgot).*blocks are done and kept.*goes on") as lost:
            first.extend(found)
        assert lost.value.done == len(first) and lost.value.done + lost.value.left == len(work)
        assert time.monotonic() - began < 15.0, "a cluster that is gone is not waited for"
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()
        if executor is not None:
            executor.close()


def _address(file: Path) -> str:
    import json

    for _ in range(300):
        if file.exists() and file.read_text().strip():
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


@needs_cluster
def test_nobody_at_the_address_is_said_at_once() -> None:
    with pytest.raises(Refused, match=r"--scheduler: found no answer from tcp://127.0.0.1:9 .*expected the address"):
        cluster(scheduler="tcp://127.0.0.1:9")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"pip install 'tuoguan\[cluster\]'"):
        cluster(workers=2)
