"""A small made-up library written into a folder, for tests that need no real platform."""

from pathlib import Path

BAD = Path(__file__).parents[2] / "bad" / "contracts"


def write_library(folder: Path, extra: str = "") -> Path:
    """The folder with one sound contract (``extra`` is appended to it) and the register of sources."""
    (folder / "acme" / "full").mkdir(parents=True, exist_ok=True)
    text = (BAD / "whole" / "contract.toml").read_text(encoding="utf-8")
    (folder / "acme" / "full" / "US.toml").write_text(text + extra, encoding="utf-8")
    (folder / "sources.toml").write_text((BAD / "whole" / "sources.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def write_overlay(folder: Path, name: str, head: str, rate: str) -> None:
    """One overlay file that negotiates the fee's rate; ``head`` says for which products."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (BAD / "whole" / "overlay.toml").read_text(encoding="utf-8")
    text = text.replace('category = "shoes"\n', head).replace('rate = "0.04"', f'rate = "{rate}"')
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
