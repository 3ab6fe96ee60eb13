"""Whether this machine and a workspace are in order: one line per check, each with what to do about it.

Hides where versions, caches and cores are looked up. Keeps the invariant that looking changes
nothing and asks no network.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused, Severity

PYTHON_OLDEST = (3, 11)
DISK_BYTES_MIN = 2 * 10**9


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``severity`` NOTE is fine, WARNING works but look, ERROR does not work."""

    name: str
    severity: Severity
    found: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """The check as flat JSON."""
        return asdict(self) | {"severity": self.severity.value}


def doctor(folder: Path | None = None) -> list[Check]:
    """Every check of the machine, and of the workspace where one is named, in a fixed order."""
    checks = [_python(), *_packages(), _cache(), _threads(), _disk(folder or Path.cwd()), _terms()]
    return checks if folder is None else [*checks, _workspace(folder)]


def in_order(checks: list[Check]) -> bool:
    """True when nothing that was looked at is broken."""
    return not any(check.severity is Severity.ERROR for check in checks)


def _python() -> Check:
    found = f"Python {sys.version.split()[0]} at {sys.executable}"
    if sys.version_info < PYTHON_OLDEST:
        return Check("python", Severity.ERROR, found, f"install Python {'.'.join(map(str, PYTHON_OLDEST))} or newer")
    return Check("python", Severity.NOTE, found)


def _packages() -> Iterator[Check]:
    fix = "run make in the source folder, or: pip install --upgrade tuoguan"
    missing = [name for name in _needed() if _version(name) is None]
    pins = _pins()
    other = [(name, version) for name in pins if (version := _version(name)) and version not in pins[name]]
    for name in missing:
        yield Check("packages", Severity.ERROR, f"{name} is not installed", fix)
    for name, version in other:
        yield Check("packages", Severity.WARNING, f"{name} {version}; tested with {' or '.join(pins[name])}", fix)
    if not missing and not other:
        yield Check("packages", Severity.NOTE, "all there, in the versions tested" if pins else "all there")


def _pins() -> dict[str, tuple[str, ...]]:
    """The tested versions by package, from the requirement file of a source checkout; empty for an installed wheel."""
    path = Path(__file__).resolve().parents[3] / "requirements" / "run.txt"
    pins: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        name, equals, version = line.rstrip(" \\").partition(" ; ")[0].partition("==")
        if equals:
            pins[name] = (*pins.get(name, ()), version)
    return pins


def _needed() -> list[str]:
    """The packages that tuoguan itself names; empty where it runs from a folder without being installed."""
    try:
        required = metadata.requires("tuoguan") or []
    except metadata.PackageNotFoundError:
        return []
    return [re.split(r"[^A-Za-z0-9._-]", line)[0] for line in required if "extra ==" not in line]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _cache() -> Check:
    from tuoguan.foundation.kernels import CACHE_FOLDER

    try:
        CACHE_FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=CACHE_FOLDER):
            pass
    except OSError as error:
        fix = "set NUMBA_CACHE_DIR to a folder of yours; until then every start compiles anew (about a minute)"
        return Check("compiled kernels", Severity.WARNING, f"{CACHE_FOLDER}: {error.strerror}", fix)
    return Check("compiled kernels", Severity.NOTE, f"kept in {CACHE_FOLDER}")


def _threads() -> Check:
    import polars

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Check("threads", Severity.NOTE, f"{usable} cores usable, {polars.thread_pool_size()} threads for tables")


def _disk(folder: Path) -> Check:
    standing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(standing).free
    found = f"{free / 10**9:.1f} GB free at {standing}"
    if free < DISK_BYTES_MIN:
        return Check("disk", Severity.WARNING, found, f"keep {DISK_BYTES_MIN // 10**9} GB free for tables and outputs")
    return Check("disk", Severity.NOTE, found)


def _terms() -> Check:
    from tuoguan.contracts import check, load

    try:
        library = load()
        problems = [problem for problem in check(library) if problem.severity is Severity.ERROR]
        if not library.ids():
            return Check("contracts", Severity.ERROR, f"no contract in {library.root}", "install tuoguan again")
    except Refused as refused:
        problems = list(refused.problems)
    if problems:
        return Check("contracts", Severity.ERROR, _first_of(problems), "tuoguan contracts check")
    return Check("contracts", Severity.NOTE, f"{len(library.ids())} contracts load and hold together")


def _workspace(folder: Path) -> Check:
    if not folder.is_dir():
        return Check("workspace", Severity.ERROR, f"{folder} is no folder", f"tuoguan init {folder}")
    from tuoguan.app.check import check_workspace

    checked = check_workspace(folder)
    errors = [problem for problem in checked.problems if problem.severity is Severity.ERROR]
    if errors:
        return Check("workspace", Severity.ERROR, _first_of(errors), f"tuoguan check {folder}")
    warnings = sum(problem.severity is Severity.WARNING for problem in checked.problems)
    products = checked.batch.products.height if checked.batch else 0
    if warnings:
        return Check(
            "workspace", Severity.WARNING, f"{products} products, {warnings} warnings", f"tuoguan check {folder}"
        )
    return Check("workspace", Severity.NOTE, f"{products} products, nothing wrong")


def _first_of(problems: list[Problem]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0].at}: {problems[0].found}{more}"
