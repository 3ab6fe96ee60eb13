"""`tuoguan contracts`: no line is too wide, JSON is JSON, every pair and every dated change can be shown."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from research_register import changes, register_text
from tuoguan.contracts import load
from tuoguan.foundation.days import iso, parse_day
from tuoguan.foundation.text import width_of
from unit.cli.called import call

IDS, CARDS = load().ids(), sorted(load().cards)
ON = "2026-11-22"
CHUNKS = 6
LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh"])


def fits(text: str) -> bool:
    """True when every line stands on a screen of 100 columns; the widest line is shown otherwise."""
    widest = max(text.splitlines(), key=width_of)
    assert width_of(widest) <= 100, widest
    return bool(text.strip())


@LANGUAGES
def test_list_has_every_contract(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = call(capsys, "contracts", "list", "--on", ON, "--lang", lang)
    assert told.code == 0
    assert fits(told.out)
    rows = json.loads(call(capsys, "contracts", "list", "--on", ON, "--json").out)
    assert set(IDS) <= {row["id"] for row in rows}
    assert all(row["id"][:24] in told.out for row in rows)


@LANGUAGES
@pytest.mark.parametrize("name", [*IDS, *CARDS])
def test_show_tells_every_term(name: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = call(capsys, "contracts", "show", name, "--on", ON, "--lang", lang)
    assert told.code == 0
    assert fits(told.out)
    terms = json.loads(call(capsys, "contracts", "show", name, "--on", ON, "--json").out)
    assert terms
    assert all({"section", "name", "text", "source", "evidence", "held", "at"} <= set(term) for term in terms)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_any_two_contracts_can_be_compared(chunk: int, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = list(combinations(IDS, 2))[chunk::CHUNKS]
    assert len(pairs) >= len(IDS) * (len(IDS) - 1) // 2 // CHUNKS
    for index, (a, b) in enumerate(pairs):
        lang = ("en", "zh")[index % 2]
        told = call(capsys, "contracts", "compare", a, b, "--on", ON, "--lang", lang)
        assert told.code == 0, (a, b, told.err)
        assert fits(told.out)


def test_a_comparison_in_json_holds_what_the_text_holds(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(call(capsys, "contracts", "compare", IDS[0], IDS[-1], "--on", ON, "--json").out)
    assert (found["first"], found["second"], found["currency"]) == (IDS[0], IDS[-1], "USD")
    assert len(found["duties"]) == 13
    assert found["stories"] and found["settings"] and found["quantities"]


def test_a_contract_compared_with_itself_moves_the_same_money(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(call(capsys, "contracts", "compare", IDS[0], IDS[0], "--on", ON, "--json").out)
    assert found["stories"]
    assert all(line["first_minor"] == line["second_minor"] for line in found["stories"])
    assert all(pair["first"] == pair["second"] for pair in [*found["duties"], *found["settings"]])


def test_every_dated_change_of_the_register_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    days = sorted({parse_day(change.date) for change in changes(register_text())})
    assert len(days) > 20
    for day in days:
        for lang in ("en", "zh"):
            told = call(capsys, "contracts", "diff", iso(day - 1), iso(day), "--lang", lang)
            assert told.code == 0
            assert fits(told.out)
        rows = json.loads(call(capsys, "contracts", "diff", iso(day - 1), iso(day), "--json").out)
        assert rows, iso(day)
        assert all(row["before"] != row["after"] or row["source"] for row in rows)


def test_a_day_without_a_change_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "contracts", "diff", ON, ON).out == "no change\n"
    assert call(capsys, "contracts", "diff", ON, ON, "--lang", "zh").out == "没有变化\n"
    assert json.loads(call(capsys, "contracts", "diff", ON, ON, "--json").out) == []


def test_our_own_terms_have_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    told = call(capsys, "contracts", "check")
    assert told.code == 0
    assert told.out.startswith("0 errors, 0 warnings, ")


def test_a_new_contract_is_written_once_and_its_check_lists_what_to_fill(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ("contracts", "new", "acme", "semi", "UK", "--dir", tmp_path)
    path = tmp_path / "acme" / "semi" / "UK.toml"
    assert call(capsys, *words).out == f"wrote {path}\n"
    told = call(capsys, "contracts", "check", path, "--json")
    assert told.code == 2
    problems = json.loads(told.out)["problems"]
    lines = path.read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if '= "?"' in line and not line.startswith("#")]
    at = [problem["at"] for problem in problems if problem["code"] == "to_fill"]
    assert len(at) == len(set(at)) == len(asked) > 20
    assert len({str(problem) for problem in problems}) == len(problems)
    again = call(capsys, *words)
    assert again.code == 2
    assert "no file yet" in again.err
