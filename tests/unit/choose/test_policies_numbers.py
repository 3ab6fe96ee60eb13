"""Policies as rows of numbers: the same policy comes back, and a search never leaves what a policy may be."""

import numpy as np
import pytest

from choose_workspace import batch, groups, product
from tuoguan.choose.policies_numbers import (
    CAP,
    CODE,
    KIND,
    KINDS,
    MOVES,
    POINT,
    UP_TO,
    neighbors,
    numbers_of,
    policies_of,
    policy_of,
    unique_rows,
    with_policies,
)
from tuoguan.simulate import Policy, PolicyKind

SOME = {
    kind: Policy(kind, 0 if kind is PolicyKind.JIT else 40, 7, 15, 9, 6, kind is PolicyKind.REORDER)
    for kind in PolicyKind
}  # fmt: skip


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_a_policy_comes_back_from_its_row(kind):
    assert policy_of(np.array(numbers_of(SOME[kind]))) == SOME[kind]


def test_every_kind_knows_what_a_search_may_move():
    assert set(MOVES) == set(PolicyKind) == set(KINDS) and MOVES[PolicyKind.JIT] == ()


@pytest.mark.parametrize("kind", list(PolicyKind))
@pytest.mark.parametrize("step", [0.02, 0.3])
def test_neighbors_differ_move_by_at_least_a_unit_and_stay_sound(kind, step):
    rows = np.array(numbers_of(SOME[kind])).reshape(1, 1, -1)
    rows = np.concatenate([rows, np.zeros_like(rows)], axis=1)
    source, found = neighbors(rows, step)
    assert len(found) == 2 * len(MOVES[kind]) == len(source)
    assert all((row != rows[0]).any() for row in found)
    assert (found[:, :, KIND] == rows[:, :, KIND]).all() and (found >= 0).all()
    if kind is PolicyKind.REORDER:
        assert (found[:, 0, POINT] < found[:, 0, UP_TO]).all()
    if (CAP,) in MOVES[kind]:
        assert (found[:, 0, CAP] >= 1).all()


def test_a_level_of_one_goes_no_lower():
    rows = np.array(numbers_of(Policy(PolicyKind.BASE_STOCK, 1))).reshape(1, 1, -1)
    _, found = neighbors(rows, 0.5)
    assert found[:, 0, UP_TO].tolist() == [1, 2]


def test_distinct_rows_are_sorted_by_option():
    number = np.array([numbers_of(SOME[PolicyKind.BASE_STOCK])] * 3).reshape(3, 1, -1)
    option, kept = unique_rows(np.array([4, 1, 4]), number)
    assert option.tolist() == [1, 4] and kept.shape == (2, 1, 7)


def test_an_option_takes_the_policies_of_its_rows_and_gives_them_back():
    option = groups(batch(product("A"))).options[0]
    rows = np.zeros((2, 7), np.int64)
    rows[0] = numbers_of(SOME[PolicyKind.CAPPED_PROJECTED])
    changed = with_policies(option, rows)
    assert changed.places[0].policy == SOME[PolicyKind.CAPPED_PROJECTED]
    assert (policies_of(changed, 2) == rows).all()
    assert rows[0, KIND] == CODE[PolicyKind.CAPPED_PROJECTED]
