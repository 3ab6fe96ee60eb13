"""People of workspaces: tenants apart, owners never lost, links once, and the trail of it all."""

import time

import pytest

from access_world import ELSEWHERE, HERE, OTHER, PASSWORD, World
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk
from tuoguan.site import Membership, Right, Role
from tuoguan.site.access_locks import ACCOUNT_TRIES
from tuoguan.site.access_words import DAY

SELLER = frozenset({Desk.SELLER})


def test_the_last_owner_cannot_go_nor_become_less(world: World) -> None:
    wei = world.add("wei")
    world.add("li", Role.DECIDER)
    for doing in (
        lambda: world.access.people.remove("east", wei, "wei"),
        lambda: world.access.people.join("east", wei, Membership(Role.VIEWER), "wei"),
        lambda: world.access.people.change("east", wei, Membership(Role.OWNER), Membership(Role.VIEWER), "wei"),
    ):
        with pytest.raises(Refused, match="the last owner"):
            doing()
    assert world.signed("wei").may("east", Right.PEOPLE)
    world.add("mo")
    world.access.people.remove("east", wei, "wei")
    assert [one.name for one in world.access.people.members("east")] == ["li", "mo"]


def test_owners_of_another_workspace_do_not_count(world: World) -> None:
    wei = world.add("wei")
    world.add("mo", Role.OWNER, "west")
    with pytest.raises(Refused, match="the last owner"):
        world.access.people.remove("east", wei, "wei")


def test_nobody_sees_who_is_elsewhere(world: World) -> None:
    world.add("wei")
    mo = world.add("mo", Role.OWNER, "west")
    assert [one.name for one in world.access.people.members("east")] == ["wei"]
    said = set()
    for account_id in (mo, "0" * 16):
        with pytest.raises(Refused) as refused:
            world.access.people.remove("east", account_id, "wei")
        said.add(str(refused.value).replace(account_id, "ID"))
        with pytest.raises(Refused) as refused:
            world.access.people.change("east", account_id, Membership(Role.OWNER), Membership(Role.VIEWER), "wei")
        said.add(str(refused.value).replace(account_id, "ID"))
    assert len(said) == 1
    assert world.signed("mo").may("west", Right.PEOPLE)


def test_leaving_one_workspace_leaves_the_other(world: World) -> None:
    world.add("wei")
    li = world.add("li", Role.VIEWER)
    world.add("li", Role.FINANCE, "west")
    world.access.people.remove("east", li, "wei")
    assert set(world.signed("li").memberships) == {"west"}


def test_the_second_of_two_who_change_one_person_is_told(world: World) -> None:
    world.add("wei")
    li = world.add("li", Role.VIEWER)
    seen = Membership(Role.VIEWER)
    world.access.people.change("east", li, seen, Membership(Role.FINANCE, SELLER), "wei")
    with pytest.raises(Refused, match="finance by now"):
        world.access.people.change("east", li, seen, Membership(Role.OWNER), "mo")
    assert world.access.people.member("east", li).role is Role.FINANCE


@pytest.mark.parametrize("name", ["", " wei", "x" * 41, "a\nb", "a/b", "li (erp)", "\u202ewei"])
def test_what_is_no_name_is_refused(world: World, name: str) -> None:
    with pytest.raises(Refused, match="1 to 40 characters"):
        world.access.people.add(name, PASSWORD)


@pytest.mark.parametrize("same", ["wei", "WEI", "ｗｅｉ"])
def test_names_that_read_the_same_are_the_same(world: World, same: str) -> None:
    world.add("Wei")
    with pytest.raises(Refused, match="of your own"):
        world.access.people.add(same, PASSWORD)
    assert world.enter(same)


def test_an_invitation_lets_one_person_in_once(world: World) -> None:
    world.add("wei")
    link = world.access.people.invite("east", Membership(Role.OPERATOR, SELLER), "for li", "wei")
    assert [one.note for one in world.access.people.invitations("east")] == ["for li"]
    assert world.access.people.invitations("west") == []
    world.access.people.accept(link, "li", OTHER)
    signed = world.access.signed(world.enter("li", OTHER), None)
    assert signed is not None
    assert signed.memberships == {"east": Membership(Role.OPERATOR, SELLER)}
    with pytest.raises(Refused, match="does not work"):
        world.access.people.accept(link, "mo", OTHER)
    assert world.access.people.find("mo") is None, "nothing is left of the second try"


def test_a_link_that_is_old_withdrawn_or_forged_does_not_work_and_says_the_same(world: World) -> None:
    world.add("wei")
    old = world.access.people.invite("east", Membership(Role.VIEWER), "", "wei")
    world.now += 7 * DAY
    withdrawn = world.access.people.invite("east", Membership(Role.VIEWER), "", "wei")
    id_ = world.access.people.invitations("east")[0].id
    world.access.people.withdraw("west", id_, "mo")
    assert world.access.people.invitation(withdrawn).workspace == "east", "only its own workspace withdraws it"
    world.access.people.withdraw("east", id_, "wei")
    said = set()
    for value in (old, withdrawn, "forged", ""):
        with pytest.raises(Refused) as refused:
            world.access.people.invitation(value)
        said.add(str(refused.value))
    assert len(said) == 1


def test_an_invitation_serves_an_account_that_there_is_and_takes_nothing_from_it(world: World) -> None:
    world.add("wei")
    mo = world.add("mo", Role.OWNER, "west")
    link = world.access.people.invite("east", Membership(Role.VIEWER), "", "wei")
    assert world.access.people.accept_as(link, mo) == "east"
    assert {name: part.role for name, part in world.signed("mo").memberships.items()} == {
        "east": Role.VIEWER, "west": Role.OWNER,
    }  # fmt: skip
    wei = world.signed_id("wei")
    world.access.people.accept_as(world.access.people.invite("east", Membership(Role.VIEWER), "", "wei"), wei)
    assert world.access.people.member("east", wei).role is Role.OWNER


def test_a_reset_link_sets_a_password_once_and_the_second_factor_still_counts(world: World) -> None:
    account_id = world.add("wei")
    session = world.enter("wei")
    world.enrol(account_id, "wei")
    link = world.access.people.reset_link(account_id, "console")
    assert world.access.signed(session, None) is None
    with pytest.raises(Refused):
        world.enter("wei")
    assert world.access.people.invitation(link).name == "wei"
    with pytest.raises(Refused, match="an invitation"):
        world.access.people.accept_as(link, world.add("li"))
    assert world.access.people.accept(link, "", OTHER) == account_id
    entered = world.access.sign_in("wei", OTHER, address=HERE)
    assert (entered.session, bool(entered.step)) == ("", True)
    with pytest.raises(Refused, match="does not work"):
        world.access.people.accept(link, "", PASSWORD)


def test_a_workspace_made_anew_lets_nobody_in_who_was_in_the_old_one(world: World) -> None:
    world.add("wei")
    world.add("mo", Role.OWNER, "west")
    mo = world.signed("mo")
    token = world.access.sessions.make_token(mo, "west", "erp", frozenset({Right.VIEW}), 90)
    wei = world.signed("wei")
    assert world.access.may_found(wei)
    world.access.found("west", wei)
    assert [one.name for one in world.access.people.members("west")] == ["wei"]
    assert world.access.signed(None, token) is None


def test_the_trail_tells_who_did_what_in_the_ledger_of_the_workspace(world: World) -> None:
    world.add("wei")
    li = world.add("li", Role.VIEWER)
    wei = world.signed("wei")
    world.access.people.join("east", li, Membership(Role.DECIDER), "wei")
    world.access.sessions.make_token(wei, "east", "erp", frozenset({Right.VIEW}), 90)
    world.access.sessions.revoke_token(wei, "east", world.access.sessions.tokens(workspace="east")[0].id)
    world.access.people.remove("east", li, "wei")
    assert world.told() == [
        ("console", "member_added"), ("console", "member_added"), ("wei", "signed_in"), ("wei", "member_changed"),
        ("wei", "token_made"), ("wei", "token_revoked"), ("wei", "member_removed"),
    ]  # fmt: skip
    lines = world.access.audit.month("east", "2026-11")
    assert all(line.recorded for line in lines)
    assert lines[0].details == {"who": "li", "role": "decider"}
    assert world.ledger.verify() == []


def test_failures_and_lock_outs_of_members_are_told_and_those_of_nobody_are_not(world: World) -> None:
    world.add("wei")
    for name in ["wei"] * ACCOUNT_TRIES + ["nobody"] * ACCOUNT_TRIES:
        with pytest.raises(Refused):
            world.access.sign_in(name, "not the password", address=ELSEWHERE)
    told = world.told()
    assert told.count(("wei", "sign_in_failed")) == ACCOUNT_TRIES
    assert told.count(("wei", "locked_out")) == 1
    assert {actor for actor, _ in told} == {"console", "wei"}


def test_a_line_reaches_the_ledger_once_however_often_it_is_brought(world: World) -> None:
    world.access.audit.tell("east", "wei", "settings_changed", settings=["cash"])
    waiting = world.access._kept.rows("SELECT * FROM told")
    told = world.told()
    for row in waiting:  # as if the server had died between the ledger's commit and ours
        world.access._kept.change("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?, ?)", *row)
    assert world.told() == told == [("wei", "settings_changed")]


def test_lines_that_a_killed_server_left_are_brought_when_somebody_looks(world: World) -> None:
    row = ("1", "east", world.now, "wei", "token_made", "{}")
    world.access._kept.change("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?)", *row)
    until = time.monotonic() + 30
    while not world.access.audit.month("east", "2026-11")[0].recorded and time.monotonic() < until:
        time.sleep(0.01)
    assert [line.recorded for line in world.access.audit.month("east", "2026-11")] == [True]


def test_lines_of_a_workspace_without_a_ledger_wait_for_it(world: World) -> None:
    world.add("mo", Role.OWNER, "west")
    assert world.told("west") == [("console", "member_added")]
    assert not world.access.audit.month("west", "2026-11")[0].recorded
    assert world.access.audit.month("west", "2026-10") == []
    assert world.told("east") == []


def test_a_change_that_is_refused_leaves_no_line(world: World) -> None:
    wei = world.add("wei")
    before = world.told()
    with pytest.raises(Refused):
        world.access.people.remove("east", wei, "wei")
    assert world.told() == before
