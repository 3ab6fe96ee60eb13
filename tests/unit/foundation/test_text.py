"""Text in columns: nothing lost by wrapping, nothing wider than asked, what is cut is marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuoguan.foundation.text import cut, fitting, padded, width_of, wrapped

TEXTS = st.text(alphabet="ab 全托管，（…é", max_size=80)


@given(TEXTS, st.integers(10, 40), st.sampled_from(["", "  ", "      "]))
def test_wrapping_loses_no_character_and_no_column(text: str, width: int, indent: str) -> None:
    lines = wrapped(text, width, indent)
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_wrapping_breaks_words_only_when_they_are_too_long() -> None:
    assert wrapped("one two three", 10) == ["one two", "  three"]
    assert wrapped("  a  b", 10) == ["  a  b"]
    assert wrapped("    seven words", 12) == ["    seven", "      words"]
    assert wrapped("abcdefghijkl", 10) == ["abcdefghij", "  kl"]
    assert wrapped("", 10) == [""]


@given(TEXTS, st.integers(1, 40))
def test_cut_fits_and_marks_what_is_left_out(text: str, width: int) -> None:
    shown = cut(text, width)
    assert width_of(shown) <= width
    assert shown == text if width_of(text) <= width else shown.endswith("…") and text.startswith(shown[:-1])


@pytest.mark.parametrize(("text", "width", "count"), [("全托管", 5, 2), ("abc", 2, 2), ("abc", 9, 3), ("全", 1, 0)])
def test_fitting_counts_characters_by_their_columns(text: str, width: int, count: int) -> None:
    assert fitting(text, width) == count


def test_padding_counts_columns() -> None:
    assert padded("托管", 6) == "托管  "
    assert padded("托管", 6, right=True) == "  托管"
    assert padded("托管", 3) == "托管"
