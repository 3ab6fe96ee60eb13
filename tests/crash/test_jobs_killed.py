"""Jobs whose process or server is killed: what was done stays; taken up again they end as undisturbed ones do."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import exports_made as make
from exports_made import numbered, put
from reconcile_shop import UNTIL, shop
from tuoguan.app.importing import Asked, import_files
from tuoguan.app.ledgers import open_work
from tuoguan.app.reconciling import reconcile
from tuoguan.foundation.days import parse_day
from tuoguan.site import Job, JobState, Site

WAIT = 120.0
ORDERS = 900
STOCK = [["sku", "fnsku", "afn-fulfillable-quantity"], ["MUG-01", "x", "1000"]]
SAID = {"contract": "temu/semi/US", "store": "shop", "place": "la"}
SERVER = """
import sys, time
from pathlib import Path
from tuoguan.site import Site

site = Site(Path(sys.argv[1]))
print(site.jobs.start("w", "import", {"upload": sys.argv[2], **SAID}, "owner").id, flush=True)
time.sleep(600)
""".replace("SAID", repr(SAID))


def quiet(stage: str, done: int, total: int) -> None:
    """No progress."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    folder.mkdir()
    stock = put(tmp_path / "stock-2026-08-01.csv", STOCK)
    import_files(folder, [stock], Asked(store="shop", place="la"), now=int(time.time()), progress=quiet)
    return folder


@pytest.fixture
def site(workspace: Path) -> Iterator[Site]:
    site = Site(workspace)
    yield site
    site.close()


def upload(site: Site) -> str:
    places = site.jobs.folders.of("w")
    name = places.new_upload()
    put(places.upload(name) / "orders.csv", make.temu_zh(numbered(ORDERS)))
    return name


def kill(site: Site, job_id: str) -> None:
    pid = site.jobs._rows.pid(job_id)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def seen(site: Site, job_id: str, right: Callable[[Job], bool]) -> Job:
    """The job at the first sight of what is waited for, or over."""
    until = time.monotonic() + WAIT
    while not (right(job := site.jobs.get("w", job_id)) or job.over) and time.monotonic() < until:
        time.sleep(0.005)
    return job


def told(folder: Path) -> tuple[list[tuple[str, int, str, str]], dict[tuple[str, str], int]]:
    """What the ledger holds, the instants of recording left out; it is whole."""
    with open_work(folder, make=False) as work:
        assert work.ledger.verify() == []
        entries = sorted((one.stream, one.version, one.draft.kind, one.state) for one in work.ledger.store.entries())
        held = {(account, unit): amount for account, unit, amount in work.ledger.store.all_balances() if amount}
        return entries, held


def undisturbed(workspace: Path, file: Path) -> Path:
    """A copy of the workspace into which the file was imported in one go."""
    other = workspace.parent / "other"
    shutil.copytree(workspace, other, ignore=shutil.ignore_patterns(".site"))
    import_files(other, [file], Asked(**SAID), now=int(time.time()), progress=quiet)
    return other


def test_an_import_killed_at_each_of_its_stages_ends_as_one_that_was_not(site: Site, workspace: Path) -> None:
    name = upload(site)
    right = told(undisturbed(workspace, site.jobs.folders.of("w").upload(name) / "orders.csv"))
    job = site.jobs.start("w", "import", {"upload": name, **SAID}, "owner")
    stages: tuple[Callable[[Job], bool], ...] = (
        lambda job: job.state is JobState.RUNNING,
        lambda job: job.stage == "orders" and (job.share or 0) > 0,
    )
    for attempt, stage in enumerate(stages, 1):
        assert not seen(site, job.id, stage).over
        kill(site, job.id)
        dead = site.jobs.wait("w", job.id, WAIT)
        assert (dead.state, dead.attempt) == (JobState.INTERRUPTED, attempt)
        site.jobs.again("w", job.id, "owner")
    done = site.jobs.wait("w", job.id, WAIT)
    assert done.state is JobState.DONE, done.problems
    assert told(workspace) == right


def test_reconciling_killed_and_done_again_writes_the_same_bytes(site: Site, workspace: Path) -> None:
    shop(workspace, 30)
    reconcile(workspace, until=parse_day(UNTIL), out=workspace.parent / "right")
    job = site.jobs.start("w", "reconcile", {"until": UNTIL}, "owner")
    assert not seen(site, job.id, lambda job: job.stage == "matching").over
    kill(site, job.id)
    assert site.jobs.wait("w", job.id, WAIT).state is JobState.INTERRUPTED
    assert not list(workspace.glob("reconcile/*")), "nothing half is left"
    site.jobs.again("w", job.id, "owner")
    done = site.jobs.wait("w", job.id, WAIT)
    assert done.state is JobState.DONE and done.result["differing"] > 0
    right = {path.name: path.read_bytes() for path in (workspace.parent / "right").iterdir()}
    found = {path.name: path.read_bytes() for path in (workspace / "reconcile").iterdir()}
    assert {name for name in right if found[name] != right[name]} <= {"reconcile.json"} and set(found) == set(right)
    assert found["reconcile.json"] == right["reconcile.json"]


def test_a_killed_server_takes_no_job_along_and_the_next_one_finds_the_dead(workspace: Path) -> None:
    first = Site(workspace)
    name = upload(first)
    right = told(undisturbed(workspace, first.jobs.folders.of("w").upload(name) / "orders.csv"))
    first.close()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(workspace), name], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert server.stdout is not None
    job_id = server.stdout.readline().strip()
    second = Site(workspace)
    assert seen(second, job_id, lambda job: job.state is JobState.RUNNING).state is JobState.RUNNING
    server.kill()
    server.wait()
    assert not seen(second, job_id, lambda job: job.stage == "orders").over, "it goes on without its server"
    kill(second, job_id)
    second.close()
    third = Site(workspace)
    assert third.jobs.wait("w", job_id, WAIT).state is JobState.INTERRUPTED
    third.jobs.again("w", job_id, "owner")
    done = third.jobs.wait("w", job_id, WAIT)
    third.close()
    assert (done.state, done.attempt) == (JobState.DONE, 2)
    assert told(workspace) == right


def test_a_job_that_is_stopped_ends_soon_and_one_that_waits_at_once(site: Site, workspace: Path) -> None:
    name = upload(site)
    job = site.jobs.start("w", "import", {"upload": name, **SAID}, "owner")
    second = site.jobs.start("w", "import", {"upload": name, **SAID}, "owner")
    assert not seen(site, job.id, lambda job: job.stage == "orders").over
    assert site.jobs.get("w", second.id).state is JobState.QUEUED  # two writers of one workspace never run at once
    assert site.jobs.cancel("w", second.id).state is JobState.CANCELLED
    assert site.jobs.cancel("w", job.id).is_stopping
    begun = time.monotonic()
    assert site.jobs.wait("w", job.id, WAIT).state is JobState.CANCELLED
    assert time.monotonic() - begun < 20
    told(workspace)
