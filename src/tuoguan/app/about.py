"""What this is: versions, hashes of what makes a result, and what is assumed.

Hides where each is found. Keeps the invariant that a hash shown is of what is used now.
"""

import platform
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import tuoguan
from tuoguan.app.workspace import code_hash
from tuoguan.contracts import load
from tuoguan.intake import seller_from, settings_of

PACKAGES = ("polars", "numpy", "numba", "highspy", "fastapi", "uvicorn")


@dataclass(frozen=True, slots=True)
class About:
    """Versions by name, hashes by what they are of, and how many contracts the program knows."""

    versions: dict[str, str]
    hashes: dict[str, str]
    contracts: int


@cache
def about() -> About:
    """Of this program on this machine."""
    library = load()
    versions = {"tuoguan": tuoguan.__version__, "Python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return About(versions, {"code": code_hash(), "contracts": library.hash}, len(tuple(library.ids())))


def assumed_settings(folder: Path) -> list[str]:
    """Settings of the seller's file that hold by default, because the file says nothing of them."""
    path = folder / "seller.toml"
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8-sig")
    said = settings_of(text)
    seller_from(text)
    return [name for name in ("decide_on", "horizon_days", "origin", "risk", "reach", "unit_cost_share", "fx", "lanes",
                              "sites", "today") if name not in said]  # fmt: skip


__all__ = ["About", "about", "assumed_settings"]
