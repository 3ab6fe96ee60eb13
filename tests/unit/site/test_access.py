"""Signing in: what is told, what it costs, and what it leaves on the disk."""

import logging
from pathlib import Path
from stat import S_IMODE

import pytest
from argon2 import PasswordHasher

from access_world import ELSEWHERE, HERE, OTHER, PASSWORD, World
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk
from tuoguan.site import Membership, Right, Role, Via
from tuoguan.site.access_locks import ACCOUNT_TRIES, ADDRESS_TRIES, LONGEST_SECONDS
from tuoguan.site.access_passwords import Passwords


def why(world: World, name: str, password: str, address: str = HERE) -> str:
    """What a failing sign-in says."""
    with pytest.raises(Refused) as refused:
        world.access.sign_in(name, password, address=address)
    return str(refused.value)


def test_a_right_password_gives_a_session_that_says_who_it_is(world: World) -> None:
    world.add("Wei", Role.DECIDER, desks=frozenset({Desk.SELLER}))
    signed = world.access.signed(world.enter("wei"), None)
    assert signed is not None
    assert (signed.name, signed.via) == ("Wei", Via.SESSION)
    assert signed.memberships == {"east": Membership(Role.DECIDER, frozenset({Desk.SELLER}))}
    assert signed.may("east", Right.DECIDE, Desk.SELLER)
    assert not signed.may("east", Right.DECIDE, Desk.PLATFORM)
    assert not signed.may("east", Right.PEOPLE)
    assert not signed.may("west", Right.VIEW)


def test_a_server_is_ready_with_the_account_of_an_owner(world: World) -> None:
    assert not world.access.ready()
    account_id = world.add("li", Role.VIEWER)
    assert not world.access.ready()
    world.add("wei")
    assert world.access.ready()
    world.access.people.reset_link(world.access.people.find("wei")["id"], "console")  # type: ignore[index]
    assert not world.access.ready(), "an owner without a password cannot come in"
    world.access.people.join("gone", account_id, Membership(Role.OWNER), "console")
    assert not world.access.ready(), "nor counts one of a workspace that is not there"


def test_whatever_is_wrong_is_said_in_the_same_words(world: World) -> None:
    world.add("wei")
    wrong = why(world, "wei", "not the password")
    assert why(world, "nobody", PASSWORD) == wrong
    assert why(world, "", "") == wrong
    for _ in range(ACCOUNT_TRIES):
        assert why(world, "wei", "not the password") == wrong
    assert why(world, "wei", PASSWORD) == wrong, "locked out by now"


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\u202e", "x" * 100_000, "' OR 1=1 --", "ﬀ" * 300])
def test_whatever_is_typed_is_answered_in_those_words(world: World, text: str) -> None:
    world.add("wei")
    wrong = why(world, "wei", "not the password")
    assert why(world, text, PASSWORD) == why(world, "wei", text) == wrong


def test_every_try_computes_one_hash(world: World) -> None:
    world.add("wei")
    why(world, "nobody", PASSWORD)

    def cost(name: str, password: str) -> int:
        before = world.passwords.computed
        why(world, name, password)
        return world.passwords.computed - before

    assert cost("nobody", PASSWORD) == 1
    assert cost("wei", "not the password") == 1
    assert cost("wei", "x" * 100_000) == 1
    for _ in range(ACCOUNT_TRIES):
        why(world, "wei", "not the password")
        why(world, "nobody", "not the password", ELSEWHERE)
    assert cost("wei", "not the password") == 1, "locked out"
    assert cost("wei", PASSWORD) == 1, "locked out, right"
    assert cost("nobody", PASSWORD) == 1, "nobody, locked out"


def test_somebody_is_locked_out_for_longer_and_longer_and_then_is_not(world: World) -> None:
    world.add("wei")
    for _ in range(ACCOUNT_TRIES):
        why(world, "wei", "not the password")
    why(world, "wei", PASSWORD)
    world.now += 29
    why(world, "wei", PASSWORD, ELSEWHERE)
    world.now += 1
    why(world, "wei", "not the password")
    world.now += 59
    why(world, "wei", PASSWORD)
    world.now += 1
    assert world.enter("wei")
    why(world, "wei", "not the password")
    assert world.enter("wei"), "a right one forgave those before"


def test_being_locked_out_outlives_a_restart_but_not_a_quarter_of_an_hour(world: World) -> None:
    world.add("wei")
    for _ in range(40):
        world.now += LONGEST_SECONDS
        why(world, "wei", "not the password", f"10.0.{_}.1")
    world.restart()
    why(world, "wei", PASSWORD, ELSEWHERE)
    world.now += LONGEST_SECONDS
    assert world.enter("wei", address=ELSEWHERE)


def test_an_address_that_tries_many_names_is_locked_out_and_no_other(world: World) -> None:
    world.add("wei")
    for number in range(ADDRESS_TRIES):
        why(world, f"nobody{number}", "not the password")
    before = world.passwords.computed
    why(world, "wei", PASSWORD)
    assert world.passwords.computed == before, "what is told about an address tells nothing about a name"
    assert world.enter("wei", address=ELSEWHERE)


def test_a_right_password_does_not_forgive_an_address_its_other_tries(world: World) -> None:
    world.add("wei")
    for number in range(ADDRESS_TRIES - 1):
        why(world, f"nobody{number}", "not the password")
        world.enter("wei")
    why(world, "nobody", "not the password")
    why(world, "wei", PASSWORD)


def test_tries_at_once_count_as_many(world: World) -> None:
    world.add("wei")
    allowed = [world.access._locks.account("wei").allowed for _ in range(ACCOUNT_TRIES + 3)]
    assert allowed == [True] * ACCOUNT_TRIES + [False] * 3


def test_a_session_is_new_with_each_sign_in_and_ends_the_one_that_was_brought(world: World) -> None:
    world.add("wei")
    planted = world.enter("wei")
    entered = world.access.sign_in("wei", PASSWORD, address=HERE, before=planted).session
    assert entered != planted
    assert world.access.signed(planted, None) is None
    assert world.access.signed(entered, None) is not None


def test_hashes_of_weaker_parameters_are_made_anew_when_somebody_signs_in(world: World) -> None:
    world.add("wei")
    weak = world.access.people.find("wei")["password"]  # type: ignore[index]
    world.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    world.restart()
    assert world.enter("wei")
    strong = world.access.people.find("wei")["password"]  # type: ignore[index]
    assert "t=1" in weak
    assert "t=2" in strong
    assert world.enter("wei")
    assert world.access.people.find("wei")["password"] == strong  # type: ignore[index]


def test_the_hash_is_argon2id_at_what_is_advised() -> None:
    made = Passwords().made(PASSWORD)
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(
    "password", ["", "short", "x" * 300, "aaaaaaaaaaaaaaaaaaaa", "ababababababab", "WeiweiWei 2026"]
)
def test_a_password_that_is_easy_to_guess_is_refused_without_being_repeated(world: World, password: str) -> None:
    with pytest.raises(Refused, match="nobody guesses") as refused:
        world.access.people.add("Wei", password)
    assert not password or password not in str(refused.value)


def test_files_are_their_owners_alone(world: World) -> None:
    world.add("wei")
    kept = world.root / ".site"
    assert {path.name for path in kept.iterdir()} >= {"access.db", "key"}
    assert {S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}


def test_the_database_holds_no_secret_in_plain(world: World) -> None:
    account_id = world.add("wei")
    app, paper = world.enrol(account_id, "wei")
    step = world.access.sign_in("wei", PASSWORD, address=HERE).step
    session = world.access.enter(account_id, address=HERE)
    signed = world.access.signed(session, None)
    assert signed is not None
    token = world.access.sessions.make_token(signed, "east", "erp", frozenset({Right.VIEW}), 90)
    link = world.access.people.invite("east", Membership(Role.VIEWER), "li", "wei")
    everything = b"".join(path.read_bytes() for path in Path(world.root / ".site").iterdir() if path.name != "key")
    everything += b"".join(path.read_bytes() for path in Path(world.root / "east").iterdir())
    secrets = [PASSWORD, app.secret, step, session, signed.csrf, token, link]
    secrets += [code for line in paper for code in (line, line.replace("-", ""))]
    assert [secret for secret in secrets if secret.encode() in everything] == []
    assert b"argon2id" in everything, "the file was looked at"


def test_no_password_is_ever_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.add("wei")
    world.enter("wei")
    why(world, "wei", "not the password")
    world.access.people.set_password(world.access.people.find("wei")["id"], OTHER)  # type: ignore[index]
    world.access.audit.deliver()
    assert not [secret for secret in (PASSWORD, OTHER, "not the password") if secret in caplog.text]


def test_a_local_server_knows_its_owner_without_asking_and_its_forms_outlive_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path / "srv", local=True)
    signed = world.access.signed(None, None)
    assert signed is not None
    assert (signed.via, set(signed.memberships)) == (Via.LOCAL, {"east", "west"})
    world.restart()
    assert world.access.signed(None, None) == signed
    assert len(signed.csrf) >= 32
    assert world.access.signed(None, "tg_wrong") is None, "a token that is sent counts alone"
    world.end()


def test_a_new_password_ends_every_session_and_every_half_done_sign_in(world: World) -> None:
    account_id = world.add("wei")
    app, _ = world.enrol(account_id, "wei")
    session = world.access.enter(account_id, address=HERE)
    step = world.access.sign_in("wei", PASSWORD, address=HERE).step
    world.access.people.set_password(account_id, OTHER)
    assert world.access.signed(session, None) is None
    world.now += 30
    with pytest.raises(Refused):
        world.access.sign_in_second(step, app.at(world.now), address=HERE)
    why(world, "wei", PASSWORD)


def test_the_password_is_asked_again_at_the_same_price(world: World) -> None:
    world.add("wei")
    signed = world.signed("wei")
    world.access.prove(signed, PASSWORD, address=HERE)
    for _ in range(ACCOUNT_TRIES):
        with pytest.raises(Refused, match="your password"):
            world.access.prove(signed, "not the password", address=HERE)
    before = world.passwords.computed
    with pytest.raises(Refused, match="your password"):
        world.access.prove(signed, PASSWORD, address=HERE)
    assert world.passwords.computed == before + 1
    world.access.unlock("wei")
    world.access.prove(signed, PASSWORD, address=HERE)
