"""One difference, both sides: what the contract says step by step, what was paid line by line, and what proves it.

Hides where lines, expectations, terms and entries lie. Keeps the invariant that every figure names where it is from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.reconciling import FOLDER
from tuoguan.app.statements_view import differences_of
from tuoguan.contracts import Compiled, Key, Library, Placed, Provenance, load
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Entry, Work

SHOWN = 200  # rows of a side; a difference of a whole statement can have thousands


@dataclass(frozen=True, slots=True)
class Said:
    """A step of what the contract says should be paid: the expectation, its term, the entry it rests on."""

    due: Mapping[str, Any]
    key: Key
    term: Placed[Provenance] | None
    sources: tuple[str, ...]
    entry: Entry | None
    tracking: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of what differs, with both sides; ``more_due``, ``more_lines`` are left out for length."""

    row: Mapping[str, Any]
    said: tuple[Said, ...]
    lines: tuple[Mapping[str, Any], ...]
    documents: tuple[str, ...]
    more_due: int
    more_lines: int


def difference(work: Work, folder: Path, name: str) -> Difference:
    """The difference of this id. Refused (code "no_document") where the last run has none."""
    found = differences_of(folder).filter(pl.col("id") == name).collect().to_dicts()
    if not found:
        fix = "open it from the list; another run may have settled it"
        raise Refused([Problem("difference", repr(name)[:40], "one of the last run", fix, "no_document")])
    row = found[0]
    due = _side(folder, "expected", row["match"])
    lines = _side(folder, "lines", row["match"])
    said = tuple(_said(work, one) for one in due[:SHOWN])
    documents = tuple(dict.fromkeys(one["document"] for one in due))[:SHOWN]
    return Difference(
        row, said, tuple(lines[:SHOWN]), documents, max(0, len(due) - SHOWN), max(0, len(lines) - SHOWN)
    )  # fmt: skip


def _side(folder: Path, name: str, match: int) -> list[dict[str, Any]]:
    """One side's rows; the file is in the order of matches, so little of it is read."""
    return pl.scan_parquet(folder / FOLDER / f"{name}.parquet").filter(pl.col("match") == match).collect().to_dicts()


def _said(work: Work, due: Mapping[str, Any]) -> Said:
    compiled = work.terms.find(due["contract"])
    key = ("charge", due["term"], str(due["step"]))
    term = _charges(compiled).get(key) if compiled else None
    position = due["position"]
    entry = next(iter(work.ledger.store.entries(position - 1, position)), None)
    document = work.document(due["document"])
    sources = tuple(_source(_library(), name) for name in filter(None, due["source"].split(", ")))
    return Said(due, key, term, sources, entry, str(document.details.get("tracking_number", "")))


@lru_cache(maxsize=32)
def _charges(compiled: Compiled) -> dict[Key, Placed[Provenance]]:
    return {item.key: item for item in compiled.in_force if item.key[0] == "charge"}


@lru_cache(maxsize=1)
def _library() -> Library:
    return load()


def _source(library: Library, name: str) -> str:
    """A source by id, with what it is and the day it was held."""
    known = library.sources.get(name)
    return f"{name}: {known.what} ({known.held or '–'})" if known else name
