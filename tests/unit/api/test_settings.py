"""Settings, hosts and files to take away: told in the ledger, never written over, the same as on the page."""

import io
import zipfile
from datetime import UTC, datetime

from api_world import ROOT, SELLER, World
from tuoguan.app.decision_index import TABLE, stamp_of

HOOK = {"url": "https://hooks.example.com/x", "events": ["job.done"]}


def told(world: World) -> list[tuple[str, dict[str, object]]]:
    """What the workspace's trail says of this month, the latest first."""
    found = world.get("audit", month=datetime.now(UTC).strftime("%Y-%m")).json()
    return [(one["kind"], one["details"]) for one in found]


def test_a_change_of_the_sellers_file_stands_in_the_trail(world: World) -> None:
    text = SELLER.replace('cash = "50000"', 'cash = "40000"')
    for _ in range(2):
        assert world.client.put(f"{ROOT}/seller", json={"text": text}, headers={"If-Match": "*"}).status_code == 204
    assert told(world) == [("settings_changed", {"settings": ["limits.cash"]})]


def test_hosts_are_allowed_and_forbidden_and_told(world: World) -> None:
    assert world.client.put(f"{ROOT}/webhook-hosts/NAS.local").json() == {"hosts": ["nas.local"]}
    assert world.client.put(f"{ROOT}/webhook-hosts/a b").status_code == 422
    assert world.get("webhook-hosts").json() == {"hosts": ["nas.local"]}
    assert world.client.delete(f"{ROOT}/webhook-hosts/nas.local").json() == {"hosts": []}
    assert [kind for kind, _ in told(world)] == ["webhook_host_forbidden", "webhook_host_allowed"]
    new = {"title": "scanner", "scopes": ["view", "settings"], "days": 1}
    program = {"Authorization": f"Bearer {world.client.post(f'{ROOT}/tokens', json=new).json()['token']}"}
    assert world.client.get(f"{ROOT}/webhook-hosts", headers=program).status_code == 200
    refused = world.client.put(f"{ROOT}/webhook-hosts/nas.local", headers=program)
    assert (refused.status_code, world.get("webhook-hosts").json()) == (403, {"hosts": []})


def test_a_subscription_that_somebody_changed_is_not_written_over(world: World) -> None:
    at = world.client.post(f"{ROOT}/webhooks", json=HOOK).headers["Location"]
    seen = {"If-Match": world.client.get(at).headers["ETag"]}
    changed = world.client.put(at, json=HOOK | {"events": ["job.failed"]}, headers=seen)
    assert changed.status_code == 200 and changed.headers["ETag"] != seen["If-Match"]
    assert world.client.put(at, json=HOOK, headers=seen).status_code == 412
    assert world.client.get(at).json()["events"] == ["job.failed"]


def test_an_invitation_leads_to_a_page(world: World) -> None:
    link = world.client.post(f"{ROOT}/invitations", json={"role": "viewer", "desks": ["seller"], "note": "Li"}).json()
    assert world.client.get(link["path"]).status_code == 200


def test_a_decision_that_was_made_anew_is_not_taken_for_the_one_seen(world: World) -> None:
    folder = world.workspace.folder / "decision"
    folder.mkdir()
    (folder / TABLE).write_bytes(b"one")
    seen = {"If-Match": f'"{stamp_of(folder)}"'}
    (folder / TABLE).write_bytes(b"another")
    late = world.client.post(f"{ROOT}/jobs", json={"kind": "accept"}, headers=seen)
    assert (late.status_code, late.json()["problems"][0]["at"]) == (412, "decision")
    seen = {"If-Match": f'"{stamp_of(folder)}"'}
    assert world.client.post(f"{ROOT}/jobs", json={"kind": "accept"}, headers=seen).status_code == 202


def test_files_are_taken_away_as_on_the_page(world: World) -> None:
    for language, word in (("en", "name"), ("zh", "店铺")):
        for form in ("xlsx", "csv"):
            with zipfile.ZipFile(io.BytesIO(world.get(f"templates/{language}/{form}").content)) as archive:
                assert f"products.{form}" in archive.namelist() and word in archive.read("seller.toml").decode()
    api, page = world.get("contracts.csv"), world.client.get("/w/shop/contracts.csv")
    assert api.content == page.content and "temu/semi/US" in api.text
    assert world.get("realized-profit.csv").status_code == 404
