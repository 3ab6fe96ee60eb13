"""Is the house clean: walls between rooms, no loose ends in the code, no trace of one machine in the repository."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "tuoguan"
MODULES = sorted(PACKAGE.rglob("*.py"))
PLATFORMS = ("temu", "aliexpress", "tiktok", "shein")
PLATFORM_PLACES = ("contracts/terms/", "intake/mappings/", "connect/")
LINES_MAX = 400
# Said in two halves, so that this file does not find itself.
MARKS = ("TO" + "DO", "FIX" + "ME")
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "crates" + ".io", "deb." + "debian.org")
MACHINE_PATHS = re.compile(r"(?<![\w.:~-])/(?:work|home|tmp|root|Users|opt|mnt)" + r"/\w")

every_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _name(path: Path) -> str:
    """The dotted name of a module below src."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _offered(path: Path) -> set[str]:
    """What a door's ``__all__`` names."""
    found = [node.value for node in _tree(path).body if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node)]
    return {str(name) for value in found for name in ast.literal_eval(value)}


NAMES = {_name(path): path for path in MODULES}
OFFERED = {_name(path): _offered(path) for path in MODULES if path.name == "__init__.py"}


def _imports(path: Path) -> Iterator[str]:
    """Every module the file imports, also inside functions.

    ``from package import module`` counts as the module, unless the package offers something else by that name.
    """
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                offered = alias.name in OFFERED.get(str(node.module), set())
                yield inner if inner in NAMES and not offered else str(node.module)


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _tool(*words: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rooms_import_only_rooms_before_them() -> None:
    _tool("lint-imports", "--no-cache")


def test_the_linter_has_nothing_to_say() -> None:
    _tool("ruff", "check", "--quiet", "src", "tests", "tools", "benchmarks")


def test_types_hold_strictly() -> None:
    _tool("mypy")


@every_module
def test_rooms_are_entered_by_the_front_door(path: Path) -> None:
    room = _name(path).split(".")[1] if "." in _name(path) else ""
    loose = []
    for target in _imports(path):
        parts = target.split(".")
        if parts[0] != "tuoguan" or len(parts) < 3 or parts[1] in (room, "foundation"):
            continue
        # Each file of app is a door of its own, so that one command does not import what another needs.
        opened = parts[-1] == "kernels" or (parts[1] == "app" and len(parts) == 3) or target == "tuoguan.cli.main"
        if not opened:
            loose.append(target)
    assert not loose, f"go through the front door: from tuoguan.{loose[0].split('.')[1]} import …, not {loose}"


@every_module
def test_numba_stands_only_in_kernels_and_is_cached(path: Path) -> None:
    numba = [target for target in _imports(path) if target.split(".")[0] == "numba"]
    if path.name != "kernels.py":
        assert not numba
        return
    for node in ast.walk(_tree(path)):
        for decorator in getattr(node, "decorator_list", []):
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(called, ast.Name) and called.id in ("njit", "jit", "vectorize", "guvectorize"):
                keywords = {word.arg for word in getattr(decorator, "keywords", [])}
                assert {"cache", "nogil"} <= keywords, f"line {node.lineno}: @njit(cache=True, nogil=True)"  # type: ignore[attr-defined]


@every_module
def test_only_the_output_helper_speaks(path: Path) -> None:
    calls = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


@every_module
def test_a_module_says_what_it_hides(path: Path) -> None:
    said = ast.get_docstring(_tree(path))
    assert said and said.strip(), "the first docstring of the module is missing"


@every_module
def test_code_knows_no_platform_by_name(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix().startswith(PLATFORM_PLACES):
        return
    lines = path.read_text(encoding="utf-8").lower().splitlines()
    assert not [number for number, line in enumerate(lines, 1) if any(name in line for name in PLATFORMS)]


@every_module
def test_a_long_module_gives_its_reason(path: Path) -> None:
    count = len(path.read_text(encoding="utf-8").splitlines())
    reason = f"{LINES_MAX} lines" in (ast.get_docstring(_tree(path)) or "")
    assert count <= LINES_MAX or reason, f"{count} lines; split it, or say in its docstring why over {LINES_MAX} lines"


def _is_money(node: ast.AST | None) -> bool:
    name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None) or ""
    return isinstance(name, str) and name.endswith("_minor")


def _is_float(node: ast.AST | None) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_float(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _floats_at_money(tree: ast.AST) -> Iterator[int]:
    """Lines where a name in minor units is annotated as float, given a float, divided into one or mixed with one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            owner = node if isinstance(node, ast.arg) else node.target
            found = _is_money(owner) and "float" in ast.unparse(node.annotation)
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            divided = isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Div)
            found = any(map(_is_money, targets)) and (_is_float(node.value) or divided)
        elif isinstance(node, ast.keyword):
            found = _is_money(node) and _is_float(node.value)
        elif isinstance(node, ast.BinOp):
            sides = (node.left, node.right)
            found = any(map(_is_money, sides)) and any(map(_is_float, sides))
        else:
            continue
        if found:
            yield getattr(node, "lineno", 0)


@every_module
def test_no_float_stands_next_to_money(path: Path) -> None:
    assert not list(_floats_at_money(_tree(path)))


FLOATS_AT_MONEY = """
fee_minor: float = 0
def f(fee_minor: float): ...
fee_minor = 0.5
f(fee_minor=-1.0)
a = fee_minor * 0.08
x.fee_minor = a / b
fee_minor: npt.NDArray[np.float64]
"""


@pytest.mark.parametrize("code", FLOATS_AT_MONEY.strip().splitlines())
def test_the_search_for_floats_finds_them(code: str) -> None:
    assert list(_floats_at_money(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["fee_minor = to_minor(0.5 * value)", "fee_minor: int = 0", "a = fee_minor * 8", "b = 0.5"]
)
def test_the_search_for_floats_leaves_whole_numbers_alone(code: str) -> None:
    assert not list(_floats_at_money(ast.parse(code)))


def test_every_module_is_reached_from_a_door() -> None:
    reached: set[str] = set()
    science = ["tuoguan.inventory", *(f"tuoguan.inventory.{part}" for part in ("classic", "closed", "plain"))]
    # The API's client is a door of its own, and the charts of an area are imported by the area's name.
    charts = [name for name in NAMES if name.startswith("tuoguan.web.drawings_")]
    by_name = ["tuoguan.client", "tuoguan.client.records", *charts]
    waiting = ["tuoguan", "tuoguan.__main__", *science, *by_name]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in NAMES:
            continue
        reached.add(name)
        parents = [".".join(name.split(".")[:depth]) for depth in range(1, name.count(".") + 1)]
        waiting += [*parents, *_imports(NAMES[name])]
    assert not sorted(set(NAMES) - reached), "nothing imports these"


def test_nothing_is_defined_that_nobody_uses() -> None:
    count = Counter(word for path in MODULES for word in re.findall(r"\w+", path.read_text(encoding="utf-8")))
    unused = []
    for path in MODULES:
        for node in _tree(path).body:
            # What is decorated at the top of a module is a route, which is used by its address.
            is_route = isinstance(node, ast.FunctionDef) and any(
                isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) for one in node.decorator_list
            )
            names = [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_route else []
            if isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            unused += [f"{_name(path)}.{name}" for name in names if count[name] == 1 and not name.startswith("__")]
    assert not unused, "tests alone are no use"


@pytest.mark.parametrize("what", ["marks", "hosts", "paths"])
def test_the_repository_carries_no_leftovers_and_no_machine(what: str) -> None:
    found = []
    for path in _tracked():
        text = _text(path)
        if text is None or path.name == "LICENSE":
            continue
        for number, line in enumerate(text.splitlines(), 1):
            words = {"marks": MARKS, "hosts": HOSTS, "paths": ()}[what]
            if any(word in line for word in words) or (what == "paths" and MACHINE_PATHS.search(line)):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not found, "\n".join(found)


def test_every_page_has_a_title_and_its_links_lead_somewhere() -> None:
    wrong = []
    for path in (path for path in _tracked() if path.suffix == ".md"):
        text = path.read_text(encoding="utf-8")
        if not text.startswith("# "):
            wrong.append(f"{path.relative_to(ROOT)}: the first line is no title")
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" not in link and not link.startswith("mailto:") and not (path.parent / link).exists():
                wrong.append(f"{path.relative_to(ROOT)}: {link} leads nowhere")
    assert not wrong, "\n".join(wrong)


def test_requirement_files_pin_every_package_by_hash_and_name_no_address() -> None:
    for name in ("uv", "run", "sample", "dev"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
        assert lines
        for line in lines:
            assert re.match(r"^[a-z0-9._-]+==\S+( ; [^-]+)?(\s+--hash=sha256:[0-9a-f]{64})+$", line.strip()), line
            assert "://" not in line


def test_the_requirement_sets_are_nested() -> None:
    pinned = [
        {line.split()[0] for line in (ROOT / "requirements" / f"{name}.txt").read_text().splitlines() if "==" in line}
        for name in ("run", "sample", "dev")
    ]
    assert pinned[0] < pinned[1] < pinned[2]


def test_every_value_of_our_contracts_has_a_source_or_says_assumed() -> None:
    from tuoguan.contracts import check, load
    from tuoguan.foundation.problems import Severity

    library = load()
    errors = [str(problem) for problem in check(library) if problem.severity is Severity.ERROR]
    assert not errors, "\n".join(errors[:20])
