"""What was refused or found wrong, in the reader's language: sentences that were put together are taken apart again.

Hides the search. A text of the catalogs with places ``{0}``, ``{1}`` … is the pattern of a sentence of the code, whose
values are put into the Chinese one. Keeps the invariants that a sentence nobody translated stands in English as it is,
never half of it, and that a value stands as it was, unless it is a word of the field.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from tuoguan.app.document_words import KINDS
from tuoguan.contracts import label
from tuoguan.operate import load_flows
from tuoguan.web.translating import Language, catalog

PLACE = re.compile(r"\{(\d)\}")
LETTERS = re.compile("[A-Za-z]")
# A sentence that says little itself, such as "{0} to {1}", fits many that it was not made for; then what stands in its
# places is English, not values.
FEWEST, FEW = 4, 12  # letters
SPACED = re.compile("[a-z] |[a-z]{2,} [0-9a-z]")
SENTENCE = re.compile(r"\b(a|an|the|of|to|no|or|and|is|that)\b|[a-z]{2,} [a-z]{2,} [a-z]{2,}")
# Places whose value somebody has to write, or finds in a file, as it stands.
TYPED = {
    "write {0}": 0, "write one of {0}": 0, "use one of: {0}": 0, "one of {0}": 0, "such as {0}": 0, "add {0} = …": 0,
    "change {0} in {1}": 0, "the field {0}": 0, "{0}, column {1}": 1, "column {0}": 0, "field {0}": 0,
}  # fmt: skip
LISTS = ((", ", "、"), (" or ", "或"), (" and ", "和"), (" ", " "))
KEPT = 1 << 12
LONGEST = 600  # characters; what is longer is somebody's own text, not a sentence of the code


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with places: what stands around them in English, and the whole of it in Chinese."""

    pieces: tuple[str, ...]
    chinese: str
    letters: int
    longest: str
    typed: int

    def values(self, text: str) -> tuple[str, ...] | None:
        """What stands in the places, if the text is this sentence: each value the shortest that fits."""
        first, *inner, last = self.pieces
        at, end = len(first), len(text) - len(last)
        if self.longest not in text or end < at or not text.startswith(first) or not text.endswith(last):
            return None
        found = []
        for piece in inner:
            until = text.find(piece, at, end)
            if until < 0:
                return None
            found.append(text[at:until])
            at = until + len(piece)
        return (*found, text[at:end])

    def fits(self, told: Sequence[str]) -> bool:
        """True unless the sentence says little itself, and English that it was not made for stands in its places."""
        wrong = SENTENCE if self.letters > FEWEST else SPACED
        return self.letters >= FEW or not any(map(wrong.search, told))

    def filled(self, told: Sequence[str]) -> str:
        """The Chinese with its values."""
        return PLACE.sub(lambda match: told[int(match[1])], self.chinese)


@cache
def _patterns() -> tuple[Pattern, ...]:
    """All sentences with places, those that say most first; one that is only places is none."""
    found = []
    for text, chinese in catalog("zh").items():
        if len(pieces := tuple(PLACE.split(text)[::2])) > 1 and (letters := len(LETTERS.findall("".join(pieces)))):
            found.append(Pattern(pieces, chinese, letters, max(pieces, key=len), TYPED.get(text, -1)))
    return tuple(sorted(found, key=lambda one: (-one.letters, -sum(map(len, one.pieces)))))


def said(text: str, language: Language, at: str = "") -> str:
    """The text of a problem in the language; ``at`` is where the problem is, which says of which flow it speaks."""
    if language == "en" or len(text) > LONGEST:
        return text
    flow = (at or text).partition("/")[0]
    return _said(text, flow if flow in load_flows() else "", not at)


@lru_cache(KEPT)
def _said(text: str, flow: str, place: bool) -> str:
    known = catalog("zh").get(text) or _word(text, flow, place)
    if known:
        return known
    for pattern in _patterns():
        values = pattern.values(text)
        if values is not None:
            told = [
                value if number == pattern.typed else _said(value, flow, place) for number, value in enumerate(values)
            ]
            if pattern.fits(told):
                return pattern.filled(told)
    for separator, chinese in LISTS:
        parts = text.split(separator)
        words = [_word(part, flow, place) or (separator != " " and catalog("zh").get(part)) for part in parts]
        if len(parts) > 1 and all(words):
            return chinese.join(map(str, words))
    for separator, chinese in ((": ", "："), (", ", "，")) if place else ((": ", "："),):
        parts = text.split(separator)
        whole = [_said(part, flow, place) for part in parts] if len(parts) > 1 else parts
        if whole != parts:
            return chinese.join(whole)
    return text


def _word(text: str, flow: str, place: bool) -> str:
    """A word of the flow, then of the contracts; "" for none. Where the problem is, a move is meant, else a state."""
    if " " in text:
        return ""
    if flow:
        one = load_flows()[flow]
        kinds = (one.moves, one.states) if place else (one.states, one.moves)
        titles = {item.name: item.title_zh for kind in reversed(kinds) for item in kind}
        if title := titles.get(text) or (KINDS[text][2] if text in KINDS else ""):
            return title
    named = label(text, "zh")
    return named if named != text.replace("_", " ") else ""
