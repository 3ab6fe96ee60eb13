"""Every broken contract, card or overlay is told with its place and a way to mend it, and nothing else breaks."""

import shutil
from pathlib import Path

import pytest

from tuoguan.contracts import check, load, load_overlays
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.problems import Problem

BAD = Path(__file__).parents[2] / "bad" / "contracts"
FILES = sorted(BAD.glob("*.toml"))
ON = parse_day("2026-11-22")


def problems_of(text: Path, tmp: Path) -> list[Problem]:
    """What `check` says about one broken file beside an otherwise sound library."""
    terms, overlays = tmp / "terms", tmp / "overlays"
    kind = text.stem.split("_")[0]
    place = {"card": "cards/duty/US.toml", "overlay": f"../overlays/{text.name}"}.get(kind, "acme/full/US.toml")
    sound = ("acme/full/US.toml", "contract"), ("sources.toml", "sources")
    for name, source in (*sound, ("../overlays/beside.toml", "overlay")):
        (terms / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BAD / "whole" / f"{source}.toml", terms / name)
    (terms / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(text, terms / place)
    return check(load(terms, load_overlays(overlays)), ON)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_broken_file_is_told_with_place_and_fix(path: Path, tmp_path: Path) -> None:
    told = [str(problem) for problem in problems_of(path, tmp_path)]
    words = path.with_suffix(".words").read_text(encoding="utf-8").splitlines()
    assert any(all(word in line for word in words) for line in told), "\n".join(told) or "no problem told"


def test_the_sound_library_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(BAD / "whole" / "contract.toml", tmp_path) == []


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    for index, name in enumerate(("rate_as_number", "unknown_field", "not_toml", "no_source")):
        place = tmp_path / "acme" / f"m{index}" / "US.toml"
        place.parent.mkdir(parents=True)
        text = (BAD / f"{name}.toml").read_text(encoding="utf-8").replace("full", f"m{index}")
        place.write_text(text, encoding="utf-8")
    told = {problem.at.split(":")[0] for problem in check(load(tmp_path))}
    assert told == {f"acme/m{index}/US.toml" for index in range(4)}
