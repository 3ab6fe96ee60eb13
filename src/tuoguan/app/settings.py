"""The seller's file changed by a form: checked by reading itself, written whole, the old one kept beside.

Hides TOML and how a form names its fields. Keeps the invariants that nothing is written over what somebody else wrote
meanwhile, that what is written can be read, and that comments stay where their lines stay.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from tuoguan.app.settings_fields import Field, Page, Rows
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file
from tuoguan.intake import rewritten, seller_from, seller_template, settings_of

FILE = "seller.toml"
OLD = ".settings"  # in a workspace: earlier versions of the file
ROWS_MOST = 500
Form = Mapping[str, Sequence[str]]
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Current:
    """The file as it is: ``digest`` "" where there is none, ``values`` what it says."""

    text: str
    digest: str
    values: dict[str, Any]


def current(folder: Path) -> Current:
    """The seller's file. Refused when it is no TOML."""
    path = folder / FILE
    if not path.is_file():
        return Current("", "", {})
    data = path.read_bytes()
    text = data.decode("utf-8-sig", "replace")
    return Current(text, hashlib.sha256(data).hexdigest()[:16], settings_of(text))


def wanted(values: Mapping[str, Any], page: Page, form: Form) -> tuple[dict[str, Any], list[Problem]]:
    """What the file is to say after the form, and texts of the form that are no such value; these stand in it as typed.

    A field that is left empty says nothing: the file then has no such line, and the default holds.
    """
    made, wrong = _copied(values), list[Problem]()
    for field in page.fields:
        _set(made, field.path.split("."), _value(field, field.path, form, wrong))
    for rows in page.rows:
        _set(made, rows.path.split("."), _rows(rows, form, wrong))
    return made, wrong


def save(folder: Path, page: Page, form: Form, seen: str, *, lang: str = "en") -> list[str]:
    """Writes what the form says; the paths of what changed. Without a file a new one begins with our comments.

    Refused, with nothing written, when the file is no longer the one they ``seen``, or would not be accepted.
    """
    with _lock:
        now = current(folder)
        if now.digest != seen:
            fix = "your text is still on this page: open the settings in another tab, compare, and enter it again"
            found = "a file that was changed since you opened this form"
            raise Refused([Problem(FILE, found, "the file you saw", fix, "changed_meanwhile")])
        made, wrong = wanted(now.values or {"schema": 1}, page, form)
        before = now.text or seller_template(lang)
        if wrong:
            raise Refused([*wrong, *_further(before, now.values, page, form, wrong)])
        text = rewritten(before, made)
        seller_from(text)
        changed = differing(now.values, made)
        if changed:
            _write(folder, text, now)
        return changed


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Paths whose values differ."""
    return sorted(_differing(before, after))


def save_text(folder: Path, text: str, seen: str) -> Current:
    """Writes the whole file as it was sent. Refused, with nothing written, as `save` is; ``seen`` "": a new file."""
    with _lock:
        now = current(folder)
        if now.digest != seen:
            fix = "read it again and bring your change in there; nothing was overwritten"
            found = "a file that was changed since you read it" if now.digest else "no file"
            raise Refused([Problem(FILE, found, "the file you saw", fix, "changed_meanwhile")])
        seller_from(text)
        _write(folder, text, now)
        return current(folder)


def _further(before: str, values: Mapping[str, Any], page: Page, form: Form, wrong: list[Problem]) -> list[Problem]:
    """What reading would say of the rest, were the texts that are no numbers numbers."""
    names = {problem.at.removeprefix(f"{FILE}: ") for problem in wrong}
    mended = {name: ["1"] * max(len(texts), 1) if name in names else texts for name, texts in form.items()}
    made, still = wanted(values or {"schema": 1}, page, mended)
    try:
        seller_from(rewritten(before, made)) if not still else None
    except Refused as refused:
        return list(refused.problems)
    return []


def _write(folder: Path, text: str, before: Current) -> None:
    if before.digest:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        with whole_file(folder / OLD / f"seller-{stamp}-{before.digest[:6]}.toml") as temporary:
            temporary.write_text(before.text, encoding="utf-8")
    with whole_file(folder / FILE) as temporary:
        temporary.write_text(text, encoding="utf-8")


def versions(folder: Path) -> list[tuple[str, int]]:
    """Earlier versions of the file with their sizes, the newest first."""
    found = sorted((folder / OLD).glob("seller-*.toml"), reverse=True) if (folder / OLD).is_dir() else []
    return [(path.name, path.stat().st_size) for path in found]


def shown(values: Mapping[str, Any], path: str) -> Any:
    """The value at a path of seller.toml, None where the file says none."""
    found: Any = values
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def rows_shown(values: Mapping[str, Any], rows: Rows) -> list[dict[str, Any]]:
    """The rows as the form shows them: value by column, the key under "key"."""
    found = shown(values, rows.path)
    if rows.key is None:
        return [dict(one) for one in found or ()]
    shape = [(key, one) for key, one in (found or {}).items()]
    plain = [column.path for column in rows.columns] == [""]
    return [{"key": key, **({"": one} if plain else dict(one))} for key, one in shape]


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _set(values: dict[str, Any], keys: list[str], value: Any) -> None:
    """Puts a value at its path; None or nothing takes it, and tables that it leaves empty, out."""
    *outer, last = keys
    tables = [values]
    for key in outer:
        tables.append(tables[-1].setdefault(key, {}))
    empty = value is None or (isinstance(value, dict | list) and not value)
    if empty and not (isinstance(value, list) and last in tables[-1] and tables[-1][last] == []):
        tables[-1].pop(last, None)
    else:
        tables[-1][last] = value
    for key, table in zip(reversed(outer), reversed(tables[:-1]), strict=True):
        if not table[key]:
            del table[key]


def _value(field: Field, name: str, form: Form, wrong: list[Problem]) -> Any:
    """What the form says of one value; None for nothing."""
    texts = [text.strip() for text in form.get(name, ()) if text.strip()]
    if field.kind in ("markets", "duties"):
        return texts
    if field.kind == "list":
        return [one.strip() for text in texts for one in text.replace("\n", ",").split(",") if one.strip()]
    if field.kind == "flag":
        return None if (texts == ["true"]) == (field.default == "true") else texts == ["true"]
    if field.kind in ("three", "pair"):
        return _several(field, name, form, wrong)
    if not texts:
        return None
    return _number(field, name, texts[0], wrong) if field.kind in ("whole", "number") else texts[0]


def _several(field: Field, name: str, form: Form, wrong: list[Problem]) -> Any:
    """Three texts, or two whole numbers; None when all are empty."""
    given = [text.strip() for text in form.get(name, ())]
    if not any(given):
        return None
    count = 3 if field.kind == "three" else 2
    if len(given) != count or not all(given):
        fix = "fill in all of them, or none"
        wrong.append(Problem(f"{FILE}: {name}", " / ".join(given), f"{count} numbers", fix, "seller_setting"))
        return given
    return given if field.kind == "three" else [_number(field, name, text, wrong) for text in given]


def _number(field: Field, name: str, text: str, wrong: list[Problem]) -> Any:
    """The number; the text itself, and a problem, where it is none."""
    try:
        value = float(text.replace(",", ""))
        if not math.isfinite(value) or (field.kind != "number" and value % 1):
            raise ValueError
    except ValueError:
        kind = "a number such as 40" if field.kind != "number" else "a number such as 12.5"
        wrong.append(Problem(f"{FILE}: {name}", f'"{text[:40]}"', kind, "correct it", "seller_setting"))
        return text
    return int(value) if value % 1 == 0 else value


def _rows(rows: Rows, form: Form, wrong: list[Problem]) -> Any:
    """All rows that the form says; a row of which nothing is filled in, or that is to go, is none."""
    listed: list[dict[str, Any]] = []
    by_key: dict[str, Any] = {}
    for index in _indexes(rows.path, form):
        start = f"{rows.path}[{index}]"
        if form.get(f"{start}.-"):
            continue
        made = {column.path: value for column in rows.columns
                if (value := _value(column, f"{start}.{column.path}", form, wrong)) not in (None, [])}  # fmt: skip
        key = next((text.strip() for text in form.get(f"{start}.key", ()) if text.strip()), "")
        if rows.key is None and made:
            listed.append(made)
        elif rows.key is not None and (key or made):
            if not key or key in by_key:
                found = f'"{key}" twice' if key else "nothing"
                wrong.append(Problem(f"{FILE}: {rows.path}", found, f"a {rows.key.path} for each row", "fill it in",
                                     "seller_setting"))  # fmt: skip
            plain = [column.path for column in rows.columns] == [""]
            by_key[key] = made.get("", "") if plain else made
    return listed if rows.key is None else by_key


def _indexes(path: str, form: Form) -> Iterator[int]:
    """Numbers of the rows that the form has of a table."""
    start = f"{path}["
    found = {name[len(start) :].partition("]")[0] for name in form if name.startswith(start)}
    numbers = sorted(int(text) for text in found if text.isdigit())
    if len(numbers) > ROWS_MOST:
        raise Refused([Problem(f"{FILE}: {path}", f"{len(numbers)} rows", f"at most {ROWS_MOST}",
                               "edit the file itself", "seller_setting")])  # fmt: skip
    return iter(numbers)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for key in {*before, *after}:
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _differing(old, new, f"{at}{key}.")
        elif old != new:
            yield f"{at}{key}"
