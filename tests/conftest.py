"""What every test may ask for: the root, the shared folder with real data; and repeatable Hypothesis runs."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# "ci" draws the same examples on every machine; HYPOTHESIS_PROFILE=search looks for new ones, longer.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=200, database=None)
settings.register_profile(
    "search", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data and published tables beside the repository; skips where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no shared folder with real data beside the repository")
    return folder


@pytest.fixture
def record_golden() -> bool:
    """True under ``make golden``: write what is seen instead of comparing with it."""
    return os.environ.get("TUOGUAN_RECORD_GOLDEN") == "1"
