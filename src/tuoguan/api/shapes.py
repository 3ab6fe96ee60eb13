"""Shapes of answers made from the records that use cases give.

Hides how a named tuple becomes an object with names. Keeps the invariant that a field is called in the API as it is
called in the code.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel, create_model


def shape(record: type, name: str = "", *, but: Iterable[str] = (), **more: Any) -> type[BaseModel]:
    """A model with the fields of a dataclass or named tuple, less some, and some more: ``name=(type, example)``."""
    hints, left = get_type_hints(record), set(but)
    names = [one.name for one in fields(record)] if is_dataclass(record) else list(record._fields)  # type: ignore[attr-defined]
    kept: dict[str, Any] = {one: (hints[one], ...) for one in names if one not in left}
    doc = (record.__doc__ or "").strip()
    more_kept = {key: (kind, ...) for key, kind in more.items()}
    made: type[BaseModel] = create_model(name or record.__name__, __doc__=doc, **kept, **more_kept)  # type: ignore[call-overload]
    return made


def told(record: Any, **more: Any) -> dict[str, Any]:
    """A dataclass or named tuple as plain fields, and some more."""
    found = (
        {one.name: getattr(record, one.name) for one in fields(record)} if is_dataclass(record) else record._asdict()
    )
    return {**found, **more}
