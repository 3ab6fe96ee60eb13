"""The second factor: a code once, codes on paper once, nothing in plain."""

import pyotp
import pytest

from access_world import HERE, PASSWORD, World
from tuoguan.foundation.problems import Refused
from tuoguan.site import Via
from tuoguan.site.access_locks import ACCOUNT_TRIES


@pytest.fixture
def app(world: World) -> pyotp.TOTP:
    return world.enrol(world.add("wei"), "wei")[0]


def begin(world: World) -> str:
    entered = world.access.sign_in("wei", PASSWORD, address=HERE)
    assert entered.session == "", "a password alone lets nobody in"
    return entered.step


def second(world: World, step: str, code: str) -> str:
    return world.access.sign_in_second(step, code, address=HERE).session


def test_a_code_lets_in_behind_a_password(world: World, app: pyotp.TOTP) -> None:
    world.now += 30
    signed = world.access.signed(second(world, begin(world), app.at(world.now)), None)
    assert signed is not None
    assert signed.via is Via.SESSION


def test_a_code_is_taken_once(world: World, app: pyotp.TOTP) -> None:
    world.now += 30
    code = app.at(world.now)
    second(world, begin(world), code)
    with pytest.raises(Refused, match="does not fit"):
        second(world, begin(world), code)
    world.now += 30
    with pytest.raises(Refused, match="does not fit"):
        second(world, begin(world), code)
    assert second(world, begin(world), app.at(world.now))


def test_the_code_that_turned_it_on_is_not_taken_again(world: World, app: pyotp.TOTP) -> None:
    with pytest.raises(Refused, match="does not fit"):
        second(world, begin(world), app.at(world.now))


@pytest.mark.parametrize("off", [-30, 30])
def test_a_clock_may_be_off_by_half_a_minute(world: World, app: pyotp.TOTP, off: int) -> None:
    world.now += 90
    assert second(world, begin(world), app.at(world.now + off))


@pytest.mark.parametrize("off", [-60, 60, 3_600])
def test_a_clock_may_not_be_off_by_more(world: World, app: pyotp.TOTP, off: int) -> None:
    world.now += 120
    with pytest.raises(Refused, match="does not fit"):
        second(world, begin(world), app.at(world.now + off))


@pytest.mark.parametrize("code", ["", "abc", "000000000000", "１２３４５６", "'; --", "\ud800"])
def test_what_is_no_code_is_refused(world: World, app: pyotp.TOTP, code: str) -> None:
    with pytest.raises(Refused, match="does not fit"):
        second(world, begin(world), code)


def test_a_code_may_be_typed_in_groups(world: World, app: pyotp.TOTP) -> None:
    world.now += 30
    code = app.at(world.now)
    assert second(world, begin(world), f" {code[:3]} {code[3:]} ")


def test_codes_are_tried_a_few_times_only_whatever_password_stood_before(world: World, app: pyotp.TOTP) -> None:
    for _ in range(ACCOUNT_TRIES):
        with pytest.raises(Refused):
            second(world, begin(world), "000000")
        world.access._locks.forgive("wei")  # as a right password on an account without a second factor would
    with pytest.raises(Refused):
        second(world, begin(world), app.at(world.now + 30))
    world.now += 60
    assert second(world, begin(world), app.at(world.now))


def test_a_step_ends_with_its_use_and_after_five_minutes(world: World, app: pyotp.TOTP) -> None:
    world.now += 30
    step = begin(world)
    second(world, step, app.at(world.now))
    world.now += 30
    with pytest.raises(Refused, match="too long ago"):
        second(world, step, app.at(world.now))
    late = begin(world)
    world.now += 300
    with pytest.raises(Refused, match="too long ago"):
        second(world, late, app.at(world.now))
    with pytest.raises(Refused, match="too long ago"):
        second(world, "forged", app.at(world.now))


def test_each_code_on_paper_works_once(world: World) -> None:
    _, paper = world.enrol(world.add("wei"), "wei")
    assert len(set(paper)) == 10
    assert second(world, begin(world), paper[3].upper())
    with pytest.raises(Refused, match="does not fit"):
        second(world, begin(world), paper[3])
    assert second(world, begin(world), paper[4].replace("-", " "))
    assert world.access.people.person(world.signed_id("wei")).recovery_left == 8


def test_new_codes_on_paper_end_the_old_ones(world: World) -> None:
    account_id = world.add("wei")
    _, old = world.enrol(account_id, "wei")
    new = world.access.second.new_recovery(account_id)
    with pytest.raises(Refused):
        second(world, begin(world), old[0])
    assert second(world, begin(world), new[0])


def test_one_account_is_not_opened_by_the_paper_of_another(world: World, app: pyotp.TOTP) -> None:
    _, paper = world.enrol(world.add("li"), "li")
    with pytest.raises(Refused):
        second(world, begin(world), paper[0])


def test_it_counts_only_once_a_code_was_shown(world: World) -> None:
    account_id = world.add("wei")
    enrolment = world.access.second.begin(account_id, "wei")
    assert enrolment.uri.startswith("otpauth://totp/tuoguan:wei?secret=")
    assert world.enter("wei"), "not on yet"
    with pytest.raises(Refused, match="does not fit"):
        world.access.second.confirm(account_id, "000000")
    again = world.access.second.begun(account_id, "wei")
    assert again == enrolment
    assert not world.access.people.person(account_id).second_factor


def test_turned_off_a_password_is_enough(world: World, app: pyotp.TOTP) -> None:
    world.access.second.end(world.signed_id("wei"))
    assert world.enter("wei")
    assert world.access.people.person(world.signed_id("wei")).recovery_left == 0


def test_a_code_that_was_taken_is_known_after_a_restart(world: World, app: pyotp.TOTP) -> None:
    world.now += 30
    second(world, begin(world), app.at(world.now))
    world.restart()
    with pytest.raises(Refused):
        second(world, begin(world), app.at(world.now))
