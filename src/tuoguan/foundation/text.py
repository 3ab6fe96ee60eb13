"""Text in columns of a terminal. Hides that a Chinese character takes two; loses nothing without a mark."""

from unicodedata import east_asian_width


def width_of(text: str) -> int:
    """Columns that a text takes: two for a wide character.

    >>> width_of("Acme 全托管")
    11
    """
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with blanks up to ``width`` columns, before it when ``right``; a longer one as it is.

    >>> padded("全托管", 8) + "|"
    '全托管  |'
    """
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def cut(text: str, width: int) -> str:
    """The text in at most ``width`` columns; what is left out is marked by an ellipsis.

    >>> cut("全托管", 5)
    '全托…'
    """
    return text if width_of(text) <= width else text[: fitting(text, width - 1)] + "…"


def fitting(text: str, width: int) -> int:
    """How many characters, from the first, fit into ``width`` columns."""
    used = 0
    for index, character in enumerate(text):
        used += width_of(character)
        if used > width:
            return index
    return len(text)


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of at most ``width`` columns, broken at blanks where possible; later lines stand two columns further in.

    The text's own leading blanks count as indent. A text that fits stays as it is, blanks inside included.
    """
    lead = (indent + text[: len(text) - len(text.lstrip())])[: width // 2]
    if width_of(indent + text.rstrip()) <= width:
        return [indent + text.rstrip()]
    lines, current, start = [], lead, True
    for word in text.split():
        joined = current + ("" if start else " ") + word
        if width_of(joined) > width and not start:
            lines.append(current)
            joined = f"{lead}  {word}"
        while width_of(joined) > width:
            first = fitting(joined, width)
            lines.append(joined[:first])
            joined = f"{lead}  {joined[first:]}"
        current, start = joined, False
    return [*lines, current]


def inert(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it: one that begins like a formula gets an apostrophe.

    >>> inert("=1+1"), inert("-12.50"), inert("MUG-01")
    ("'=1+1", '-12.50', 'MUG-01')
    """
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not text.removeprefix("-").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text
