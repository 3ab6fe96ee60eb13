"""What is installed is what is here: the wheel carries code, terms, mappings and templates, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tuoguan import __version__

DATA = ("contracts/terms/**/*.toml", "intake/mappings/*.toml", "app/templates/*", "py.typed")


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the build backend itself; no network, no other tool."""
    folder = tmp_path_factory.mktemp("wheel")
    code = (
        "from hatchling.builders.wheel import WheelBuilder\n"
        f"print(*WheelBuilder({str(root)!r}).build(directory={str(folder)!r}, versions=['standard']))"
    )
    pytest.importorskip("hatchling", reason="the build backend is not installed")
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.split()[-1])


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: Path, root: Path) -> None:
    package = root / "src" / "tuoguan"
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    here = {f"tuoguan/{path.relative_to(package).as_posix()}" for path in files}
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert shipped == here


@pytest.mark.parametrize("pattern", DATA)
def test_data_files_are_shipped(pattern: str, wheel: Path, root: Path) -> None:
    package = root / "src" / "tuoguan"
    found = {f"tuoguan/{path.relative_to(package).as_posix()}" for path in package.glob(pattern) if path.is_file()}
    assert found
    assert found <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_brings_the_command_and_its_license(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    info = f"tuoguan-{__version__}.dist-info"
    assert "tuoguan = tuoguan.cli.main:main" in archive.read(f"{info}/entry_points.txt").decode()
    assert f"{info}/licenses/LICENSE" in archive.namelist()


def test_the_wheel_runs_from_where_it_is_unpacked(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "from tuoguan.cli.main import main; raise SystemExit(main(['contracts', 'list', '--on', '2026-11-22']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 30
