"""One term of an overlay as a form: taken out of the file's text, changed, and written back.

Hides TOML. Keeps the invariant that only the term that was edited changes; comments of the file are lost, which the
page says. What is written is not judged here: `overlays.review` does.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import msgspec

from tuoguan.contracts import (
    ChargeEntry,
    DeadlineEntry,
    DutyEntry,
    Key,
    Library,
    Placed,
    Provenance,
    QuantityEntry,
    SettingEntry,
)
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.problems import Problem, Refused

Term = Placed[Provenance]
Stated = Mapping[Key, Provenance]
FIELDS = ("value", "low", "high", "distribution", "evidence", "source", "held", "from", "until", "note")
EDITABLE = (ChargeEntry, QuantityEntry, DeadlineEntry, SettingEntry, DutyEntry)
NEGOTIATED = "negotiated"
_SPANS = ("hours", "days", "business_days")


@dataclass(frozen=True, slots=True)
class Edit:
    """A term as the form shows it: texts by field, "" for what is not stated."""

    key: Key
    fields: Mapping[str, str]


def key_text(key: Key) -> str:
    """A key as it stands in a form: ``charge/commission/0``."""
    return "/".join(key)


def new_text(contract_id: str) -> str:
    """A file that states nothing yet."""
    return f'schema = 1\n\n[overlay]\noverlays = "{contract_id}"\n'


def editable(placed: tuple[Placed[Provenance], ...], on: Day) -> list[Placed[Provenance]]:
    """The terms of the day that a form can change."""
    return [item for item in placed if isinstance(item.entry, EDITABLE) and item.holds(on)]


def edit_of(entry: Provenance, key: Key) -> Edit:
    """The form's fields of an entry."""
    told = msgspec.to_builtins(entry)
    low, high = told.get("range") or ("", "")
    fields = {
        "value": str(told.get(_value_field(entry)) or ""), "low": low, "high": high,
        "distribution": str(told.get("distribution") or ""), "evidence": told["evidence"],
        "source": ", ".join(told.get("source") or ()),
        **{name: told.get(name) or "" for name in ("held", "from", "until", "note")},
    }  # fmt: skip
    return Edit(key, fields)


def negotiated(edit: Edit, on: Day) -> Edit:
    """The edit as a seller begins it: their own agreement, held today, certain."""
    blank = {"low": "", "high": "", "distribution": "fixed", "source": "", "note": "", "from": "", "until": ""}
    return Edit(edit.key, {**edit.fields, **blank, "evidence": NEGOTIATED, "held": iso(on)})


def _value_field(entry: Provenance) -> str:
    """Which field of the entry is its one figure."""
    if isinstance(entry, ChargeEntry):
        return "rate" if entry.rate is not None else "amount"
    if isinstance(entry, DeadlineEntry):
        return next((name for name in _SPANS if getattr(entry, name) is not None), "hours")
    return {SettingEntry: "option", DutyEntry: "owner"}.get(type(entry), "value")


def with_edit(text: str, library: Library, edit: Edit) -> str:
    """The file's text with the edited term in it: in place of its versions there, or behind all others.

    Refused when the text is no TOML, or the contract that it changes has no such term.
    """
    document = _document(text)
    overlay = document.get("overlay")
    name = str(overlay.get("overlays", "")) if isinstance(overlay, dict) else ""
    base = _base(library, name, edit.key)
    section = edit.key[0]
    listed = document.get(section, [])
    kept = [one for one in listed if _key(section, one) != edit.key] if isinstance(listed, list) else []
    document[section] = [*kept, _entry(base, edit.fields)]
    return to_toml(document)


def without(text: str, key: Key) -> str:
    """The file's text without the term."""
    document = _document(text)
    document[key[0]] = [one for one in document.get(key[0], []) if _key(key[0], one) != key]
    return to_toml(document)


def _document(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        fix = "mend the line that is named, as text"
        raise Refused([Problem("text", str(error), "a TOML 1.0 file", fix, "not_toml")]) from None


def _base(library: Library, name: str, key: Key) -> Provenance:
    """The published term whose figure is replaced."""
    terms = library.contracts.get(name)
    found = [item for item in terms.placed if item.key == key] if terms is not None else []
    if not found or not isinstance(found[-1].entry, EDITABLE):
        fix = "choose a term from the list"
        raise Refused([Problem("term", repr(key_text(key))[:80], f"a term of {name}", fix, "unknown_term")])
    return max(found, key=lambda item: item.end).entry


def _key(section: str, entry: Any) -> Key:
    if not isinstance(entry, dict):
        return ()
    if section == "charge":
        return (section, str(entry.get("name")), str(entry.get("step", 0)))
    return (section, str(entry.get("duty" if section == "duty" else "name")))


def _entry(base: Provenance, fields: Mapping[str, str]) -> dict[str, Any]:
    """The published entry with the form's figure, range, source and dates in place of its own."""
    told = {name: value for name, value in msgspec.to_builtins(base).items() if value not in (None, "", [], ())}
    for name in ("source", "held", "evidence", "from", "until", "note", "range", "distribution"):
        told.pop(name, None)
    figure = _value_field(base)
    value = fields.get("value", "")
    told[figure] = int(value) if figure in ("days", "business_days") and value.isdigit() else value
    if fields.get("low") or fields.get("high"):
        told["range"] = [fields.get("low", ""), fields.get("high", "")]
    if fields.get("distribution", "fixed") not in ("", "fixed"):
        told["distribution"] = fields["distribution"]
    sources = [part.strip() for part in fields.get("source", "").split(",") if part.strip()]
    told |= {"source": sources} if sources else {}
    return told | {name: fields[name] for name in ("evidence", "held", "from", "until", "note") if fields.get(name)}


def to_toml(document: Mapping[str, Any]) -> str:
    """The document as text: plain values first, then tables, then lists of tables."""
    lines = [f"{_name(name)} = {_value(value)}" for name, value in document.items() if not _is_table(value)]
    for name, value in document.items():
        if isinstance(value, dict):
            lines += ["", f"[{_name(name)}]", *(f"{_name(key)} = {_value(one)}" for key, one in value.items())]
    for name, value in document.items():
        if _is_table(value) and not isinstance(value, dict):
            for entry in value:
                lines += ["", f"[[{_name(name)}]]", *(f"{_name(key)} = {_value(one)}" for key, one in entry.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(one, dict) for one in value))


def _name(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else json.dumps(name)


def _value(value: Any) -> str:
    """A TOML value; texts, numbers and truth are written as JSON writes them."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_name(name)} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
