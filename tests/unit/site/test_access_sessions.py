"""Cookies and bearer tokens: forged, expired, revoked, outlived."""

from pathlib import Path

import pytest

from access_world import OTHER, World
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk
from tuoguan.site import Membership, Right, Role, Via
from tuoguan.site.access_sessions import IDLE_SECONDS, LONGEST_SECONDS, TOKEN_DAYS_MAX
from tuoguan.site.access_words import DAY, HOUR

VIEW = frozenset({Right.VIEW})


@pytest.mark.parametrize("value", ["", "forged", "x" * 10_000, "\ud800", "owner", "../../key"])
def test_a_forged_cookie_or_token_is_nobodys(world: World, value: str) -> None:
    world.add("wei")
    assert world.access.signed(value, None) is None
    assert world.access.signed(None, value) is None
    assert world.access.signed(None, f"tg_{value}") is None


def test_a_cookie_is_no_token_and_a_token_no_cookie(world: World) -> None:
    world.add("wei")
    session = world.enter("wei")
    signed = world.access.signed(session, None)
    assert signed is not None
    token = world.access.sessions.make_token(signed, "east", "erp", VIEW, 90)
    assert world.access.signed(None, session) is None
    assert world.access.signed(token, None) is None
    assert world.access.signed(session, "tg_forged") is None, "a token that is sent counts alone"


def test_a_session_ends_when_it_is_idle(world: World) -> None:
    world.add("wei")
    session = world.enter("wei")
    world.now += IDLE_SECONDS - 1
    assert world.access.signed(session, None) is not None
    world.now += IDLE_SECONDS - 1
    assert world.access.signed(session, None) is not None, "it was used meanwhile"
    world.now += IDLE_SECONDS
    assert world.access.signed(session, None) is None


def test_that_a_session_was_used_is_known_after_a_restart(world: World) -> None:
    world.add("wei")
    session = world.enter("wei")
    world.now += IDLE_SECONDS - 1
    world.access.signed(session, None)
    world.restart()
    world.now += IDLE_SECONDS - 1
    assert world.access.signed(session, None) is not None
    world.now += IDLE_SECONDS
    world.restart()
    assert world.access.signed(session, None) is None


def test_a_session_ends_when_it_is_old_however_much_it_is_used(world: World) -> None:
    world.add("wei")
    session, begun = world.enter("wei"), world.now
    while world.now < begun + LONGEST_SECONDS - HOUR:
        world.now += HOUR
        assert world.access.signed(session, None) is not None
    world.now += HOUR
    assert world.access.signed(session, None) is None


def test_each_session_has_a_csrf_text_of_its_own_that_the_database_does_not_give(world: World) -> None:
    world.add("wei")
    one, other = world.signed("wei"), world.signed("wei")
    assert one.csrf != other.csrf
    assert min(len(one.csrf), len(other.csrf)) >= 32


def test_signing_out_ends_the_session_here_or_everywhere(world: World) -> None:
    account_id = world.add("wei")
    here, there, elsewhere = (world.enter("wei") for _ in range(3))
    assert world.access.signed(there, None) is not None
    world.access.sessions.close(here)
    assert world.access.signed(here, None) is None
    assert world.access.sessions.close_all(account_id, but=there) == 1
    assert world.access.signed(elsewhere, None) is None
    assert world.access.signed(there, None) is not None
    listed = world.access.sessions.all_of(account_id, there)
    assert [one.current for one in listed] == [True]
    world.access.sessions.close_one("another account", listed[0].id)
    assert world.access.signed(there, None) is not None, "only one's own can be ended"
    world.access.sessions.close_one(account_id, listed[0].id)
    assert world.access.signed(there, None) is None


def test_what_another_process_changed_counts_at_once(world: World) -> None:
    account_id = world.add("wei")
    session = world.enter("wei")
    assert world.access.signed(session, None) is not None
    beside = World(world.root, now=world.now)
    beside.access.people.set_password(account_id, OTHER)
    beside.end()
    assert world.access.signed(session, None) is None


def test_a_role_that_was_taken_away_is_gone_at_once(world: World) -> None:
    world.add("wei")
    li = world.add("li", Role.DECIDER)
    session = world.enter("li")
    assert world.access.signed(session, None).may("east", Right.DECIDE)  # type: ignore[union-attr]
    world.access.people.join("east", li, Membership(Role.VIEWER), "wei")
    assert not world.access.signed(session, None).may("east", Right.DECIDE)  # type: ignore[union-attr]
    world.access.people.remove("east", li, "wei")
    assert world.access.signed(session, None) is None, "an account without a part is no more"


def test_a_token_may_what_it_was_made_for_and_no_more_than_its_holder(world: World) -> None:
    world.add("wei")
    li = world.add("li", Role.DECIDER, desks=frozenset({Desk.SELLER}))
    world.add("li", Role.OWNER, "west")
    scopes = frozenset({Right.VIEW, Right.DECIDE})
    token = world.access.sessions.make_token(world.signed("li"), "east", "erp", scopes, 90)
    assert token.startswith("tg_")
    signed = world.access.signed(None, token)
    assert signed is not None
    assert (signed.name, signed.via, signed.csrf) == ("li (erp)", Via.TOKEN, "")
    assert signed.may("east", Right.DECIDE, Desk.SELLER)
    assert not signed.may("east", Right.DECIDE, Desk.PLATFORM)
    assert not signed.may("east", Right.WORK), "the holder may, the token may not"
    assert not signed.may("west", Right.VIEW), "a token is for one workspace"
    world.access.people.join("east", li, Membership(Role.VIEWER), "wei")
    assert not world.access.signed(None, token).may("east", Right.DECIDE)  # type: ignore[union-attr]
    world.access.people.remove("east", li, "wei")
    assert world.access.signed(None, token) is None
    world.add("li")
    assert world.access.signed(None, token) is None, "coming back brings no token back"


def test_a_token_ends_at_its_day_and_when_it_is_revoked(world: World) -> None:
    world.add("wei")
    signed = world.signed("wei")
    short = world.access.sessions.make_token(signed, "east", "short", VIEW, 1)
    long = world.access.sessions.make_token(signed, "east", "long", VIEW, TOKEN_DAYS_MAX)
    assert world.access.signed(None, short) is not None
    world.now += DAY
    assert world.access.signed(None, short) is None
    listed = {one.title: one for one in world.access.sessions.tokens(workspace="east")}
    assert listed["short"].used_at == world.now - DAY
    assert listed["long"].used_at is None
    assert world.access.signed(None, long) is not None
    world.access.sessions.revoke_token(signed, "east", listed["long"].id)
    assert world.access.signed(None, long) is None


@pytest.mark.parametrize(
    ("title", "scopes", "days", "said"),
    [
        ("", VIEW, 90, "1 to 60 characters"),
        ("x" * 61, VIEW, 90, "1 to 60 characters"),
        ("a\nb", VIEW, 90, "1 to 60 characters"),
        ("erp", frozenset(), 90, "at least one right"),
        ("erp", frozenset({Right.PEOPLE}), 90, "rights that you have"),
        ("erp", VIEW, 0, "1 to 366"),
        ("erp", VIEW, 367, "1 to 366"),
    ],
)
def test_a_token_that_would_be_too_much_is_refused(
    world: World, title: str, scopes: frozenset[Right], days: int, said: str
) -> None:
    world.add("wei")
    world.add("li", Role.OPERATOR)
    with pytest.raises(Refused, match=said):
        world.access.sessions.make_token(world.signed("li"), "east", title, scopes, days)
    assert world.access.sessions.tokens(workspace="east") == []


def test_a_token_makes_no_token_beyond_its_own_rights(world: World) -> None:
    world.add("wei")
    token = world.access.sessions.make_token(world.signed("wei"), "east", "erp", VIEW, 90)
    narrow = world.access.signed(None, token)
    assert narrow is not None
    with pytest.raises(Refused, match="rights that you have"):
        world.access.sessions.make_token(narrow, "east", "more", frozenset({Right.DECIDE}), 90)
    with pytest.raises(Refused, match="somebody signed in"):
        world.access.sessions.make_token(narrow, "east", "longer", VIEW, 366)


def test_others_tokens_are_revoked_by_an_owner_of_the_same_workspace_only(world: World) -> None:
    world.add("wei")
    world.add("li", Role.OPERATOR)
    world.add("mo", Role.OWNER, "west")
    token = world.access.sessions.make_token(world.signed("li"), "east", "erp", VIEW, 90)
    listed = world.access.sessions.tokens(workspace="east")[0]
    said = set()
    for who, workspace, id_ in (("mo", "west", listed.id), ("mo", "east", listed.id), ("mo", "west", "0" * 16)):
        with pytest.raises(Refused) as refused:
            world.access.sessions.revoke_token(world.signed(who), workspace, id_)
        said.add(str(refused.value).replace(id_, "ID"))
    assert len(said) == 1, "not yours and not there are told in the same words"
    assert world.access.signed(None, token) is not None
    world.access.sessions.revoke_token(world.signed("wei"), "east", listed.id)
    assert world.access.signed(None, token) is None


def test_the_owner_of_a_local_server_has_tokens_that_a_server_with_accounts_does_not_know(tmp_path: Path) -> None:
    world = World(tmp_path / "srv", local=True)
    owner = world.access.signed(None, None)
    assert owner is not None
    token = world.access.sessions.make_token(owner, "west", "script", VIEW, 90)
    signed = world.access.signed(None, token)
    assert signed is not None
    assert set(signed.memberships) == {"west"}
    assert not signed.may("west", Right.DECIDE)
    world.local = False
    world.restart()
    assert world.access.signed(None, token) is None
    world.end()


def test_what_was_made_survives_a_restart(world: World) -> None:
    world.add("wei")
    session = world.enter("wei")
    before = world.access.signed(session, None)
    assert before is not None
    token = world.access.sessions.make_token(before, "east", "erp", VIEW, 90)
    world.restart()
    assert world.access.signed(session, None) == before
    assert world.access.signed(None, token) is not None


def test_a_database_of_a_newer_release_is_left_alone(world: World) -> None:
    world.access._kept.change("PRAGMA user_version = 99")
    with pytest.raises(Refused, match="newer release"):
        World(world.root)
    world.access._kept.change("PRAGMA user_version = 1")
