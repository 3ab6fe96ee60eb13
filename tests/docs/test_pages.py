"""Do the pages and the program agree: blocks of the README run as printed, every command and room is described."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuoguan.cli.main import parser

# A block runs unless the line before its fence is: <!-- not run here: the reason -->
BLOCK = re.compile(
    r"(?:<!-- not run here: (?P<reason>[^>]+) -->\n)?```(?P<kind>console|sh)\n(?P<body>.*?)```", re.DOTALL
)
ELLIPSIS = "..."


def blocks(text: str) -> list[tuple[str, str, str]]:
    """(kind, body, reason not to run or "") of every fenced block of commands, in order."""
    return [(found["kind"], found["body"], found["reason"] or "") for found in BLOCK.finditer(text)]


def steps(body: str) -> list[tuple[str, list[str]]]:
    """(command, lines printed after it) of a console block; a line that ends in a backslash goes on."""
    found: list[tuple[str, list[str]]] = []
    going_on = False
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif going_on:
            found[-1] = (found[-1][0] + "\n" + line, [])
        elif found:
            found[-1][1].append(line)
        going_on = bool(found) and not found[-1][1] and found[-1][0].endswith("\\")
    return found


def same(printed: list[str], seen: list[str]) -> bool:
    """True when what is seen is what is printed; a line ``...`` stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == ELLIPSIS else re.escape(line.rstrip()) + r"\n" for line in printed)
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in seen)) is not None


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One empty folder for all blocks of the README, which build on each other."""
    return tmp_path_factory.mktemp("readme")


def _shell(command: str, folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(root / "src"), "COLUMNS": "100", "LANG": "C.UTF-8"}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("page", ["README.md"])
def test_blocks_run_as_printed(page: str, root: Path, scratch: Path) -> None:
    for kind, body, reason in blocks((root / page).read_text(encoding="utf-8")):
        if reason:
            continue
        if kind == "sh":
            done = _shell(f"set -euo pipefail\n{body}", scratch, root)
            assert done.returncode == 0, f"{body}\n{done.stdout}{done.stderr}"
            continue
        for command, printed in steps(body):
            done = _shell(command, scratch, root)
            assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
            assert same(printed, done.stdout.splitlines()), f"$ {command}\n{done.stdout}"


def test_a_block_is_left_out_only_with_a_reason() -> None:
    page = "<!-- not run here: it builds .venv -->\n```sh\nmake run\n```\n\n```console\n$ true\n```\n"
    assert blocks(page) == [("sh", "make run\n", "it builds .venv"), ("console", "$ true\n", "")]


def test_steps_and_ellipses_are_read_as_meant() -> None:
    assert steps("$ a\n1\n2\n$ b \\\n  c\n3\n") == [("a", ["1", "2"]), ("b \\\n  c", ["3"])]
    assert same(["1", "...", "4"], ["1", "2", "3", "4"])
    assert same(["...", "4"], ["4"])
    assert not same(["1", "...", "4"], ["1", "2"])
    assert not same([], ["1"])


def _commands(of: argparse.ArgumentParser, words: str = "tuoguan") -> Iterator[str]:
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                inner = list(_commands(below, f"{words} {name}"))
                yield from inner or [f"{words} {name}"]


COMMANDS = list(_commands(parser()))


def _pages(root: Path) -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in [root / "README.md", *sorted(root.glob("docs/**/*.md"))]
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described(command: str, root: Path) -> None:
    assert command in _pages(root), f"neither README.md nor docs/ shows `{command}`"


def test_pages_name_no_command_that_does_not_exist(root: Path) -> None:
    assert _strange(_pages(root)) == set()


def test_messages_name_no_command_that_does_not_exist(root: Path) -> None:
    files = [path for path in (root / "src").rglob("*") if path.suffix in (".py", ".toml", ".j2")]
    assert len(files) > 100
    assert _strange("\n".join(path.read_text(encoding="utf-8") for path in files)) == set()


def _strange(text: str) -> set[str]:
    """Commands written in the text that the grammar does not know."""
    known = {word for command in COMMANDS for word in (command, " ".join(command.split()[:2]))}
    written = re.findall(r"(?:`|\$ )(tuoguan(?: [a-z][a-z-]*){1,2})", text)
    return {words for words in written if words not in known and " ".join(words.split()[:2]) not in known}


def test_the_architecture_names_every_module(root: Path) -> None:
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8").split("| package | modules |")[1]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", text.split("\n\n")[0], re.MULTILINE))
    packages = [path.parent for path in (root / "src" / "tuoguan").glob("*/__init__.py")]
    assert set(rows) == {path.name for path in packages}
    for package in packages:
        words = set(re.findall(r"`(\w+)`", rows[package.name]))
        prefixes = re.findall(r"`(\w+_)\*` \(([^)]*)\)", rows[package.name])
        parts = {part for _, inner in prefixes for part in re.findall(r"`(\w+)`", inner)}
        full = {prefix + part for prefix, inner in prefixes for part in re.findall(r"`(\w+)`", inner)}
        modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
        assert (words | full) >= modules, f"{package.name}: {sorted(modules - words - full)} are not named"
        assert (words - parts) | full <= modules | parts, f"{package.name}: {sorted(words - modules - parts)} are gone"


def test_every_room_has_its_page_and_the_index_names_it(root: Path) -> None:
    index = (root / "docs" / "rooms" / "README.md").read_text(encoding="utf-8")
    rooms = ["foundation", "intake", "contracts", "demand", "simulate", "choose", "plan", "app"]
    missing = [room for room in rooms if not (root / "docs" / "rooms" / f"{room}.md").exists()]
    assert not missing
    assert all(f"({room}.md)" in index for room in rooms)


def test_every_make_target_is_described_where_contributors_look(root: Path) -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    pages = (root / "README.md").read_text(encoding="utf-8") + (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert not [target for target in targets if target != "help" and f"make {target}" not in pages]
