"""Files that people send: streamed to a folder of their own, bounded, and looked at before anything reads them.

Hides where they lie and what is noted beside them. Keeps the invariants that a name never leads out of the folder,
that a file which is too large, broken or no table at all is not kept, and that files with buyers do not stay for good.
"""

import hashlib
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.foundation.tables import whole_file
from tuoguan.intake import examined

FILES_MOST = 20
BYTES_MOST = 256 << 20  # of one file
TOTAL_MOST = 512 << 20  # of one upload
KEPT_SECONDS = 7 * 86_400
ENDINGS = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".gz", ".parquet")
ABOUT, CHUNK = ".about.json", 1 << 20
EXPORTS, OWN_TABLES = "exports", "tables"  # what uploads are for: a seller center's files, the workspace's own
_ID = re.compile(r"[0-9a-f]{16}")


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it came. ``digest`` is the SHA-256 of its bytes."""

    name: str
    size: int
    digest: str
    problems: list[dict[str, str | int]] = []


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is noted of an upload. ``said``: a person's words about it; ``job``: what took it over, "" before."""

    id: str
    purpose: str
    at: int
    by: str
    files: list[KeptFile]
    said: dict[str, str] = {}
    job: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """Files kept together in ``folder``."""

    folder: Path
    about: About

    @property
    def paths(self) -> list[Path]:
        """The files that are still there, under the names they came with."""
        found = [self.folder / one.name for one in self.about.files]
        return [path for path in found if path.is_file()]


def receive(root: Path, purpose: str, sent: Sequence[tuple[str, IO[bytes]]], by: str, now: int) -> Upload:
    """Keeps the files under ``root``, a workspace's folder of uploads. Refused, with nothing kept, for bad ones."""
    sweep(root, now)
    if not sent or len(sent) > FILES_MOST:
        found = f"{len(sent)} files" if sent else "no file"
        raise Refused([_problem("upload", found, f"1 to {FILES_MOST} files at once", "choose the files", "file_count")])
    name = secrets.token_hex(8)
    folder = root / name
    folder.mkdir(parents=True)
    try:
        files = list(_kept(folder, sent))
        wrong = [problem for _, problems in files for problem in problems if has_errors([problem])]
        if wrong:
            raise Refused(wrong)
        about = About(id=name, purpose=purpose, at=now, by=by, files=[file for file, _ in files])
        return _noted(folder, about)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _kept(folder: Path, sent: Sequence[tuple[str, IO[bytes]]]) -> Iterator[tuple[KeptFile, Sequence[Problem]]]:
    left = TOTAL_MOST
    for name, file in sent:
        path = _free(folder / safe_name(name))
        if path.suffix.lower() not in ENDINGS:
            found = f'a file that ends in "{path.suffix}"'
            fix = "export the table as one of these, then send it again"
            raise Refused([_problem(path.name, found, "XLSX, CSV, TSV, TXT, GZ or Parquet", fix, "wrong_kind")])
        size, digest = _written(file, path, min(BYTES_MOST, left))
        left -= size
        problems = examined(path)
        told = [problem.as_json() for problem in problems]
        yield KeptFile(name=path.name, size=size, digest=digest, problems=told), problems


def _written(file: IO[bytes], path: Path, most: int) -> tuple[int, str]:
    """Size and SHA-256 of what was streamed to the path."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as out:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > most:
                found, fix = f"more than {most >> 20} MB", "send fewer files, or split the export by month"
                raise Refused([_problem(path.name, found, f"at most {most >> 20} MB", fix, "too_large")])
            digest.update(chunk)
            out.write(chunk)
    return size, digest.hexdigest()


def safe_name(name: str) -> str:
    """A file's name as it may stand in a folder: no path, no control signs, not hidden, not too long.

    >>> safe_name("..\\\\..\\\\订单 2026.xlsx"), safe_name("/etc/.passwd")
    ('订单 2026.xlsx', 'passwd')
    """
    flat = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    flat = "".join(sign for sign in flat if sign.isprintable()).lstrip(".~$ ").strip() or "file"
    stem, dot, ending = flat.rpartition(".")
    while len(flat.encode()) > 180:
        stem = stem[:-1] if dot else stem
        flat = f"{stem}.{ending[:8]}" if dot else flat[:-1]
    return flat


def _free(path: Path) -> Path:
    """The path, or one beside it where two files of one upload have one name."""
    number, found = 2, path
    while found.exists():
        found, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return found


def find(root: Path, name: str, purpose: str = "") -> Upload:
    """The upload of the id. Refused where there is none, or one for another purpose than was asked for."""
    path = root / name / ABOUT
    if _ID.fullmatch(name) and path.is_file():
        about = msgspec.json.decode(path.read_bytes(), type=About)
        if purpose in ("", about.purpose):
            return Upload(root / name, about)
    fix = "send the files again"
    raise Refused([_problem("upload", "one that is not there (any more)", "an upload of this workspace", fix,
                            "no_page")])  # fmt: skip


def file_of(upload: Upload, name: str) -> Path:
    """The upload's file of the name. Refused when there is none."""
    for path in upload.paths:
        if path.name == name:
            return path
    raise Refused([_problem("file", f'"{name[:60]}"', "a file of this upload", "choose it again", "no_page")])


def uploads(root: Path, purpose: str) -> list[Upload]:
    """All uploads of a purpose that are noted, the newest first."""
    names = [path.name for path in root.iterdir() if _ID.fullmatch(path.name)] if root.is_dir() else []
    found = [find(root, name) for name in names if (root / name / ABOUT).is_file()]
    kept = [upload for upload in found if upload.about.purpose == purpose]
    return sorted(kept, key=lambda upload: (-upload.about.at, upload.about.id))


def note(upload: Upload, *, said: Mapping[str, str] | None = None, job: str | None = None) -> Upload:
    """The upload with a person's words about it, or with the job that took it over."""
    changes = ({"said": dict(said)} if said is not None else {}) | ({"job": job} if job is not None else {})
    return _noted(upload.folder, msgspec.structs.replace(upload.about, **changes))


def version(upload: Upload) -> str:
    """What stands for the words that were said of the upload."""
    return hashlib.sha256(repr(sorted(upload.about.said.items())).encode()).hexdigest()[:16]


def discard(upload: Upload) -> None:
    """Throws away files and notes that nobody took over."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def sweep(root: Path, now: int) -> None:
    """Throws away files a week after they came: they have buyers in them, and were recorded or forgotten by then."""
    for folder in root.iterdir() if root.is_dir() else ():
        path = folder / ABOUT
        if not path.is_file():
            continue
        about = msgspec.json.decode(path.read_bytes(), type=About)
        if about.at + KEPT_SECONDS < now:
            if about.job:
                for file in about.files:
                    (folder / file.name).unlink(missing_ok=True)
            else:
                shutil.rmtree(folder, ignore_errors=True)


def _noted(folder: Path, about: About) -> Upload:
    with whole_file(folder / ABOUT) as temporary:
        temporary.write_bytes(msgspec.json.encode(about))
    return Upload(folder, about)


def _problem(at: str, found: str, expected: str, fix: str, code: str) -> Problem:
    return Problem(at, found, expected, fix, code)
