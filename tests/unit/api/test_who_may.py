"""Who may what: tokens, their rights and ends, other tenants' ids, sessions, keys used twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from api_world import order
from tuoguan.serve import Server
from tuoguan.site import Membership, Right, Role, Site
from tuoguan.site.access_passwords import Passwords

ROOT = "/api/v1/workspaces"
PASSWORD = "four words at random"


class TwoShops:
    """A server of two workspaces with an owner each, and a token of each owner."""

    def __init__(self, folder: Path) -> None:
        for name in ("east", "west"):
            (folder / name).mkdir(parents=True)
        self.site = Site(folder, many=True, local=False)
        access = self.site.access
        access._passwords = access.people._passwords = Passwords(PasswordHasher(1, 8, 1))
        self.client = TestClient(Server(self.site), base_url="http://localhost", raise_server_exceptions=False)
        self.token: dict[str, str] = {}
        self.session: dict[str, str] = {}
        for name in ("east", "west"):
            person = access.people.add(f"owner {name}", PASSWORD)
            access.people.join(name, person, Membership(Role.OWNER), "test")
            self.session[name] = access.enter(person, address="198.51.100.7")
            self.token[name] = self.made(name, frozenset(Right))

    def made(self, name: str, scopes: frozenset[Right], days: int = 1) -> str:
        """A token of the workspace's owner."""
        signed = self.site.access.signed(self.session[name], None)
        assert signed is not None
        return self.site.access.sessions.make_token(signed, name, "test", scopes, days)

    def call(self, method: str, path: str, token: str = "", **more: Any) -> Any:
        """The answer to a program with the token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.request(method, path, headers=headers | more.pop("headers", {}), **more)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TwoShops]:
    made = TwoShops(tmp_path)
    yield made
    made.site.close()


def codes(answer: Any) -> set[str]:
    return {one["code"] for one in answer.json()["problems"]}


def test_nobody_known_gets_401_and_is_told_how(server: TwoShops) -> None:
    for token in ("", "nonsense", "tgn_" + "x" * 43, server.token["east"] + "x"):
        answer = server.call("GET", f"{ROOT}/east", token)
        assert (answer.status_code, codes(answer)) == (401, {"not_signed"})
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert server.call("POST", f"{ROOT}/east/orders", json=order()).status_code == 401


def test_a_token_ends_on_its_day_and_when_it_is_revoked(server: TwoShops, monkeypatch: pytest.MonkeyPatch) -> None:
    token = server.made("east", frozenset({Right.VIEW}))
    assert server.call("GET", f"{ROOT}/east", token).status_code == 200
    listed = server.call("GET", f"{ROOT}/east/tokens", server.token["east"]).json()
    mine = next(one["id"] for one in listed if one["scopes"] == ["view"])
    cookies = {"tuoguan_session": server.session["east"]}
    csrf = server.site.access.signed(server.session["east"], None).csrf  # type: ignore[union-attr]
    gone = server.client.request("DELETE", f"{ROOT}/east/tokens/{mine}", cookies=cookies, headers={"X-CSRF": csrf})
    assert gone.status_code == 204
    assert server.call("GET", f"{ROOT}/east", token).status_code == 401
    server.client.cookies.clear()
    clock = server.site.access.sessions._clock
    monkeypatch.setattr(server.site.access.sessions, "_clock", lambda: clock() + 2 * 86_400)
    assert server.call("GET", f"{ROOT}/east", server.token["east"]).status_code == 401


def test_another_tenants_workspace_answers_as_one_that_is_not_there(server: TwoShops) -> None:
    for path in ("", "/jobs", "/documents/order", "/orders/x", "/uploads/0123456789abcdef", "/webhooks", "/people"):
        theirs = server.call("GET", f"{ROOT}/west{path}", server.token["east"])
        nobodys = server.call("GET", f"{ROOT}/nowhere{path}", server.token["east"])
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace("west", "nowhere") == nobodys.text
    assert [one["name"] for one in server.call("GET", ROOT, server.token["east"]).json()] == ["east"]


def test_ids_of_another_tenant_are_unknown(server: TwoShops) -> None:
    job = server.call("POST", f"{ROOT}/west/jobs", server.token["west"], json={"kind": "check"}).json()
    hook = server.call("POST", f"{ROOT}/west/webhooks", server.token["west"],
                       json={"url": "https://hooks.example.com/x", "events": ["job.done"]})  # fmt: skip
    assert server.call("GET", f"{ROOT}/west/jobs/{job['id']}", server.token["west"]).status_code == 200
    assert server.call("GET", f"{ROOT}/east/jobs/{job['id']}", server.token["east"]).status_code == 404
    assert server.call("POST", f"{ROOT}/east/jobs/{job['id']}/cancel", server.token["east"]).status_code == 404
    if hook.status_code == 201:
        assert server.call("GET", f"{ROOT}/east/webhooks/{hook.json()['id']}", server.token["east"]).status_code == 404


def test_a_token_does_what_its_scopes_say(server: TwoShops) -> None:
    viewer = server.made("east", frozenset({Right.VIEW}))
    assert server.call("GET", f"{ROOT}/east/contracts", viewer).status_code == 200
    for method, path, body in (
        ("POST", "orders", order()), ("POST", "documents/case", {"number": "1", "currency": "USD"}),
        ("POST", "jobs", {"kind": "decide"}), ("PUT", "seller", {"text": ""}), ("GET", "people", None),
        ("POST", "webhooks", {"url": "https://hooks.example.com", "events": ["job.done"]}),
    ):  # fmt: skip
        answer = server.call(method, f"{ROOT}/east/{path}", viewer, json=body)
        assert (answer.status_code, codes(answer)) == (403, {"not_allowed"}), path


def test_a_token_makes_no_tokens_and_no_people(server: TwoShops) -> None:
    token = server.token["east"]
    made = server.call("POST", f"{ROOT}/east/tokens", token, json={"title": "x", "scopes": ["view"], "days": 1})
    invited = server.call("POST", f"{ROOT}/east/invitations", token, json={"role": "viewer"})
    assert (made.status_code, invited.status_code) == (403, 403)


def test_a_session_writes_only_with_the_pages_proof(server: TwoShops) -> None:
    cookies = {"tuoguan_session": server.session["east"]}
    body = {"title": "scanner", "scopes": ["view"], "days": 1}
    bare = server.client.post(f"{ROOT}/east/tokens", json=body, cookies=cookies)
    assert (bare.status_code, codes(bare)) == (403, {"csrf"})
    csrf = server.site.access.signed(server.session["east"], None).csrf  # type: ignore[union-attr]
    made = server.client.post(f"{ROOT}/east/tokens", json=body, cookies=cookies, headers={"X-CSRF": csrf})
    assert made.status_code == 201
    server.client.cookies.clear()
    assert server.call("GET", f"{ROOT}/east", made.json()["token"]).status_code == 200


def test_a_secret_is_told_once_whatever_is_sent_again(server: TwoShops) -> None:
    cookies = {"tuoguan_session": server.session["east"]}
    csrf = server.site.access.signed(server.session["east"], None).csrf  # type: ignore[union-attr]
    headers = {"X-CSRF": csrf, "Idempotency-Key": "t1"}
    body = {"title": "scanner", "scopes": ["view"], "days": 1}
    first = server.client.post(f"{ROOT}/east/tokens", json=body, cookies=cookies, headers=headers)
    again = server.client.post(f"{ROOT}/east/tokens", json=body, cookies=cookies, headers=headers)
    assert (first.status_code, again.status_code, codes(again)) == (201, 409, {"shown_once"})
    secret = first.json()["token"].encode()
    kept = [path for path in server.site.keep.glob("answers.db*") if secret in path.read_bytes()]
    assert kept == []


def test_a_key_is_its_callers_alone(server: TwoShops) -> None:
    body = {"url": "https://hooks.example.com/x", "events": ["job.done"]}
    headers = {"Idempotency-Key": "same"}
    first = server.call("POST", f"{ROOT}/east/webhooks", server.token["east"], json=body, headers=headers)
    again = server.call("POST", f"{ROOT}/east/webhooks", server.token["east"], json=body, headers=headers)
    other = server.call("POST", f"{ROOT}/west/webhooks", server.token["west"], json=body, headers=headers)
    assert first.status_code == other.status_code == 201, first.text
    assert again.json() == first.json() and again.headers["Idempotent-Replayed"] == "true"
    assert other.json()["id"] != first.json()["id"]
    changed = server.call("POST", f"{ROOT}/east/webhooks", server.token["east"], json=body | {"events": ["job.failed"]},
                          headers=headers)  # fmt: skip
    assert (changed.status_code, codes(changed)) == (409, {"key_used"})


def test_long_addresses_are_refused(server: TwoShops) -> None:
    answer = server.call("GET", f"{ROOT}/east/contracts?on=" + "9" * 60_000, server.token["east"])
    assert (answer.status_code, codes(answer)) == (414, {"too_long"})


def test_counts_and_files_want_their_rights_and_hosts_a_person(server: TwoShops) -> None:
    viewer, at = server.made("east", frozenset({Right.VIEW})), f"{ROOT}/east"
    count = {"place": "ny", "counted_on": "2026-03-02", "lines": [{"sku": "CUP", "units": 1}]}
    told = {"file": "a.csv", "table": "products"}
    mapping = {"file": "a.csv", "table": "order_lines", "title": "a", "columns": {}}
    id = "0123456789abcdef"
    for method, path, body in (
        ("POST", "stock/counts", count), ("PUT", f"uploads/{id}/said", {}), ("POST", f"uploads/{id}/mappings", mapping),
        ("PUT", f"table-uploads/{id}/said", told), ("POST", f"table-uploads/{id}/write", None),
        ("GET", f"uploads/{id}/effect", None), ("GET", f"table-uploads/{id}", None), ("PUT", "webhook-hosts/nas", None),
    ):  # fmt: skip
        answer = server.call(method, f"{at}/{path}", viewer, json=body)
        assert (answer.status_code, codes(answer)) == (403, {"not_allowed"}), path
    owner = server.call("PUT", f"{at}/webhook-hosts/nas", server.token["east"])
    assert (owner.status_code, codes(owner)) == (403, {"not_allowed"})
