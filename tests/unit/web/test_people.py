"""Signing in, one's own account, people, tokens and the audit trail, through the real server."""

import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyotp
import pytest
from starlette.testclient import TestClient

from access_world import OTHER, PASSWORD, quick
from tuoguan.operate import Desk
from tuoguan.serve import Server
from tuoguan.site import Access, Membership, Right, Role, Site
from tuoguan.web.pages_me import browser

AT = "http://127.0.0.1:8765"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server with accounts over "east" and "west"; wei owns east, mo owns west, li packs at the seller's desk."""
    for name in ("east", "west"):
        (tmp_path / "srv" / name).mkdir(parents=True)
    made = Site(tmp_path / "srv", many=True, local=False)
    made.access.close()
    made.access = Access(made.keep, made.workspaces, local=False, passwords=quick())
    made.work(made.workspaces.find("east"), make=True)
    people = made.access.people
    for name, workspace, role in (("wei", "east", Role.OWNER), ("mo", "west", Role.OWNER)):
        people.join(workspace, people.add(name, PASSWORD), Membership(role), "console")
    people.join("east", people.add("li", PASSWORD), Membership(Role.WAREHOUSE, frozenset({Desk.SELLER})), "console")
    yield made
    made.close()
    server.cache_clear()


@cache
def server(site: Site) -> Server:
    return Server(site)


def client(site: Site) -> TestClient:
    """A browser of its own."""
    return TestClient(server(site), base_url=AT, follow_redirects=False)


def entered(site: Site, name: str, password: str = PASSWORD) -> TestClient:
    """A browser that is signed in."""
    made = client(site)
    assert made.post("/sign-in", data={"name": name, "password": password}).status_code == 303
    return made


@pytest.fixture
def wei(site: Site) -> TestClient:
    return entered(site, "wei")


def csrf(page: str) -> str:
    """What the forms of a page bring back."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def account(site: Site, name: str) -> str:
    found = site.access.people.find(name)
    assert found is not None
    return str(found["id"])


def send(browser: TestClient, page: str, path: str, **fields: object) -> tuple[int, str, str]:
    """Status, page and where it leads of a form of a page that is sent."""
    answer = browser.post(path, data={"csrf": csrf(browser.get(page).text), **fields})
    return answer.status_code, answer.text, answer.headers.get("location", "")


def test_a_page_asks_who_it_is_and_leads_back_to_itself(site: Site) -> None:
    browser = client(site)
    asked = browser.get("/w/east/people?open=a%26b")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?to=%2Fw%2Feast%2Fpeople%3Fopen%3Da%2526b")
    page = browser.get(asked.headers["location"]).text
    assert 'value="/w/east/people?open=a%26b"' in page
    done = browser.post("/sign-in", data={"name": "wei", "password": PASSWORD, "to": "/w/east/people"})
    assert done.headers["location"] == "/w/east/people"
    assert browser.get("/w/east/people").status_code == 200


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in(site: Site) -> None:
    answer = client(site).get("/w/east/people", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in")


@pytest.mark.parametrize(
    "to",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/\t/evil",
     "evil.example", "/%0d%0aSet-Cookie:x", "/\r\nSet-Cookie: x=1", "", "/" + "x" * 5_000, "@evil.example"],
)  # fmt: skip
def test_signing_in_leads_on_to_pages_of_this_server_only(site: Site, to: str) -> None:
    answer = client(site).post("/sign-in", data={"name": "wei", "password": PASSWORD, "to": to})
    assert answer.headers["location"] in ("/", "/%0d%0aSet-Cookie:x")
    assert "x=1" not in str(answer.headers)


def test_the_cookie_is_for_this_server_and_no_script(wei: TestClient, site: Site) -> None:
    answer = client(site).post("/sign-in", data={"name": "wei", "password": PASSWORD})
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "tuoguan_session" in value).lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie
    assert "secure" not in cookie, "plain http; the test of the guard has https"


def test_a_failing_sign_in_is_told_the_same_for_all_and_keeps_the_password_out_of_the_page(site: Site) -> None:
    browser = client(site)
    answers = [
        browser.post("/sign-in", data={"name": name, "password": "not the password", "to": "/me"})
        for name in ("wei", "nobody", "mo")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({re.sub(r'value="(wei|nobody|mo)"', "", answer.text) for answer in answers}) == 1
    assert "not the password" not in answers[0].text
    assert "set-cookie" not in answers[0].headers


@pytest.mark.parametrize(
    "body",
    [b"", b"name=%ED%A0%80&password=%ED%A0%80", b"name=%FF%FE&password=%00", b"name=a&name=b&password=c&password=d",
     b"&&&===", b"to=%0d%0a&name=\xff"],
)  # fmt: skip
def test_whatever_is_sent_to_the_sign_in_is_refused_like_a_wrong_password(site: Site, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/sign-in", "/sign-in/code"):
        assert client(site).post(path, content=body, headers=headers).status_code == 422


def test_a_planted_session_is_not_the_one_that_is_signed_in(site: Site) -> None:
    browser = entered(site, "mo")
    planted = browser.cookies["tuoguan_session"]
    browser.post("/sign-in", data={"name": "wei", "password": PASSWORD})
    assert browser.cookies["tuoguan_session"] != planted
    assert site.access.signed(planted, None) is None


def test_the_second_step_lets_in_and_its_cookie_alone_does_not(site: Site) -> None:
    app = pyotp.TOTP(site.access.second.begin(account(site, "wei"), "wei").secret.replace(" ", ""))
    site.access.second.confirm(account(site, "wei"), app.at(time.time() - 30))
    browser = client(site)
    asked = browser.post("/sign-in", data={"name": "wei", "password": PASSWORD, "to": "/me"})
    assert asked.headers["location"] == "/sign-in/code?to=%2Fme"
    assert "tuoguan_session" not in browser.cookies
    assert browser.get("/me").status_code == 303
    assert browser.post("/sign-in/code", data={"code": "000000"}).status_code == 422
    assert browser.post("/sign-in/code", data={"code": app.now(), "to": "/me"}).headers["location"] == "/me"
    assert browser.get("/me").status_code == 200
    assert client(site).get("/sign-in/code").headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "path",
    ["/sign-out", "/me/password", "/me/language", "/me/second", "/me/second/confirm", "/me/second/paper",
     "/me/second/end", "/me/sessions/end", "/me/sessions/1/end", "/me/tokens", "/me/tokens/1/revoke",
     "/w/east/people/invite", "/w/east/people/1", "/w/east/people/1/remove", "/w/east/people/tokens/1/revoke",
     "/w/east/people/invitations/1/withdraw", "/welcome/forged/join"],
)  # fmt: skip
def test_every_form_must_be_of_this_session(site: Site, wei: TestClient, path: str) -> None:
    other = csrf(entered(site, "li").get("/me").text)
    own = csrf(wei.get("/me").text)
    assert own != other
    for brought in ({}, {"csrf": ""}, {"csrf": "forged"}, {"csrf": other}, {"csrf": own[:-1]}):
        assert wei.post(path, data=brought).status_code == 403
    assert wei.post(path, headers={"X-CSRF": other}).status_code == 403
    assert client(site).post(path, data={"csrf": own}).headers["location"] == "/sign-in"
    assert wei.get("/me").status_code == 200, "nothing was done"


def test_signing_out_ends_the_session_on_the_server_too(site: Site, wei: TestClient) -> None:
    session = wei.cookies["tuoguan_session"]
    status, _, to = send(wei, "/me", "/sign-out")
    assert (status, to) == (303, "/sign-in")
    assert site.access.signed(session, None) is None


def test_signing_out_everywhere_ends_every_browser(site: Site, wei: TestClient) -> None:
    other = entered(site, "wei")
    send(wei, "/me", "/me/sessions/end")
    assert wei.get("/me").status_code == other.get("/me").status_code == 303


def test_one_browser_is_signed_out_from_another(site: Site, wei: TestClient) -> None:
    other = entered(site, "wei")
    listed = site.access.sessions.all_of(account(site, "wei"), wei.cookies["tuoguan_session"])
    theirs = next(one for one in listed if not one.current)
    send(entered(site, "li"), "/me", f"/me/sessions/{theirs.id}/end")
    assert other.get("/me").status_code == 200
    send(wei, "/me", f"/me/sessions/{theirs.id}/end")
    assert other.get("/me").status_code == 303


def test_a_new_password_wants_the_old_one_and_signs_other_browsers_out(site: Site, wei: TestClient) -> None:
    other = entered(site, "wei")
    fields = {"password": PASSWORD, "fresh": OTHER, "again": OTHER}
    for wrong in ({"password": "no"}, {"again": "no"}, {"fresh": "short", "again": "short"}):
        status, page, _ = send(wei, "/me", "/me/password", **(fields | wrong))
        assert status == 422
        assert OTHER not in page
    assert other.get("/me").status_code == 200
    assert send(wei, "/me", "/me/password", **fields)[2] == "/me"
    assert wei.get("/me").status_code == 200
    assert other.get("/me").status_code == 303
    assert entered(site, "wei", OTHER)


def test_a_second_factor_is_set_up_on_the_page(site: Site, wei: TestClient) -> None:
    assert send(wei, "/me", "/me/second", password="no")[0] == 422
    page = send(wei, "/me", "/me/second", password=PASSWORD)[1]
    secret = re.search(r"otpauth://totp/tuoguan:wei\?secret=([A-Z2-7]+)", page)
    assert secret is not None
    assert "<code>" + " ".join(re.findall("....", secret[1])) in page
    assert send(wei, "/me", "/me/second/confirm", code="000000")[0] == 422
    page = send(wei, "/me", "/me/second/confirm", code=pyotp.TOTP(secret[1]).now())[1]
    assert len(re.findall(r"\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b", page)) == 10
    assert secret[1] not in wei.get("/me").text
    again = send(wei, "/me", "/me/second/paper", password=PASSWORD)[1]
    assert len(re.findall(r"\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b", again)) == 10
    send(wei, "/me", "/me/second/end", password=PASSWORD)
    assert entered(site, "wei").get("/me").status_code == 200


def test_a_token_is_shown_once_and_works_until_revoked(site: Site, wei: TestClient) -> None:
    fields = {"title": "erp", "workspace": "east", "right": ["view", "money"], "days": "30"}
    page = send(wei, "/me", "/me/tokens", **fields)[1]
    token = re.search(r"tg_[A-Za-z0-9_-]{43}", page)
    assert token is not None
    assert "tg_" not in wei.get("/me").text
    signed = site.access.signed(None, token[0])
    assert signed is not None
    assert signed.scopes == {Right.VIEW, Right.MONEY}
    id_ = site.access.sessions.tokens(workspace="east")[0].id
    li = entered(site, "li")
    send(li, "/me", f"/me/tokens/{id_}/revoke")
    assert site.access.signed(None, token[0]) is not None, "another's is not ended from one's own page"
    assert send(wei, "/w/east/people/tokens", f"/w/east/people/tokens/{id_}/revoke")[0] == 303
    assert site.access.signed(None, token[0]) is None


@pytest.mark.parametrize(
    "wrong",
    [{"workspace": "west"}, {"workspace": "nope"}, {"right": ["fly"]}, {"right": []}, {"days": "x"}, {"days": "9999"},
     {"title": ""}],
)  # fmt: skip
def test_a_token_that_cannot_be_is_refused(site: Site, wei: TestClient, wrong: dict[str, object]) -> None:
    fields = {"title": "erp", "workspace": "east", "right": ["view"], "days": "30"} | wrong
    status, page, _ = send(wei, "/me", "/me/tokens", **fields)
    assert status == 422
    assert "tg_" not in page
    assert site.access.sessions.tokens(workspace="east") == site.access.sessions.tokens(workspace="west") == []


def test_another_workspace_looks_like_one_that_is_not_there(site: Site, wei: TestClient) -> None:
    paths = ("people", "people/tokens", "people/trail", "home")
    for path in paths:
        theirs, nowhere = wei.get(f"/w/west/{path}"), wei.get(f"/w/nope/{path}")
        assert theirs.status_code == nowhere.status_code == 404
        assert theirs.text == nowhere.text
    own = csrf(wei.get("/me").text)
    mo = account(site, "mo")
    theirs, nowhere = (wei.post(f"/w/{name}/people/{mo}/remove", data={"csrf": own}) for name in ("west", "nope"))
    assert (theirs.status_code, theirs.text) == (nowhere.status_code, nowhere.text)
    assert theirs.status_code == 404
    elsewhere, nobody = wei.get(f"/w/east/people?open={mo}"), wei.get("/w/east/people?open=0000000000000000")
    assert elsewhere.status_code == nobody.status_code
    assert elsewhere.text.replace(mo, "ID") == nobody.text.replace("0000000000000000", "ID")


def test_a_lesser_role_sees_no_people(site: Site) -> None:
    li = entered(site, "li")
    for path in ("people", "people/tokens", "people/trail"):
        assert li.get(f"/w/east/{path}").status_code == 403
    assert "/w/east/people" not in li.get("/w/east/home").text
    own = csrf(li.get("/me").text)
    answer = li.post(f"/w/east/people/{account(site, 'wei')}/remove", data={"csrf": own})
    assert answer.status_code == 403
    assert li.get("/w/east/home?desk=platform").status_code == 403, "li sits at the seller's desk"


def test_a_role_is_changed_and_the_second_who_changes_it_is_told(site: Site, wei: TestClient) -> None:
    li, seen = account(site, "li"), {"seen_role": "warehouse", "seen_desk": ["seller"]}
    page = f"/w/east/people?open={li}"
    assert 'name="seen_role" value="warehouse"' in wei.get(page).text
    status, _, _ = send(wei, page, f"/w/east/people/{li}", role="finance", desk=["seller", "platform"], **seen)
    assert status == 303
    assert site.access.people.member("east", li).role is Role.FINANCE
    status, text, _ = send(wei, page, f"/w/east/people/{li}", role="owner", desk=["seller"], **seen)
    assert status in (409, 422)
    assert "finance by now" in text
    for wrong in ({"role": "king", "desk": ["seller"]}, {"role": "viewer", "desk": []}):
        assert send(wei, page, f"/w/east/people/{li}", **seen, **wrong)[0] == 422


def test_the_last_owner_stays(site: Site, wei: TestClient) -> None:
    status, text, _ = send(wei, "/w/east/people", f"/w/east/people/{account(site, 'wei')}/remove")
    assert status == 422
    assert "last owner" in text
    assert wei.get("/w/east/people").status_code == 200


def test_an_invitation_is_sent_used_and_gone(site: Site, wei: TestClient) -> None:
    page = send(wei, "/w/east/people", "/w/east/people/invite", role="viewer", desk=["seller"], note="for an")[1]
    link = re.search(AT + r"(/welcome/[A-Za-z0-9_-]{43})", page)
    assert link is not None
    assert "for an" in wei.get("/w/east/people").text
    assert link[1] not in wei.get("/w/east/people").text, "shown once"
    new = client(site)
    assert "wei lets you into the workspace east" in new.get(link[1]).text
    weak = new.post(link[1], data={"name": "an", "password": "short", "again": "short"})
    differ = new.post(link[1], data={"name": "an", "password": PASSWORD, "again": OTHER})
    taken = new.post(link[1], data={"name": "MO", "password": PASSWORD, "again": PASSWORD})
    assert {weak.status_code, differ.status_code, taken.status_code} == {422}
    assert new.post(link[1], data={"name": "an", "password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert new.get("/w/east/home").status_code == 200
    assert client(site).get(link[1]).status_code == 404
    assert "for an" not in wei.get("/w/east/people").text


def test_an_invitation_serves_who_is_signed_in(site: Site) -> None:
    value = site.access.people.invite("east", Membership(Role.VIEWER), "", "wei")
    mo = entered(site, "mo")
    page = mo.get(f"/welcome/{value}").text
    assert "Come in as mo" in page
    assert mo.post(f"/welcome/{value}/join", data={"csrf": csrf(page)}).headers["location"] == "/w/east/home"
    assert mo.get("/w/east/home").status_code == 200


def test_a_reset_link_leads_to_the_sign_in_and_not_past_the_second_factor(site: Site) -> None:
    value = site.access.people.reset_link(account(site, "wei"), "console")
    browser = client(site)
    assert "For wei" in browser.get(f"/welcome/{value}").text
    done = browser.post(f"/welcome/{value}", data={"password": OTHER, "again": OTHER})
    assert done.headers["location"] == "/sign-in"
    assert "tuoguan_session" not in browser.cookies
    assert entered(site, "wei", OTHER)


def test_the_trail_is_a_page_in_both_languages(site: Site, wei: TestClient) -> None:
    send(wei, "/me", "/me/tokens", title="erp", workspace="east", right=["view"], days="30")
    site.access.audit.tell("east", "wei", "of_another_release", what="more")
    site.access.audit.tell("east", "wei", "settings_changed", settings=["cash", "hours"])
    site.access.audit.tell("east", "wei", "settings_changed")
    english = wei.get("/w/east/people/trail?lang=en").text
    assert "made the token “erp” for 30 days: Look" in english
    assert "let li in as: Warehouse" in english
    assert "of_another_release what: more" in english
    assert "changed settings: cash, hours" in english
    assert "changed settings: –" in english
    assert "创建令牌“erp”，有效 30 天，权限：查看" in wei.get("/w/east/people/trail?lang=zh").text
    found = wei.get("/w/east/people/trail?lang=en&find=erp").text
    assert "erp" in found
    assert "Warehouse" not in found
    assert wei.get("/w/east/people/trail?month=nonsense&after=x").status_code == 200
    assert "Nothing was told" in wei.get("/w/east/people/trail?month=2020-01&lang=en").text


def test_the_language_of_an_account_goes_where_it_signs_in(site: Site, wei: TestClient) -> None:
    assert send(wei, "/me", "/me/language", language="zh")[0] == 303
    assert 'lang="zh-CN"' in entered(site, "wei").get("/me").text[:60]
    send(wei, "/me", "/me/language", language="fr")
    assert site.access.people.person(account(site, "wei")).language == "zh"


def test_a_local_server_shows_its_owner_tokens_and_no_passwords(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    local = Site(tmp_path / "shop")
    browser = client(local)
    page = browser.get("/me").text
    assert "nobody is asked for a password" in page
    assert 'type="password"' not in page
    assert browser.get("/sign-in").headers["location"] == "/"
    answer = browser.post("/me/password", data={"csrf": csrf(page), "password": "x", "fresh": OTHER, "again": OTHER})
    assert answer.status_code in (403, 422)
    token = browser.post("/me/tokens", data={"csrf": csrf(page), "title": "erp", "workspace": "shop", "right": "view",
                                             "days": "30"}).text  # fmt: skip
    assert "tg_" in token
    local.close()


@pytest.mark.parametrize(
    ("agent", "said"),
    [("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"), ("", "–"),
     ("curl/8.1", "curl/8.1")],
)  # fmt: skip
def test_a_browser_is_called_by_its_name(agent: str, said: str) -> None:
    assert browser(agent) == said
