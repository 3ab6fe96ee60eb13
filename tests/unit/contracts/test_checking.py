"""Checks that need more than one broken file: ids, age of sources, the shipped terms as a whole."""

import shutil
from pathlib import Path

from tuoguan.contracts import check, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.problems import Severity, has_errors
from unit.contracts.library_fixture import write_library

HELD = """
[[info]]
name = "page"
value = "x"
source = ["T01"]
evidence = "vendor"
held = "2023-01"
"""


def test_the_shipped_terms_have_no_error() -> None:
    problems = check(load(), parse_day("2026-11-22"))
    assert not has_errors(problems), "\n".join(str(item) for item in problems if item.severity is Severity.ERROR)


def test_the_same_id_twice_names_both_files(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    shutil.copy(folder / "acme" / "full" / "US.toml", folder / "acme" / "full" / "ZZ.toml")
    codes = {problem.code: str(problem) for problem in check(load(folder))}
    assert codes.keys() == {"id_not_path", "duplicate_id"}
    assert "acme/full/US.toml" in codes["duplicate_id"]
    assert "acme/full/ZZ.toml" in codes["duplicate_id"]


def test_an_old_source_is_noted_only_with_a_day(tmp_path: Path) -> None:
    library = load(write_library(tmp_path, HELD))
    assert check(library) == []
    (note,) = check(library, parse_day("2026-11-22"))
    assert (note.code, note.severity, note.found) == ("stale", Severity.NOTE, "2023-01")


def test_a_child_replaces_all_versions_of_a_key_and_keeps_the_rest(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    child = (
        'schema = 1\n[contract]\nid = "acme/full/UK"\nplatform = "acme"\nmodel = "full"\n'
        'market = "UK"\ncurrency = "GBP"\ntitle = ""\ntitle_zh = ""\ninherits = "acme/full/US"\n'
        '[[duty]]\nduty = "storage"\nowner = "seller"\n'
        'source = ["T01"]\nevidence = "vendor"\n'
    )
    (folder / "acme" / "full" / "UK.toml").write_text(child, encoding="utf-8")
    library = load(folder)
    assert check(library) == []
    contract, parent = library.contract("acme/full/UK"), library.contract("acme/full/US")
    assert len(contract.placed) == len(parent.placed)
    changed = [item.at for item in contract.placed if item not in parent.placed]
    assert changed == ["acme/full/UK.toml: duty[0]"]
    assert contract.lineage == ("acme/full/UK.toml", "acme/full/US.toml")


def test_loading_again_sees_a_changed_file(tmp_path: Path) -> None:
    first = load(write_library(tmp_path))
    assert load(tmp_path) is first
    second = load(write_library(tmp_path, HELD))
    assert second is not first
    assert second.hash != first.hash
