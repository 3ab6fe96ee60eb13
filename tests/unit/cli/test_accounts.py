"""`tuoguan accounts`: made, listed, changed, removed and reset without a password on the command line."""

import io
import json
from pathlib import Path

import pytest

from access_world import HERE, OTHER, PASSWORD, quick
from tuoguan.cli import accounts
from tuoguan.cli.main import parser
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk
from tuoguan.site import Role, open_access
from unit.cli.called import call


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TUOGUAN_KEY", raising=False)
    monkeypatch.setattr("tuoguan.site.access.Passwords", quick)
    (tmp_path / "shop").mkdir()
    return tmp_path / "shop"


def say(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What stands on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))


@pytest.fixture
def wei(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    say(monkeypatch, PASSWORD)
    assert call(capsys, "accounts", "add", shop, "wei", "--role", "owner").code == 0
    return shop


def test_an_owner_is_made_and_may_sign_in(wei: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(call(capsys, "accounts", "list", wei, "--json").out)
    assert listed == {
        "workspace": "shop",
        "people": [{"name": "wei", "role": "owner", "desks": ["platform", "seller"], "second_factor": False}],
    }
    with open_access(wei) as (access, _):
        assert access.ready()
        assert access.sign_in("wei", PASSWORD, address=HERE).session


def test_a_role_is_changed_and_taken_away(
    wei: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    say(monkeypatch, PASSWORD)
    call(capsys, "accounts", "add", wei, "li", "--role", "viewer", "--desk", "seller")
    call(capsys, "accounts", "role", wei, "li", "--role", "finance", "--desk", "platform")
    with open_access(wei) as (access, _):
        li = next(one for one in access.people.members("shop") if one.name == "li")
        assert (li.role, li.desks) == (Role.FINANCE, {Desk.PLATFORM})
    assert "li" in call(capsys, "accounts", "list", wei).out
    assert call(capsys, "accounts", "remove", wei, "li").code == 0
    assert "li " not in call(capsys, "accounts", "list", wei).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("remove", "wei"), "the last owner"),
        (("remove", "nobody"), "an account of the list"),
        (("role", "wei", "--role", "viewer"), "the last owner"),
        (("role", "nobody", "--role", "viewer"), "an account of the list"),
        (("reset", "nobody", "--link"), "an account of the list"),
        (("add", "li", "--role", "viewer", "--workspace", "../else", "--link"), "one you may see"),
    ],
)
def test_what_cannot_be_is_refused(
    wei: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    answer = call(capsys, "accounts", words[0], wei, *words[1:])
    assert answer.code == 2
    assert said in answer.err


def test_a_weak_password_is_refused_without_being_repeated(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    say(monkeypatch, "hunter2")
    answer = call(capsys, "accounts", "add", shop, "wei", "--role", "owner")
    assert answer.code == 2
    assert "hunter2" not in answer.out + answer.err


def test_no_verb_takes_a_password_as_an_argument() -> None:
    for verb in accounts.VERBS:
        with pytest.raises(SystemExit):
            parser().parse_args(["accounts", verb, "dir", "wei", "--password", PASSWORD])


def test_the_words_of_the_command_are_those_of_the_server() -> None:
    assert set(accounts.ROLES) == {role.value for role in Role}
    assert set(accounts.DESKS) == {desk.value for desk in Desk}


def test_a_reset_lifts_a_lock_out_and_takes_the_second_factor_off_when_asked(
    wei: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_access(wei) as (access, _):
        account = access.people.find("wei")
        assert account is not None
        access._kept.change("UPDATE account SET totp = x'00' WHERE id = ?", account["id"])
        for number in range(6):
            with pytest.raises(Refused):
                access.sign_in("wei", "not the password", address=f"10.0.0.{number}")
        session = access.enter(account["id"], address=HERE)
    say(monkeypatch, OTHER)
    assert call(capsys, "accounts", "reset", wei, "wei", "--second-factor-off").code == 0
    with open_access(wei) as (access, _):
        assert access.signed(session, None) is None
        assert access.sign_in("wei", OTHER, address=HERE).session


def test_links_stand_in_for_passwords(wei: Path, capsys: pytest.CaptureFixture[str]) -> None:
    invited = call(capsys, "accounts", "add", wei, "li", "--role", "viewer", "--link").out
    reset = call(capsys, "accounts", "reset", wei, "wei", "--link").out
    links = [text.split("/welcome/")[1].split()[0] for text in (invited, reset)]
    with open_access(wei) as (access, _):
        assert access.people.invitation(links[0]).note == "li"
        assert access.people.invitation(links[1]).name == "wei"


def test_each_of_many_workspaces_has_people_of_its_own(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("east", "west"):
        (tmp_path / "srv" / name).mkdir(parents=True)
    say(monkeypatch, PASSWORD)
    call(capsys, "accounts", "add", tmp_path / "srv", "wei", "--role", "owner", "--workspace", "east")
    call(capsys, "accounts", "add", tmp_path / "srv", "wei", "--role", "viewer", "--workspace", "west")
    with open_access(tmp_path / "srv", many=True) as (access, _):
        assert [one.role for one in access.people.members("east")] == [Role.OWNER]
        assert [one.role for one in access.people.members("west")] == [Role.VIEWER]


def test_a_server_for_others_does_not_start_without_an_owner(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--host", "0.0.0.0"), ("--accounts",), ("--url", "https://shop.example.com")):
        answer = call(capsys, "serve", shop, "--port", "0", *words)
        assert answer.code == 2
        assert "tuoguan accounts add" in answer.err
