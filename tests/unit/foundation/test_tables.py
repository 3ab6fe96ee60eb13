"""Files appear whole or not at all; frames come out with the declared columns."""

from pathlib import Path

import polars as pl
import pytest

from tuoguan.foundation.tables import conform, empty, whole_file, write_all

SCHEMA = {"sku": pl.String, "units": pl.Int64}


def test_an_empty_table_has_the_declared_columns() -> None:
    assert dict(empty(SCHEMA).schema) == SCHEMA
    assert empty(SCHEMA).height == 0


def test_a_frame_gets_the_declared_order_types_and_nulls() -> None:
    frame = conform(pl.DataFrame({"extra": [1], "units": [3]}), SCHEMA)
    assert dict(frame.schema) == SCHEMA
    assert frame.rows() == [(None, 3)]


def test_what_does_not_fit_the_declared_type_is_an_error_not_a_null() -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError):
        conform(pl.DataFrame({"sku": ["a"], "units": ["three"]}), SCHEMA)


def _fail(_: Path) -> None:
    raise OSError("disk full")


def test_one_failing_writer_leaves_nothing_new_and_nothing_changed(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "deep" / "new.json"
    old.write_text("before")
    with pytest.raises(OSError, match="disk full"):
        write_all({old: lambda path: path.write_text("after") and None, new: _fail})
    assert old.read_text() == "before"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["old.json"]


@pytest.mark.parametrize("failing", range(3))
def test_whichever_writer_fails_the_folder_is_as_before(tmp_path: Path, failing: int) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(3)]

    def write(path: Path) -> None:
        path.write_text("x")

    with pytest.raises(OSError):
        write_all({path: _fail if number == failing else write for number, path in enumerate(paths)})
    assert list(tmp_path.iterdir()) == []


def test_all_writers_succeeding_replace_all_files(tmp_path: Path) -> None:
    names = ("a.txt", "b.txt")
    (tmp_path / "a.txt").write_text("before")
    write_all({tmp_path / name: lambda path, name=name: path.write_text(name) and None for name in names})  # type: ignore[misc]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: name for name in names}


def test_a_whole_file_replaces_only_when_the_block_ends_well(tmp_path: Path) -> None:
    target = tmp_path / "sub" / "report.html"
    with whole_file(target) as path:
        path.write_text("first")
        assert not target.exists()
    with pytest.raises(RuntimeError), whole_file(target) as path:
        path.write_text("half")
        raise RuntimeError("stopped")
    assert target.read_text() == "first"
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]
