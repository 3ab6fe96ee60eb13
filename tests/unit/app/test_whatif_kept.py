"""The study's file: read back to the bit, equal bytes for equal decisions, and nothing else is taken for it."""

import json
import zipfile
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tuoguan.app.decide import Decision, decide
from tuoguan.app.study_kept import FILE, Kept, keep_study, kept_of, load_study, narrowed, packed
from tuoguan.choose import choose
from tuoguan.foundation.problems import Refused


@cache
def decided(folder: Path, threads: int = 2) -> Decision:
    """The decision of a workspace, made once per process."""
    return decide(folder, paths=16, threads=threads)


def same(one: object, two: object) -> bool:
    """True when two dataclasses hold the same values, arrays to the bit and in their type."""
    for each in fields(one):  # type: ignore[arg-type]
        left, right = getattr(one, each.name), getattr(two, each.name)
        if isinstance(left, np.ndarray):
            if left.dtype != right.dtype or left.tobytes() != right.tobytes() or left.shape != right.shape:
                return False
        elif left != right:
            return False
    return True


def test_what_is_read_back_is_what_was_written(sellers: dict[str, Path], tmp_path: Path) -> None:
    decision = decided(sellers["solo"])
    kept = load_study(keep_study(decision, tmp_path))
    assert same(kept.study, decision.study)
    assert same(kept.portfolio, decision.portfolio)
    assert same(kept.recipe, kept_of(decision).recipe)
    assert kept.seller == decision.opened.batch.seller
    assert kept.scenario == replace(decision.evaluated.scenario, options=())
    assert kept.hashes == decision.hashes


def test_the_choice_made_again_from_the_file_is_the_decision(sellers: dict[str, Path], tmp_path: Path) -> None:
    decision = decided(sellers["solo"])
    kept = load_study(keep_study(decision, tmp_path))
    again = choose(kept.study, kept.seller)
    assert again.chosen.tolist() == decision.portfolio.chosen.tolist()
    assert (again.objective, again.bound) == (decision.portfolio.objective, decision.portfolio.bound)


def test_equal_decisions_give_equal_bytes(sellers: dict[str, Path]) -> None:
    assert packed(kept_of(decided(sellers["solo"], 1))) == packed(kept_of(decided(sellers["solo"], 2)))


@pytest.mark.parametrize("most", [0, 127, 128, -129, 32_768, 2**31 - 1, 2**31, -(2**62)])
def test_whole_numbers_take_the_smallest_type_that_holds_them(most: int) -> None:
    array = np.array([0, most], np.int64)
    small = narrowed(array)
    assert small.astype(np.int64).tolist() == array.tolist()
    wider = [kind for kind in (np.int8, np.int16, np.int32) if np.dtype(kind).itemsize < small.itemsize]
    assert all(not np.iinfo(kind).min <= most <= np.iinfo(kind).max for kind in wider)


def broken(folder: Path, how: str) -> None:
    """Spoils the file in one way."""
    path = folder / FILE
    raw = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    elif how == "text":
        path.write_text("sku,market\n")
    elif how == "another zip":
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("a.txt", "a")
    else:
        _rewritten(path, how)


def _rewritten(path: Path, how: str) -> None:
    with zipfile.ZipFile(path) as kept:
        members = {name: kept.read(name) for name in kept.namelist()}
    head = json.loads(members["head.json"])
    if how == "version":
        head["version"] = 99
    elif how == "number":
        head["portfolio"]["mean"] += 1.0
    else:
        array = bytearray(members["study.profit.npy"])
        array[-1] ^= 1
        members["study.profit.npy"] = bytes(array)
    members["head.json"] = json.dumps(head).encode()
    with zipfile.ZipFile(path, "w") as made:
        for name, raw in members.items():
            made.writestr(name, raw)


@pytest.mark.parametrize(
    ("how", "words"),
    [("missing", "no such file"), ("cut", "not readable"), ("text", "not readable"), ("another zip", "not readable"),
     ("version", "version 99"), ("number", "not what was written"), ("bit", "not what was written")],
)  # fmt: skip
def test_another_or_a_spoiled_file_is_refused_in_one_sentence(
    sellers: dict[str, Path], tmp_path: Path, how: str, words: str
) -> None:
    keep_study(decided(sellers["solo"]), tmp_path)
    broken(tmp_path, how)
    with pytest.raises(Refused, match=words) as refused:
        load_study(tmp_path / FILE)
    assert len(refused.value.problems) == 1
    assert "tuoguan decide" in str(refused.value) or "decide again" in str(refused.value)


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    sellers: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep_study(decided(sellers["solo"]), tmp_path)
    before = path.read_bytes()

    def full(_: Kept) -> bytes:
        raise OSError("no space left on device")

    monkeypatch.setattr("tuoguan.app.study_kept.packed", full)
    with pytest.raises(OSError, match="no space"):
        keep_study(decided(sellers["solo"]), tmp_path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
