"""The doctor on this machine, and on what can be wrong with one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuoguan.app.doctor import Check, doctor, in_order
from tuoguan.foundation.problems import Severity


def test_this_machine_is_in_order_and_every_part_was_looked_at() -> None:
    checks = doctor()
    assert [check.name for check in checks] == [
        "python",
        "packages",
        "compiled kernels",
        "threads",
        "disk",
        "contracts",
    ]
    assert in_order(checks), checks


def test_a_folder_that_is_not_there_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    last = doctor(tmp_path / "none")[-1]
    assert (last.name, last.severity) == ("workspace", Severity.ERROR)
    assert last.fix == f"tuoguan init {tmp_path / 'none'}"


def test_an_empty_folder_is_no_workspace_and_the_first_problem_says_why(tmp_path: Path) -> None:
    last = doctor(tmp_path)[-1]
    assert last.severity is Severity.ERROR
    assert "seller.toml" in last.found
    assert last.fix == f"tuoguan check {tmp_path}"


def test_looking_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    doctor(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that even root cannot write to")
def test_a_cache_that_cannot_be_written_is_a_warning_with_the_way_out(root: Path) -> None:
    code = (
        "from tuoguan.app.doctor import _cache\n"
        "check = _cache()\n"
        "import sys; sys.stdout.write(check.severity + ' ' + check.fix)\n"
    )
    environment = os.environ | {
        "NUMBA_CACHE_DIR": "/proc/none",
        "PYTHONPATH": str(root / "src"),
        "NUMBA_DISABLE_JIT": "1",
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("warning set NUMBA_CACHE_DIR")


def test_a_check_is_flat_json() -> None:
    assert Check("disk", Severity.WARNING, "1 GB", "make room").as_json() == {
        "name": "disk", "severity": "warning", "found": "1 GB", "fix": "make room",
    }  # fmt: skip
