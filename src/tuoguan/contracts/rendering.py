"""Explanations, comparisons, lists and differences as lines of text of at most 100 columns, in English or Chinese.

Hides the layout. Keeps the invariant that nothing is cut: what is too long is wrapped.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest

from tuoguan.contracts.comparing import Comparison, Pair
from tuoguan.contracts.explaining import Changed, Explained, Summary
from tuoguan.contracts.labels import label
from tuoguan.foundation.days import iso
from tuoguan.foundation.money import format_minor
from tuoguan.foundation.text import padded, wrapped

COLUMNS = 100
_LIST, _COMPARE = (25, 29, 10, 7, 9, 9, 9), (32, 33, 33)


def list_lines(rows: Iterable[Summary], language: str = "en") -> list[str]:
    """One line per contract: id, block of the research register, state on the day, shares of values by evidence."""
    heads = ("contract", "block", "state", "values", "sourced", "ranged", "assumed")
    lines = _row([label(head, language) for head in heads], _LIST) + ["-" * COLUMNS]
    for row in rows:
        shares = [f"{100 * part / max(row.values, 1):.0f} %" for part in (row.sourced, row.ranged, row.assumed)]
        state = label("base" if row.base else row.state.value, language)
        lines += _row([row.id, row.block, state, str(row.values), *shares], _LIST)
    return lines


def show_lines(rows: Iterable[Explained], language: str = "en") -> list[str]:
    """Every term under the heading of its list, each with source, dates and place below it."""
    lines: list[str] = []
    for section, items in groupby(rows, key=lambda row: row.section):
        lines += [label(section, language).upper(), *(line for item in items for line in _shown(item, language)), ""]
    return lines


def compare_lines(comparison: Comparison, language: str = "en") -> list[str]:
    """Duties, what one parcel moves in each story, deadlines, settings and quantities, side by side."""
    lines = _row([iso(comparison.on), comparison.first, comparison.second], _COMPARE) + ["=" * COLUMNS]
    lines += _block("who does what", comparison.duties, language)
    lines += [f"{label('one parcel', language)} ({comparison.currency})"]
    for story in dict.fromkeys(line.story for line in comparison.stories):
        lines += _story(comparison, story, language)
    for title in ("deadlines", "settings", "quantities"):
        lines += ["", *_block(title, getattr(comparison, title), language)]
    return lines


def diff_lines(rows: Sequence[Changed], language: str = "en") -> list[str]:
    """Each changed term below its contract: ``-`` what held, ``+`` what holds, and where the newer version stands."""
    if not rows:
        return [label("no change", language)]
    lines: list[str] = []
    for name, items in groupby(rows, key=lambda row: row.id):
        lines.append(name)
        for item in items:
            lines += wrapped(f"{item.term} ({item.at}; {', '.join(item.source) or '-'})", COLUMNS, "  ")
            lines += wrapped(f"- {item.before or label('nothing', language)}", COLUMNS, "    ")
            lines += wrapped(f"+ {item.after or label('nothing', language)}", COLUMNS, "    ")
    return lines


def _shown(item: Explained, language: str) -> Iterator[str]:
    known = label(item.name, language)
    name = known if known == item.name.replace("_", " ") else f"{known} ({item.name})"
    yield from wrapped(f"{name}: {item.text}", COLUMNS, "  ")
    dates = ((label("held", language), item.held), (label("from", language), item.effective_from))
    parts = [f"{what} {day}" for what, day in (*dates, (label("until", language), item.until)) if day]
    source = ", ".join(item.source) or "-"
    told = "; ".join([f"{label('source', language)} {source} ({item.evidence.value})", *parts, item.at])
    yield from wrapped(told, COLUMNS, "      ")
    if item.note:
        yield from wrapped(f"{label('note', language)}: {item.note}", COLUMNS, "      ")


def _block(title: str, pairs: Iterable[Pair], language: str) -> list[str]:
    """A heading and one row per pair; words of the vocabulary are translated, everything else stands as it is."""
    lines = [label(title, language)]
    for pair in pairs:
        sides = [label(text, language) if text.isidentifier() else text or "-" for text in (pair.first, pair.second)]
        lines += _row(["  " + label(pair.name, language), *sides], _COMPARE)
    return lines


def _story(comparison: Comparison, story: str, language: str) -> list[str]:
    """The total of the story, then one row per term."""
    totals = [_money(minor, comparison.currency) for minor in comparison.total_minor(story)]
    lines = _row(["  " + label(story, language), *totals], _COMPARE)
    for line in comparison.stories:
        if line.story == story:
            sides = [_money(minor, comparison.currency) for minor in (line.first_minor, line.second_minor)]
            lines += _row(["    " + line.term, *sides], _COMPARE)
    return lines


def _money(minor: int | None, currency: str) -> str:
    return "-" if minor is None else format_minor(minor, currency)


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The cells beside each other, each wrapped in its column."""
    columns = [wrapped(cell, width - 1) for cell, width in zip(cells, widths, strict=True)]
    rows = zip_longest(*columns, fillvalue="")
    lines = ("".join(padded(part, width) for part, width in zip(row, widths, strict=True)) for row in rows)
    return [line.rstrip() for line in lines]
