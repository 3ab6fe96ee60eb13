"""Pages of jobs and webhooks over a real site: live progress, rights, what is shown and what never is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tuoguan.intake import init
from tuoguan.serve import Server
from tuoguan.site import JobState, Membership, Role, Signed, Site, Via
from webhook_receiver import receiving, verified

WAIT = 60.0
CSRF = {"X-CSRF": "proof"}


class Who:
    """Signs everybody in as the role that the test names."""

    role = Role.OWNER

    def __call__(self, session: str | None, token: str | None) -> Signed:
        return Signed("1", "li", Via.SESSION, {"shop": Membership(self.role)}, csrf="proof")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "shop").mkdir()
    site = Site(tmp_path / "shop")
    yield site
    site.close()


@pytest.fixture
def who(site: Site, monkeypatch: pytest.MonkeyPatch) -> Who:
    who = Who()
    monkeypatch.setattr(site.access, "signed", who)
    return who


@pytest.fixture
def client(site: Site, who: Who) -> TestClient:
    return TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False)


def test_a_job_is_started_watched_and_followed_by_its_result(client: TestClient, site: Site) -> None:
    answer = client.post("/w/shop/jobs", data={"csrf": "proof", "kind": "init", "language": "zh", "key": "k"})
    assert answer.status_code == 303
    at = answer.headers["location"]
    twice = client.post("/w/shop/jobs", data={"csrf": "proof", "kind": "init", "language": "zh", "key": "k"})
    assert twice.headers["location"] == at
    page = client.get(at).text
    assert 'hx-trigger="every 1s"' in page and "<progress" in page and "Stop it" in page
    site.jobs.wait("shop", at.rpartition("/")[2], WAIT)
    part = client.get(at, headers={"HX-Request": "true"}).text
    assert "<html" not in part and "every 1s" not in part and "Go on" in part
    done = site.jobs.get("shop", at.rpartition("/")[2])
    assert f'href="/w/shop/{done.result["next"]}"' in part
    written = done.result["files"]
    for number, name in enumerate(written):
        assert name in part and client.get(f"{at}/files/{number}").content == (site.workspaces.root / name).read_bytes()
    assert client.get(f"{at}/files/999").status_code == 404
    zh = client.get(f"{at}?lang=zh").text
    assert "空白模板" in zh and "已完成" in zh and "输出文件" in zh


def test_the_list_filters_and_turns_pages(client: TestClient, site: Site) -> None:
    job = site.jobs.start("shop", "check", {}, "li")
    assert "every 2s" in client.get("/w/shop/jobs", headers={"HX-Request": "true"}).text
    assert site.jobs.wait("shop", job.id, WAIT).state is JobState.DONE
    page = client.get("/w/shop/jobs").text
    assert page.count("Check of the files</a>") == 1 and "every 2s" not in page
    assert client.get("/w/shop/jobs?kind=decide").text.count("Check of the files</a>") == 0
    assert client.get("/w/shop/jobs?state=open").text.count("Check of the files</a>") == 0
    assert "No job here." in client.get("/w/shop/jobs?state=other").text
    assert "jobs-running" in client.get("/w/shop/jobs/running").text


def test_problems_are_shown_and_it_can_be_taken_up_again(client: TestClient, site: Site) -> None:
    init(site.workspaces.root)
    job = site.jobs.wait("shop", site.jobs.start("shop", "reconcile", {}, "li").id, WAIT)
    assert job.state is JobState.FAILED
    page = client.get(f"/w/shop/jobs/{job.id}").text
    assert "What stands in the way" in page and "Take it up again" in page
    assert client.post(f"/w/shop/jobs/{job.id}/again", headers=CSRF).status_code == 303
    assert site.jobs.get("shop", job.id).attempt == 2
    client.post(f"/w/shop/jobs/{job.id}/cancel", headers=CSRF)
    assert site.jobs.wait("shop", job.id, WAIT).over


@pytest.mark.parametrize(("path", "data", "status"), [
    ("jobs", {"kind": "decide"}, 403), ("jobs", {"kind": "backup"}, 403), ("jobs", {"kind": "bake"}, 422),
    ("jobs/0/cancel", {}, 404), ("jobs/0/again", {}, 404), ("settings/webhooks", {"url": "https://x.org/"}, 403),
])  # fmt: skip
def test_nobody_does_more_than_their_part(
    client: TestClient, who: Who, path: str, data: dict[str, str], status: int
) -> None:
    who.role = Role.WAREHOUSE
    assert client.post(f"/w/shop/{path}", data=data, headers=CSRF).status_code == status


def test_nothing_is_written_without_the_forms_proof(client: TestClient, site: Site) -> None:
    for path in ("jobs", "jobs/0/cancel", "settings/webhooks", "settings/webhooks/hosts", "settings/webhooks/0/do"):
        assert client.post(f"/w/shop/{path}", data={"kind": "check"}).status_code == 403
    assert site.jobs.page("shop") == ([], None)


def test_a_backup_is_carried_off_by_owners_only(client: TestClient, who: Who, site: Site) -> None:
    site.work(site.workspaces.find("shop"), make=True)
    job = site.jobs.wait("shop", site.jobs.start("shop", "backup", {}, "li").id, WAIT)
    assert job.state is JobState.DONE
    assert client.get(f"/w/shop/jobs/{job.id}/files/0").content.startswith(b"SQLite format 3")
    who.role = Role.VIEWER
    assert client.get(f"/w/shop/jobs/{job.id}/files/0").status_code == 403


def test_a_webhook_from_its_making_to_its_end(client: TestClient, site: Site) -> None:
    with receiving() as target:
        near = client.post("/w/shop/settings/webhooks", data={"url": target.url, "event": "job.done"}, headers=CSRF)
        assert near.status_code == 422 and "this machine or its network" in near.text
        client.post("/w/shop/settings/webhooks/hosts", data={"host": "127.0.0.1"}, headers=CSRF)
        wanted = {"url": target.url, "event": ["job.done", "order.shipped"]}
        at = client.post("/w/shop/settings/webhooks", data=wanted, headers=CSRF).headers["location"]
        page = client.get(at).text
        assert "whsec_" not in page and 'value="order.shipped" checked' in page
        shown = client.post(f"{at}/secret", data={"what": "show"}, headers=CSRF)
        assert shown.headers["cache-control"] == "no-store"
        [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]+", shown.text)
        back = client.get(f"{at}/secret?state=sent")
        assert back.status_code == 303 and back.headers["location"] == f"{at}?state=sent"
        client.post(f"{at}/do", data={"what": "test"}, headers=CSRF)
        assert verified(target.wait(1)[0], secret)
        hook = at.rpartition("/")[2]
        [sent], _ = site.webhooks.deliveries("shop", hook)
        message = client.get(f"{at}/messages/{sent.id}").text
        assert sent.id in message and "webhook.test" in message
        assert client.post(f"{at}/messages/{sent.id}/again", headers=CSRF).status_code == 303
        assert len(target.wait(2)) == 2
        mark = site.webhooks.hook("shop", hook).mark
        changed = {"url": target.url, "event": "job.failed", "seen": mark}
        assert client.post(at, data=changed, headers=CSRF).status_code == 303
        second = client.post(at, data=changed | {"event": "job.done"}, headers=CSRF)  # another tab, as it was before
        assert second.status_code == 409 and site.webhooks.hook("shop", hook).events == ("job.failed",)
        assert "已启用" in client.get("/w/shop/settings/webhooks?lang=zh").text
        client.post(f"{at}/do", data={"what": "off"}, headers=CSRF)
        assert not site.webhooks.hook("shop", hook).is_active
        client.post(f"{at}/do", data={"what": "remove"}, headers=CSRF)
        assert client.get(at).status_code == 404
