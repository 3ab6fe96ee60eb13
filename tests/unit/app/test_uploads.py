"""What people send: bounded, examined, never outside its folder, gone after a week."""

import io
import zipfile
from pathlib import Path

import pytest

from tuoguan.app import uploads
from tuoguan.app.uploads import KEPT_SECONDS, discard, find, note, receive, safe_name, sweep
from tuoguan.foundation.problems import Refused


def sent(name: str, data: bytes) -> tuple[str, io.BytesIO]:
    return name, io.BytesIO(data)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (60 << 20))
    return out.getvalue()


def test_files_are_kept_under_names_that_lead_nowhere_else(tmp_path: Path) -> None:
    upload = receive(tmp_path, "exports", [sent("../../订单.csv", b"a,b\n1,2\n"), sent("订单.csv", b"a\n")], "li", 100)
    assert [path.name for path in upload.paths] == ["订单.csv", "订单-2.csv"]
    assert all(path.parent == tmp_path / upload.about.id for path in upload.paths)
    assert find(tmp_path, upload.about.id).about == upload.about
    assert len(safe_name("长" * 300 + ".csv").encode()) <= 180 and safe_name("长" * 300 + ".csv").endswith(".csv")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"MZ", "wrong_kind"), ("a.xlsx", bomb(), "zip_bomb"), ("a.csv", b"", "empty_file"),
        ("a.xlsx", b"no workbook", "unreadable_file"), ("a.csv", b"PK\x03\x04 something", "wrong_kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_nothing_of_it_stays(
    tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        receive(tmp_path, "exports", [sent("good.csv", b"a\n1\n"), sent(name, data)], "li", 100)
    assert refused.value.problems[0].code == code
    assert not list(tmp_path.iterdir())


def test_too_large_too_many_and_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "BYTES_MOST", 10)
    monkeypatch.setattr(uploads, "FILES_MOST", 2)
    for files, code in (
        ([sent("a.csv", b"x" * 11)], "too_large"), ([], "file_count"), ([sent("a.csv", b"x")] * 3, "file_count"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            receive(tmp_path, "exports", files, "li", 100)
        assert refused.value.problems[0].code == code


def test_buyers_do_not_stay_for_good(tmp_path: Path) -> None:
    taken = note(receive(tmp_path, "exports", [sent("a.csv", b"a\n1\n")], "li", 100), job="j1")
    left = receive(tmp_path, "exports", [sent("b.csv", b"a\n1\n")], "li", 100)
    sweep(tmp_path, 100 + KEPT_SECONDS)
    assert taken.paths and left.paths
    sweep(tmp_path, 101 + KEPT_SECONDS)
    assert find(tmp_path, taken.about.id).paths == [] and not left.folder.exists()
    discard(taken)
    with pytest.raises(Refused):
        find(tmp_path, taken.about.id)
    with pytest.raises(Refused):
        find(tmp_path, "../keep")
