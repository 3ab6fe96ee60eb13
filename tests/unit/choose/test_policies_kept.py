"""What a search keeps: whole files only, and a stopped search goes on to the same bytes."""

from dataclasses import fields

import numpy as np
import pytest

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import policies_blocks
from tuoguan.choose.policies import THOROUGH, evaluate
from tuoguan.choose.policies_kept import Found, keep_found, load_found
from tuoguan.simulate import compare

SOMETHING = Found(
    np.arange(14).reshape(1, 2, 7), np.array([1.5]), np.zeros((0, 2), np.int64), np.zeros((0, 2, 7), np.int64),
    np.zeros(0), np.array([3]), np.array([64]), np.array([True]),
)  # fmt: skip


def test_what_was_kept_comes_back_and_nothing_else_lies_beside_it(tmp_path):
    keep_found(tmp_path / "new", "one", SOMETHING)
    again = load_found(tmp_path / "new", "one")
    assert again is not None
    for one in fields(Found):
        assert np.array_equal(getattr(again, one.name), getattr(SOMETHING, one.name))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["one.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"not an archive"])
def test_a_broken_or_missing_file_is_as_good_as_none(tmp_path, content):
    assert load_found(tmp_path, "none") is None
    (tmp_path / "one.npz").write_bytes(content)
    assert load_found(tmp_path, "one") is None


def test_a_stopped_search_leaves_whole_blocks_and_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(policies_blocks, "BLOCK_OPTIONS", 20)
    work = batch(product("A"), product("B"), product("C"))
    known = demand(work)
    found = groups(work, known)
    played: list[int] = []

    def counting(*arguments, **named):
        played.append(1)
        return compare(*arguments, **named)

    def interrupt(_stage: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(found, known, paths=8, seed=3, threads=1, keep=tmp_path / "s", progress=interrupt, compare=counting)
    names = sorted(path.name for path in (tmp_path / "s").iterdir())
    assert names and all(name.endswith(".npz") for name in names)
    before = len(played)
    plain = evaluate(found, known, paths=8, seed=3, threads=1, compare=counting)
    whole = len(played) - before
    resumed = evaluate(found, known, paths=8, seed=3, threads=2, keep=tmp_path / "s", compare=counting)
    assert len(played) - before - whole < whole
    assert resumed.scenario == plain.scenario
    assert np.array_equal(resumed.outcomes.profit, plain.outcomes.profit)
    for one in ("tried", "paths", "settled"):
        assert np.array_equal(getattr(resumed.search, one), getattr(plain.search, one))


def test_another_question_does_not_read_what_was_kept(tmp_path):
    work = batch(product("A"))
    for level in (1.0, 2.0):
        known = demand(work, level=level)
        evaluate(groups(work, known), known, paths=8, seed=3, keep=tmp_path, effort=THOROUGH)
    assert len(list(tmp_path.iterdir())) == 2
