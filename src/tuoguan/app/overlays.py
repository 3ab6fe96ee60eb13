"""The seller's own terms as files: what stands in them, what a draft would change, and saving what holds together.

Hides TOML, the folder and its lock. Keeps three invariants: a file that has errors is never among the active ones, a
file that somebody else changed meanwhile is never overwritten, and a file appears whole or not at all.
"""

import fcntl
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tuoguan.app.contracts_view import OVERLAYS
from tuoguan.app.whatif_contracts import differing_terms
from tuoguan.contracts import Differing, Overlays, PlacedOverlay, check, load, load_overlays
from tuoguan.foundation.days import Day
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.foundation.tables import whole_file

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}\.toml")
LEARNED = re.compile(r"calibrated/[A-Za-z0-9][A-Za-z0-9_-]{0,119}\.toml")
MOST_BYTES = 262_144
NEW = ""  # the version of a file that is not there yet


@dataclass(frozen=True, slots=True)
class File:
    """One overlay on disk. ``version`` is the hash of its bytes; ``overlay`` is None where it cannot be read at all."""

    name: str
    version: str
    overlay: PlacedOverlay | None
    problems: tuple[Problem, ...]

    @property
    def is_learned(self) -> bool:
        """True when `calibrate` wrote it, and will write it anew."""
        return self.name.startswith("calibrated/")


@dataclass(frozen=True, slots=True)
class Review:
    """What a draft is: its problems, and every term that differs from the published ones where it holds."""

    overlay: PlacedOverlay | None
    problems: tuple[Problem, ...]
    changed: tuple[Differing, ...]

    @property
    def can_be_saved(self) -> bool:
        """True without errors; warnings and notes are told and let pass."""
        return not has_errors(self.problems)


def files(folder: Path, on: Day) -> list[File]:
    """Every overlay of the workspace with what is wrong with it, in order of its name."""
    root = folder / OVERLAYS
    overlays = load_overlays(root)
    found = check(load(overlays=overlays), on) if len(overlays) or overlays.problems else []
    by_name = {item.at: item for item in overlays}
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.toml")) if root.is_dir() else []
    return [
        File(name, version_of(folder, name), by_name.get(name), tuple(one for one in found if _is_of(one, name)))
        for name in names
    ]


def _is_of(problem: Problem, name: str) -> bool:
    return problem.at == name or problem.at.startswith(f"{name}:")


def text_of(folder: Path, name: str) -> tuple[str, str]:
    """The file's text and its version. Refused when there is none of the name."""
    path = _path(folder, name, readable=True)
    if not path.is_file():
        raise Refused([Problem(name, "no such file", "one of the overlays", "choose it from the list", "no_page")])
    raw = path.read_bytes()
    return raw.decode("utf-8-sig", "replace"), content_hash(raw)


def version_of(folder: Path, name: str) -> str:
    """The version of a file as it is now; NEW where there is none."""
    path = _path(folder, name, readable=True)
    return content_hash(path.read_bytes()) if path.is_file() else NEW


def review(folder: Path, name: str, text: str, on: Day) -> Review:
    """The draft among the workspace's other overlays: everything that is wrong with it, and what it changes."""
    _path(folder, name)
    raw = text.encode()
    if len(raw) > MOST_BYTES:
        found = Problem(
            name, f"{len(raw):,} bytes", f"at most {MOST_BYTES:,}", "split it into several files", "too_big"
        )
        return Review(None, (found,), ())
    with _beside_others(folder, name, raw) as root:
        overlays = load_overlays(root)
        own = next((item for item in overlays if item.at == name), None)
        library = load(overlays=overlays)
        problems = tuple(one for one in check(library, on) if _is_of(one, name) or _meets(one, name))
        if own is None or has_errors(problems):
            return Review(own, problems, ())
        return Review(own, problems, _changed(own, on))


def _meets(problem: Problem, name: str) -> bool:
    """True when another file states the same term as ours."""
    return problem.code == "overlay_conflict" and f"{name}:" in problem.found


def _changed(own: PlacedOverlay, on: Day) -> tuple[Differing, ...]:
    """What differs from the published terms on the day, or on the first day on which the file says something."""
    base = load()
    first = min((item.start for item in own.placed if item.end > on), default=on)
    return differing_terms(base, replace(base, overlays=Overlays((own,))), max(on, first))


@contextmanager
def _beside_others(folder: Path, name: str, raw: bytes) -> Iterator[Path]:
    """A folder with the workspace's overlays, the draft in the place of its name."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / OVERLAYS
        if (folder / OVERLAYS).is_dir():
            shutil.copytree(folder / OVERLAYS, root, ignore=shutil.ignore_patterns(".*"))
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(raw)
        yield root


def save(folder: Path, name: str, text: str, seen: str, on: Day) -> Review:
    """Saves the draft as active. Refused when it has errors, or the file is no longer the version ``seen``."""
    path = _path(folder, name)
    with _locked(folder):
        _unchanged(folder, name, seen)
        found = review(folder, name, text, on)
        if not found.can_be_saved:
            raise Refused(found.problems)
        with whole_file(path) as partial:
            partial.write_bytes(text.encode())
        return found


def remove(folder: Path, name: str, seen: str) -> None:
    """Takes the file away. Refused when it is no longer the version ``seen``."""
    path = _path(folder, name, readable=True)
    with _locked(folder):
        _unchanged(folder, name, seen)
        if not path.is_file():
            raise Refused([Problem(name, "no such file", "one of the overlays", "choose it from the list", "no_page")])
        path.unlink()


def _unchanged(folder: Path, name: str, seen: str) -> None:
    now = version_of(folder, name)
    if now != seen:
        found = "changed by somebody else since you opened it" if now else "removed by somebody else meanwhile"
        found = "a file of this name already" if seen == NEW else found
        fix = "open it again, and bring your change in there; nothing was overwritten"
        raise Refused([Problem(name, found, "the version that you saw", fix, "changed_meanwhile")])


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Alone among all threads and processes that save overlays of this workspace."""
    root = folder / OVERLAYS
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _path(folder: Path, name: str, *, readable: bool = False) -> Path:
    """The file's place. Refused for a name that could lead elsewhere, or that is not the seller's to write."""
    if NAME.fullmatch(name) or (readable and (LEARNED.fullmatch(name) or _is_there(folder, name))):
        return folder / OVERLAYS / name
    if LEARNED.fullmatch(name):
        fix = "make an overlay of your own; what you negotiated wins over what was learned"
        raise Refused([Problem(name, "a file that calibrate writes", "an overlay of your own", fix, "not_yours")])
    expected = "a name such as temu-semi-us.toml: a-z, 0-9, - and _"
    raise Refused([Problem("file", repr(name[:80]), expected, "choose another name", "bad_name")])


def _is_there(folder: Path, name: str) -> bool:
    """True for a file that stands below the folder under exactly this name, whatever somebody called it."""
    root = folder / OVERLAYS
    return name in {path.relative_to(root).as_posix() for path in root.rglob("*.toml")}


def name_for(contract_id: str, taken: Sequence[str]) -> str:
    """A name for a new overlay of the contract that is not taken."""
    base = re.sub(r"[^a-z0-9]+", "-", contract_id.lower()).strip("-")[:70]
    numbered = [f"{base}.toml", *(f"{base}-{number}.toml" for number in range(2, 200))]
    return next(name for name in numbered if name not in taken)
