"""Every text of the page stands in the Chinese catalogs, with the same places for values, and none is left over.

What is refused or found wrong anywhere in the source is text of the page, too.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

import tuoguan.web
from refusal_texts import refusal_texts
from tuoguan.web.translating import LOCALES, catalog

WEB = Path(tuoguan.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
PLACES = re.compile(r"\{(\w*)[^}]*\}")
SAME_IN_BOTH = {
    "tuoguan",
    "SKU",
    "XLSX",
    "CSV",
    "JSON",
    "Parquet",
    "CVaR",
    "FX",
    "HTML",
    "API",
    "TOML",
    "English",
    "UTC",
}


def of_template(path: Path) -> Iterator[str]:
    """Texts that a template asks to be translated."""
    for _, _, message in extract_from_ast(Environment().parse(path.read_text("utf-8"))):
        if isinstance(message, str):
            yield message
        elif message and isinstance(message[0], str):
            yield message[0]


def of_module(path: Path) -> Iterator[str]:
    """Texts in calls of ``_()`` and ``….t()`` of a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("t", "_") and isinstance(node.args[0].value, str):
                yield node.args[0].value


@cache
def texts() -> dict[str, str]:
    """Every text, with a file where it stands."""
    found = {text: path.name for path in WEB.rglob("*.py") for text in of_module(path)}
    found |= {text: str(path.relative_to(WEB)) for path in TEMPLATES for text in of_template(path)}
    return refusal_texts() | found


def test_every_text_has_its_chinese() -> None:
    known = catalog("zh")
    missing = {text: where for text, where in texts().items() if text not in known and re.search("[A-Za-z]{2}", text)}
    missing = {text: where for text, where in missing.items() if text not in SAME_IN_BOTH}
    assert not missing, "\n".join(f"{where}: {text}" for text, where in missing.items())


def test_both_languages_have_the_same_places_for_values() -> None:
    wrong = {
        text: said
        for text, said in catalog("zh").items()
        if Counter(PLACES.findall(text)) != Counter(PLACES.findall(said))
    }
    assert not wrong


def test_no_text_is_left_over_and_none_is_said_in_two_ways() -> None:
    said: dict[str, set[str]] = {}
    for path in sorted((LOCALES / "zh").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                if message.id:
                    said.setdefault(str(message.id), set()).add(str(message.string))
    assert not {text: ways for text, ways in said.items() if len(ways) > 1}
    code = "\n".join(path.read_text("utf-8") for path in [*WEB.rglob("*.py"), *TEMPLATES])
    code += (WEB.parent / "intake" / "mappings" / "codes.toml").read_text("utf-8")  # what reading expects, and its fix
    assert not [text for text in said if text not in texts() and text not in code]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB / "templates")))
def test_no_text_of_a_template_stands_outside_of_the_translation(path: Path) -> None:
    text = path.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    attributes = re.findall(r"(?:aria-label|title|placeholder|alt|data-tip)=\"([^\"]*[A-Za-z]{2}[^\"]*)\"", text)
    shown = re.sub(r"<!?[a-zA-Z/](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", " ", text)
    words = [word for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", " ", shown)) if word not in SAME_IN_BOTH]
    assert not words and not attributes
