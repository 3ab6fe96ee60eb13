"""The door of the real server: hosts, origins, sizes, pace, headers, mistakes."""

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from access_world import PASSWORD
from tuoguan.serve import Server, guard
from tuoguan.serve.guard import BODY_BYTES, FILE_BYTES, HEADERS, TARGET_BYTES, Guard
from tuoguan.site import Membership, Role, Site

AT = "http://127.0.0.1:8765"
SHAPE = {"at", "found", "expected", "fix", "code", "severity", "row_count"}
SECRET = "a secret that no answer shows"


def served(root: Path, *, local: bool = True, url: str = "") -> tuple[Site, TestClient]:
    """The real server with two more routes: one that reads its body, one that has a mistake in it."""
    (root / "shop").mkdir(parents=True, exist_ok=True)
    site = Site(root / "shop", local=local)
    server = Server(site, url)

    @server.api.post("/api/v1/echo")
    @server.pages.post("/echo")
    async def echo(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    @server.api.get("/api/v1/mistake")
    @server.pages.get("/mistake")
    def mistake() -> Response:
        raise RuntimeError(SECRET)

    return site, TestClient(server, base_url=AT, raise_server_exceptions=True, follow_redirects=False)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    site, client = served(tmp_path_factory.mktemp("local"))
    with client:
        yield client
    site.close()


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[TestClient]:
    site, client = served(tmp_path, local=False)
    with client:
        yield client
    site.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/w/shop/jobs", 200), ("GET", "/", 303), ("GET", "/nope", 404), ("DELETE", "/", 405),
        ("GET", "/static/site.css", 200), ("GET", "/static/nope.css", 404), ("GET", "/static/htmx/htmx.min.js", 200),
        ("GET", "/w/nope/home", 404), ("GET", "/mistake", 500), ("GET", "/api/v1/mistake", 500),
        ("GET", "/api/v1/openapi.json", 200), ("GET", "/api/v1/nope", 404), ("POST", "/w/shop/people/invite", 403),
        ("GET", "/" + "x" * 20_000, 414), ("GET", "/welcome/forged", 404),
    ],
)  # fmt: skip
def test_every_answer_carries_the_headers(local: TestClient, method: str, path: str, status: int) -> None:
    answer = local.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert "server" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers


def test_the_policy_lets_no_inline_script_style_or_other_host_in(local: TestClient) -> None:
    policy = local.get("/w/shop/jobs").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    page = local.get("/me").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", page)


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"])
def test_a_local_server_goes_by_the_names_of_this_machine(local: TestClient, host: str) -> None:
    assert local.get("/w/shop/jobs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8765", "evil.example", "127.0.0.1", "localhost:80", "127.0.0.1:8766",
        "localhost.evil.example:8765",
        "127.0.0.1.evil.example:8765", "127.0.0.1:8765@evil.example", "", "127.0.0.1:8765:8765", "0.0.0.0:8765",
        "127.0.0.1 :8765",
    ],
)  # fmt: skip
def test_a_name_that_somebody_else_points_here_is_refused(local: TestClient, host: str) -> None:
    for path in ("/w/shop/jobs", "/static/site.css", "/api/v1/openapi.json"):
        assert local.get(path, headers={"Host": host}).status_code == 421


def test_a_server_that_has_a_name_goes_by_no_other(tmp_path: Path) -> None:
    site, client = served(tmp_path, local=False, url="https://shop.example.com")
    with client:
        assert client.get("/sign-in", headers={"Host": "shop.example.com"}).status_code == 200
        for host in ("127.0.0.1:8765", "shop.example.com:8765", "evil.example"):
            assert client.get("/sign-in", headers={"Host": host}).status_code == 421
    site.close()


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://127.0.0.1:3000"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8765.evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_another_site_makes_a_browser_do_nothing_here(local: TestClient, method: str, headers: dict[str, str]) -> None:
    for path in ("/w/shop/jobs", "/api/v1/echo", "/static/site.css"):
        assert local.request(method, path, headers=headers).status_code == 403


def test_a_link_of_another_site_may_be_followed_but_no_form_of_it_sent(local: TestClient) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert local.get("/w/shop/jobs", headers=followed).status_code == 200
    assert local.post("/echo", headers=followed | {"Origin": "http://evil.example"}).status_code == 403
    assert local.post("/echo", headers=followed).status_code == 403


def test_its_own_pages_and_programs_may(local: TestClient) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Origin": AT}
    assert local.post("/echo", content=b"x", headers=own).text == "1"
    assert local.post("/api/v1/echo", content=b"x").text == "1"


def problem_in(answer: Any) -> dict[str, Any]:
    """The one problem of an answer in the one shape."""
    problems = answer.json()["problems"]
    assert len(problems) == 1
    assert set(problems[0]) == SHAPE
    return problems[0]  # type: ignore[no-any-return]


def test_an_address_of_64_kilobytes_is_told_to_be_too_long(local: TestClient) -> None:
    answer = local.get("/api/v1/openapi.json?q=" + "x" * 65_000)
    assert answer.status_code == 414
    assert problem_in(answer)["code"] == "too_long"
    assert "未完成" in local.get("/w/shop/jobs?q=" + "x" * 65_000).text
    assert local.get("/w/shop/jobs?q=" + "x" * (TARGET_BYTES - 40)).status_code == 200


@pytest.mark.parametrize("length", [str(BODY_BYTES + 1), "9" * 30, "-1", "1e3", "٣"])
def test_a_body_that_says_it_is_too_large_is_not_read(local: TestClient, length: str) -> None:
    headers = {"Content-Length": length.encode(), "Content-Type": b"application/json"}
    answer = local.post("/api/v1/echo", content=b"x", headers=headers)
    assert answer.status_code == 413
    assert problem_in(answer)["code"] == "too_large"


def test_a_body_that_does_not_say_is_counted(local: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(BODY_BYTES // 65_536 + 1):
            yield b"x" * 65_536

    answer = local.post("/api/v1/echo", content=endless())
    assert answer.status_code == 413
    assert problem_in(answer)["code"] == "too_large"
    assert local.post("/api/v1/echo", content=b"x" * BODY_BYTES).text == str(BODY_BYTES)


def test_a_form_that_is_too_large_is_told_so_and_not_that_it_cannot_be_read(local: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        yield b"password="
        for _ in range(BODY_BYTES // 65_536 + 1):
            yield b"x" * 65_536

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert local.post("/sign-in", content=endless(), headers=headers).status_code == 413


def test_files_may_be_large_from_somebody_we_know(asking: TestClient, tmp_path: Path) -> None:
    large = b"x" * (2 * BODY_BYTES)
    headers = {"Content-Type": "text/csv"}
    assert asking.post("/api/v1/echo", content=large, headers=headers).status_code == 413
    access = asking.app.pages.state.site.access  # type: ignore[attr-defined]
    access.people.join("shop", access.people.add("wei", PASSWORD), Membership(Role.OWNER), "console")
    session = access.sign_in("wei", PASSWORD, address="::1").session
    known = headers | {"Cookie": f"tuoguan_session={session}"}
    assert asking.post("/api/v1/echo", content=large, headers=known).text == str(len(large))
    as_json = known | {"Content-Type": "application/json"}
    assert asking.post("/api/v1/echo", content=large, headers=as_json).status_code == 413
    beyond = known | {"Content-Length": str(FILE_BYTES + 1)}
    assert asking.post("/api/v1/echo", content=b"x", headers=beyond).status_code == 413


@pytest.mark.parametrize("pieces", [[b"x"], [b"x", b"y"]], ids=["stops at once", "stops later"])
def test_a_body_that_stops_coming_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]
) -> None:
    monkeypatch.setattr(guard, "FIRST_SECONDS", 0.05)
    site, client = served(tmp_path)
    said: list[dict[str, Any]] = []

    async def slow() -> None:
        left = iter(pieces)

        async def receive() -> dict[str, Any]:
            piece = next(left, None)
            if piece is None:
                await asyncio.sleep(3_600)
            return {"type": "http.request", "body": piece, "more_body": True}

        async def send(message: Any) -> None:
            said.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/api/v1/echo", "raw_path": b"/api/v1/echo", "query_string": b"",
            "headers": [(b"host", b"127.0.0.1:8765")], "scheme": "http", "server": ("127.0.0.1", 8765), "root_path": "",
        }  # fmt: skip
        await client.app(scope, receive, send)

    asyncio.run(slow())
    assert said[0]["status"] == 408
    assert b"too_slow" in said[1]["body"]
    site.close()


@pytest.mark.parametrize("path", ["/mistake", "/api/v1/mistake"])
def test_a_mistake_is_told_by_a_number_that_the_log_has(
    local: TestClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.ERROR)
    answer = local.get(path)
    number = answer.headers["X-Request-Id"]
    assert answer.status_code == 500
    assert number in answer.text
    assert number in caplog.text
    assert SECRET in caplog.text
    for trace in (SECRET, "Traceback", "RuntimeError", ".py"):
        assert trace not in answer.text
    if path.startswith("/api/"):
        assert problem_in(answer)["code"] == "mishap"


def test_the_log_does_not_have_the_secret_of_a_link(
    local: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = local.app.pages.state.site.access.people  # type: ignore[attr-defined]
    value = people.invite("shop", Membership(Role.VIEWER), "", "wei")
    monkeypatch.setattr(people, "_kept", None)  # a database that went away
    assert local.get(f"/welcome/{value}").status_code == 500
    assert "GET /welcome/…" in caplog.text
    assert value not in caplog.text


def test_what_another_refuses_of_a_form_is_not_repeated_to_it(local: TestClient) -> None:
    answer = local.post("/sign-in", files={"password": ("x", b"the password")}, data={"name": "wei"})
    assert answer.status_code == 422
    assert "the password" not in answer.text


def test_behind_tls_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    site, _ = served(tmp_path, local=False, url="https://shop.example.com")
    access = site.access
    access.people.join("shop", access.people.add("wei", PASSWORD), Membership(Role.OWNER), "console")
    with TestClient(Server(site, "https://shop.example.com"), base_url="https://shop.example.com") as client:
        answer = client.post("/sign-in", data={"name": "wei", "password": PASSWORD}, follow_redirects=False)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "; secure" in answer.headers["Set-Cookie"].lower()
    site.close()


def test_sockets_that_are_no_requests_are_passed_on(tmp_path: Path) -> None:
    site, client = served(tmp_path)
    seen: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(Guard(inner, site)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
    assert client is not None
    site.close()
