"""Whether a file may be opened at all: what its first bytes and its own directory claim, before anything is unpacked.

Hides container formats. Keeps the invariant that no byte is decompressed past a limit and that nothing is ever
executed.
"""

import gzip
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from tuoguan.intake.log import Log

MAX_UNPACKED = 1 << 30  # bytes of one workbook, or of one gzip file, once unpacked
MAX_RATIO = 250  # deflate of real tables stays under 60; a bomb reaches 1000
MAX_MEMBER = 512 << 20
_OLE = b"\xd0\xcf\x11\xe0"
_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d+)"')
_FORMULA = re.compile(rb"<f[\s>/]")
_LONG = re.compile(rb"<v>-?(\d{16,}|\d\.\d+[eE]\+?(?:1[5-9]|[2-9]\d))</v>")


@dataclass(frozen=True, slots=True)
class Marks:
    """What a sheet's XML says about cells, 1-based (row, column): formulas, and numbers with more digits than a float
    keeps.
    """

    formulas: frozenset[tuple[int, int]] = field(default=frozenset())
    long_numbers: frozenset[tuple[int, int]] = field(default=frozenset())
    first_row: int = 1
    first_column: int = 1


def may_open(path: Path, name: str, log: Log) -> bool:
    """True when the file is a plain, sound, bounded file of a kind that is read; the reason is logged otherwise."""
    try:
        info = os.lstat(path)
    except OSError as error:
        log.say("unreadable_file", name, type(error).__name__)
        return False
    if stat.S_ISLNK(info.st_mode):
        log.say("symlink", name, "a symbolic link")
        return False
    if not stat.S_ISREG(info.st_mode):
        log.say("not_a_file", name, "a folder or device")
        return False
    if info.st_size == 0:
        log.say("empty_file", name, "0 bytes")
        return False
    try:
        return _sound(path, name, log)
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        KeyError,
    ) as error:
        log.say("unreadable_file", name, f"a broken file ({type(error).__name__})")
        return False


def _sound(path: Path, name: str, log: Log) -> bool:
    """True when the container's own claims hold and stay under the limits."""
    with path.open("rb") as handle:
        head = handle.read(8)
    suffix = path.suffix.lower()
    if head.startswith(_OLE):
        log.say("encrypted_file", name, "an encrypted or old .xls workbook")
        return False
    if suffix in (".xlsx", ".xlsm"):
        return _sound_workbook(path, name, log)
    if suffix == ".gz":
        return _sound_gzip(path, name, log)
    if suffix == ".parquet":
        return _sound_parquet(path, name, log)
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"%PDF")):
        log.say("wrong_kind", name, f"a {suffix or 'nameless'} file that is not text")
        return False
    return True


def _sound_workbook(path: Path, name: str, log: Log) -> bool:
    """True when the ZIP directory's sizes and ratios are those of a workbook."""
    if not zipfile.is_zipfile(path):
        log.say("unreadable_file", name, "no workbook inside")
        return False
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        total = sum(member.file_size for member in members)
        packed = max(1, sum(member.compress_size for member in members))
        if (
            total > MAX_UNPACKED
            or (total > 8 << 20 and total / packed > MAX_RATIO)
            or any(m.file_size > MAX_MEMBER for m in members)
        ):
            log.say("zip_bomb", name, f"{total:,} bytes packed into {path.stat().st_size:,}")
            return False
        if any(member.flag_bits & 1 for member in members):
            log.say("encrypted_file", name, "a ZIP with a password")
            return False
        for member in members:
            if not _honest(archive, member):
                log.say("zip_bomb", name, f"{member.filename} unpacks to another size than it claims")
                return False
        if any(member.filename.endswith("vbaProject.bin") for member in members):
            log.say("macro", name, "a workbook with macros")
    return True


def _honest(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """True when the member unpacks to exactly the size that the directory claims."""
    with archive.open(member) as handle:
        left = member.file_size
        while chunk := handle.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                return False
    return left == 0


def _sound_gzip(path: Path, name: str, log: Log) -> bool:
    """True when the file unpacks whole, to a bounded size."""
    size = 0
    with gzip.open(path, "rb") as handle:
        while chunk := handle.read(1 << 20):
            size += len(chunk)
            if size > 8 * MAX_UNPACKED or (size > 64 << 20 and size / path.stat().st_size > MAX_RATIO):
                log.say("zip_bomb", name, f"more than {size:,} bytes packed into {path.stat().st_size:,}")
                return False
    if size == 0:
        log.say("empty_file", name, "nothing inside the gzip")
    return size > 0


def _sound_parquet(path: Path, name: str, log: Log) -> bool:
    """True when magic and footer length fit the file's size."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(4)
        handle.seek(max(0, size - 8))
        tail = handle.read(8)
    footer = int.from_bytes(tail[:4], "little")
    if head != b"PAR1" or tail[4:] != b"PAR1":
        log.say("truncated_parquet", name, "no Parquet ending")
        return False
    if footer > size - 12:
        log.say("false_size", name, f"a footer that claims {footer:,} bytes in a file of {size:,}")
        return False
    return True


def marks_of(path: Path, sheet: str) -> Marks:
    """Formula cells and overlong numbers of a sheet, from its XML."""
    with zipfile.ZipFile(path) as archive:
        member = _member_of(archive, sheet)
        data = archive.read(member) if member else b""
    first = _CELL.search(data)
    start = (int(first.group(2)), _column(first.group(1))) if first else (1, 1)
    columns = [_column(match.group(1)) for match in _CELL.finditer(data)] if len(data) < 4 << 20 else []
    return Marks(
        frozenset(_cell_before(data, match.start()) for match in _FORMULA.finditer(data)),
        frozenset(_cell_before(data, match.start()) for match in _LONG.finditer(data)),
        start[0], min(columns, default=start[1]),
    )  # fmt: skip


def _member_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The archive's member of the sheet with this name, by workbook and relationships."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    target_by_id = {}
    for link in re.findall(r"<Relationship\b[^>]*>", links):
        key, target = re.search(r'\bId="([^"]*)"', link), re.search(r'\bTarget="([^"]*)"', link)
        if key and target:
            target_by_id[key.group(1)] = target.group(1)
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        label, key = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br?:?id="([^"]*)"', tag)
        if label and key and _plain(label.group(1)) == sheet:
            place = target_by_id.get(key.group(1), "")
            return place.lstrip("/") if place.startswith("/") else f"xl/{place}"
    return None


def _plain(text: str) -> str:
    """XML attribute text with the five entities resolved."""
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(name, sign)
    return text


def _cell_before(data: bytes, position: int) -> tuple[int, int]:
    """Row and column of the cell that encloses this byte position; (0, 0) when it carries no reference."""
    start = data.rfind(b"<c ", 0, position)
    match = _CELL.match(data, start) if start >= 0 else None
    return (int(match.group(2)), _column(match.group(1))) if match else (0, 0)


def _column(letters: bytes) -> int:
    """1-based number of a column's letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
