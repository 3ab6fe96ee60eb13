"""The glossary is the authority for words: each member of each enumeration in both languages, and no other."""

import importlib
import pkgutil
import re
from enum import Enum, IntEnum
from functools import cache
from pathlib import Path

import pytest

import tuoguan
from tuoguan.app.phrases import PHRASES, component_phrase
from tuoguan.contracts import QuantityName, SettingName, State
from tuoguan.contracts.labels import label
from tuoguan.foundation.parties import Duty, Party
from tuoguan.simulate import Component

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _members() -> dict[str, set[str]]:
    """Words by enumeration: the value of a text member, the name of a numbered one."""
    found: dict[str, set[str]] = {}
    for module in pkgutil.walk_packages(tuoguan.__path__, "tuoguan."):
        if module.name.endswith("__main__"):
            continue
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and issubclass(kind, Enum) and kind.__module__.startswith("tuoguan."):
                words = {member.name.lower() if issubclass(kind, IntEnum) else str(member.value) for member in kind}
                assert found.setdefault(kind.__name__, words) == words, f"two enumerations are called {kind.__name__}"
    return found


@cache
def _sections(path: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Rows (value, Chinese, meaning) by enumeration, as the page has them."""
    sections: dict[str, list[tuple[str, str, str]]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            name = line.split()[1]
            sections[name] = []
        elif line.startswith("#"):
            name = ""
        elif name and line.startswith("| `"):
            value, chinese, meaning = (cell.strip() for cell in line.strip("|").split("|"))
            sections[name].append((value.strip("`"), chinese, meaning))
    return sections


MEMBERS = _members()


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_every_member_stands_in_the_glossary_and_nothing_else(name: str, root: Path) -> None:
    rows = _sections(root / "docs" / "glossary.md").get(name)
    assert rows is not None, f"docs/glossary.md has no section ### {name}"
    written = [value for value, _, _ in rows]
    assert sorted(written) == sorted(MEMBERS[name])


def test_no_section_speaks_of_an_enumeration_that_is_gone(root: Path) -> None:
    assert set(_sections(root / "docs" / "glossary.md")) <= set(MEMBERS)


def test_every_word_has_a_chinese_one_and_a_meaning(root: Path) -> None:
    for name, rows in _sections(root / "docs" / "glossary.md").items():
        for value, chinese, meaning in rows:
            assert CHINESE.search(chinese), f"{name}: {value} has no Chinese word"
            assert meaning, f"{name}: {value} is not explained"
        chinese_words = [chinese for _, chinese, _ in rows]
        assert len(set(chinese_words)) == len(chinese_words), f"{name}: one Chinese word for two members"


WORD = re.compile(r"^\| (?P<english>[a-zA-Z ]+) \| (?P<chinese>[^|]+) \|", re.MULTILINE)


@pytest.mark.parametrize("name", ["Duty", "Party", "State", "QuantityName", "SettingName"])
def test_screens_call_terms_of_contracts_as_the_glossary_does(name: str, root: Path) -> None:
    written = {value: chinese for value, chinese, _ in _sections(root / "docs" / "glossary.md")[name]}
    assert {value: label(value, "zh") for value in written} == written


def test_screens_call_components_of_profit_as_the_glossary_does(root: Path) -> None:
    written = {value: chinese for value, chinese, _ in _sections(root / "docs" / "glossary.md")["Component"]}
    assert {component.value: component_phrase(component.value, "zh") for component in Component} == written


def test_phrases_and_labels_use_the_common_words(root: Path) -> None:
    text = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = text.split("## Words")[1].split("\n## ")[0]
    common = {found["english"].lower(): found["chinese"].strip() for found in WORD.finditer(words)}
    shown = [(english.lower(), chinese) for english, chinese in PHRASES.values()]
    ruled = {member.value for kind in (Duty, Party, State, QuantityName, SettingName) for member in kind}
    shown += [(word, label(word, "zh")) for word in common if word not in ruled and label(word, "zh") != word]
    met = [(word, chinese) for word, chinese in shown if word in common]
    assert {"contract", "term", "gap"} <= {word for word, _ in met}
    assert not [(word, chinese, common[word]) for word, chinese in met if chinese != common[word]]
