"""Long jobs: told durably, done apart, and what is refused before one is made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tuoguan.foundation.problems import Refused
from tuoguan.intake import init
from tuoguan.site import Jobs, JobState, Site, Workspaces
from tuoguan.site.jobs_alive import hold

WAIT = 60.0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for name in ("one", "two"):
        (tmp_path / "root" / name).mkdir(parents=True)
    site = Site(tmp_path / "root", many=True)
    yield site
    site.close()


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Jobs]:
    """Jobs that nobody starts."""
    for name in ("one", "two"):
        (tmp_path / "root" / name).mkdir(parents=True)
    jobs = Jobs(tmp_path, Workspaces(tmp_path / "root", many=True), at_once=0)
    yield jobs
    jobs.close()


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in caught.value.problems}


def test_a_job_is_done_in_a_process_of_its_own(site: Site) -> None:
    job = site.jobs.start("one", "init", {"language": "zh"}, "owner")
    assert job.state is JobState.QUEUED and not job.over
    done = site.jobs.wait("one", job.id, WAIT)
    assert done.state is JobState.DONE and done.share == 1.0 and done.by == "owner"
    assert done.result["next"] == "start" and "seller.toml" in done.result["files"]
    folder = site.workspaces.find("one").folder
    assert sorted(path.name for path in folder.iterdir()) == sorted(done.result["files"])
    assert site.jobs.file("one", job.id, 0) == folder / done.result["files"][0]
    assert site.jobs.cancel("one", job.id).state is JobState.DONE  # over stays as it is


@pytest.mark.parametrize(("kind", "params", "code"), [
    ("bake", {}, "unknown_kind"),
    ("decide", {"speed": 1}, "bad_params"),
    ("decide", {"seed": -1}, "bad_params"),
    ("decide", {"seed": "many"}, "bad_params"),
    ("reconcile", {"until": "2026-13-01"}, "bad_params"),
    ("import", {}, "bad_params"),
    ("import", {"upload": "../../one"}, "no_upload"),
    ("restore", {"file": "../jobs.db"}, "no_backup"),
])  # fmt: skip
def test_what_no_job_is_made_of_is_refused_at_once(site: Site, kind: str, params: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as caught:
        site.jobs.start("one", kind, params, "owner")
    assert codes(caught) == {code}
    assert site.jobs.page("one") == ([], None)


def test_the_same_key_is_the_same_job(site: Site) -> None:
    job = site.jobs.start("one", "init", {}, "owner", key="a")
    assert site.jobs.start("one", "init", {}, "owner", key="a").id == job.id
    site.jobs.wait("one", job.id, WAIT)
    assert site.jobs.start("one", "init", {}, "owner", key="a").state is JobState.DONE  # though it is not empty now
    with pytest.raises(Refused) as caught:
        site.jobs.start("one", "init", {"language": "zh"}, "owner", key="a")
    assert codes(caught) == {"key_reused"}
    assert site.jobs.start("two", "init", {}, "owner", key="a").id != job.id


def test_jobs_are_shown_in_their_own_workspace_only(waiting: Jobs) -> None:
    job = waiting.start("one", "check", {}, "owner")
    for call in (waiting.get, waiting.cancel):
        with pytest.raises(Refused) as caught:
            call("two", job.id)
        assert codes(caught) == {"no_job"}
    assert waiting.page("two") == ([], None)


def test_a_refused_job_tells_why_without_paths_of_the_machine(site: Site) -> None:
    folder = site.workspaces.find("one").folder
    init(folder)
    job = site.jobs.wait("one", site.jobs.start("one", "reconcile", {}, "owner").id, WAIT)
    assert job.state is JobState.FAILED and job.problems
    assert str(folder) not in repr(job)
    again = site.jobs.again("one", job.id, "other")
    assert again.state in (JobState.QUEUED, JobState.RUNNING) and (again.attempt, again.by) == (2, "other")
    site.jobs.cancel("one", job.id)


def test_pages_go_on_where_the_last_ended(waiting: Jobs) -> None:
    made = [waiting.start("one", "check", {}, "owner").id for _ in range(5)]
    assert made == sorted(made)
    first, mark = waiting.page("one", limit=3)
    rest, end = waiting.page("one", limit=3, after=mark)
    assert [job.id for job in (*first, *rest)] == made[::-1] and end is None
    assert waiting.page("one", kind="decide") == ([], None)
    assert waiting.counts("one") == {JobState.QUEUED: 5}


def test_workspaces_take_turns_and_writers_of_one_wait_for_each_other(waiting: Jobs, tmp_path: Path) -> None:
    rows = waiting._rows
    one = [waiting.start("one", "calibrate", {}, "owner").id for _ in range(3)]
    check = waiting.start("one", "check", {}, "owner").id
    two = [waiting.start("two", "calibrate", {}, "owner").id for _ in range(2)]
    assert rows.startable(1, ()) == [one[0]]
    assert rows.startable(2, ()) == [one[0], two[0]]  # before the other jobs of the first, though they are older
    assert rows.startable(9, ()) == [one[0], two[0], check]  # nobody writes twice at once
    assert rows.startable(2, [one[0]]) == [two[0]]
    for job_id in (one[0], check):
        hold(tmp_path, job_id)  # as its process would
    assert rows.claim(one[0], 1, 0) and not rows.claim(one[0], 1, 0) and not rows.claim(one[1], 1, 0)
    assert rows.claim(check, 1, 0)
    assert waiting.cancel("two", two[1]).state is JobState.CANCELLED
    assert rows.startable(9, ()) == [two[0]]


def test_old_jobs_go_and_open_ones_stay(waiting: Jobs) -> None:
    rows = waiting._rows
    made = [waiting.start("one", "check", {}, "owner").id for _ in range(5)]
    for job_id in made[:4]:
        waiting.cancel("one", job_id)
    assert set(rows.prune(before=0, most=3)) == set(made[:2])
    assert set(rows.prune(before=2**40, most=99)) == set(made[2:4])
    assert [job.id for job in waiting.page("one")[0]] == [made[4]]
