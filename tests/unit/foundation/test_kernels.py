"""Addressed randomness against published outputs of splitmix64, and the cache of compiled kernels."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tuoguan.foundation.kernels import CACHE_FOLDER, mix, to_unit

GOLDEN = 0x9E3779B97F4A7C15
# First outputs of splitmix64.c (Vigna, 2015) for two seeds. Seed 1234567 is the sequence of the Rosetta Code task
# "Pseudo-random numbers/Splitmix64"; seed 0 is the vector that xoshiro ports test their seeding with.
PUBLISHED = {
    1234567: (
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ),
    0: (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC),
}  # fmt: skip


@pytest.mark.parametrize("seed", PUBLISHED)
def test_mix_gives_the_published_outputs_of_splitmix64(seed: int) -> None:
    states = [(seed + step * GOLDEN) % 2**64 for step in range(len(PUBLISHED[seed]))]
    assert tuple(int(mix(np.uint64(state), 0)) for state in states) == PUBLISHED[seed]


def test_the_word_is_folded_in_by_exclusive_or() -> None:
    assert int(mix(np.uint64(0), 1234567)) == PUBLISHED[1234567][0]
    assert int(mix(np.uint64(1234567 ^ 99), 99)) == PUBLISHED[1234567][0]


def test_the_unit_interval_is_open_at_both_ends() -> None:
    assert to_unit(np.uint64(0)) == 2.0**-53
    assert to_unit(np.uint64(2**64 - 1)) == 1.0 - 2.0**-53 < 1.0


def _python(code: str, source: Path, **settings: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment | {"PYTHONPATH": str(source)} | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_plain_python_and_compiled_code_give_the_same_numbers(root: Path) -> None:
    code = (
        "from tuoguan.foundation.kernels import u01, mul_ppm, div_round, HALF_UP, HALF_EVEN, DOWN, UP\n"
        "words = [0, 1, -1, 7, 2**62, -2**63, 2**63 - 1, 20_000]\n"
        "for a in words:\n"
        "    for b in words:\n"
        "        print(u01(a, b, 1, 2, 3, 4).hex(), u01(1, 2, 3, 4, a, b).hex())\n"
        "for mode in (HALF_UP, HALF_EVEN, DOWN, UP):\n"
        "    print([div_round(n, d, mode) for n in range(-25, 26) for d in (1, 2, 3, 10)])\n"
        "    print([mul_ppm(n, ppm, mode) for n in (-1999, -1, 0, 1, 1999, 10**12) for ppm in (1, 85_000, 500_000)])\n"
    )
    compiled = _python(code, root / "src")
    plain = _python(code, root / "src", NUMBA_DISABLE_JIT="1")
    assert compiled == plain
    assert len(compiled.splitlines()) == 72


def test_an_edited_kernel_changes_its_cached_callers(root: Path, tmp_path: Path) -> None:
    package = tmp_path / "tuoguan"
    package.mkdir()
    shutil.copy(root / "src/tuoguan/__init__.py", package)
    shutil.copytree(
        root / "src/tuoguan/foundation", package / "foundation", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "room").mkdir()
    (package / "room" / "__init__.py").touch()
    (package / "room" / "kernels.py").write_text(
        "from numba import njit\n"
        "from tuoguan.foundation.kernels import HALF_UP, mul_ppm\n"
        "@njit(cache=True, nogil=True)\n"
        "def fee(minor):\n    return mul_ppm(minor, 85_000, HALF_UP)\n"
    )
    code = "from tuoguan.room.kernels import fee; print(fee(1999))"
    assert _python(code, tmp_path) == _python(code, tmp_path) == "170\n"
    rule = package / "foundation" / "kernels.py"
    rule.write_text(rule.read_text().replace("return sign * quotient", "return sign * quotient + 1000"))
    assert _python(code, tmp_path) == "1170\n"


def test_compiled_kernels_lie_in_a_folder_of_this_state_of_the_code() -> None:
    assert CACHE_FOLDER.name.startswith("tuoguan-")
    assert os.environ["NUMBA_CACHE_DIR"] == str(CACHE_FOLDER)
