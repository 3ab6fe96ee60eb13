"""Shapes of answers made from the records that use cases give.

Hides how a record becomes an object with names. Keeps the invariant that a field is called in the API as it is
called in the code.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import msgspec
from pydantic import BaseModel, create_model


def shape(record: type, name: str = "", *, but: Iterable[str] = (), **more: Any) -> type[BaseModel]:
    """A model with the fields of a record, less some, and some more: ``name=(type, example)``."""
    hints, left, said = get_type_hints(record), set(but), {}
    if issubclass(record, msgspec.Struct):
        said = {one.name: one.default for one in msgspec.structs.fields(record) if not one.required}
    kept: dict[str, Any] = {one: (hints[one], said.get(one, ...)) for one in _names(record) if one not in left}
    doc = (record.__doc__ or "").strip()
    more_kept = {key: (kind, ...) for key, kind in more.items()}
    made: type[BaseModel] = create_model(name or record.__name__, __doc__=doc, **kept, **more_kept)  # type: ignore[call-overload]
    return made


def told(record: Any, **more: Any) -> dict[str, Any]:
    """A record as plain fields, and some more."""
    return {name: getattr(record, name) for name in _names(record)} | more


def _names(record: Any) -> Iterable[str]:
    """The fields of a record, or of a kind of records."""
    if is_dataclass(record):
        return [one.name for one in fields(record)]
    names: tuple[str, ...] = getattr(record, "_fields", None) or record.__struct_fields__
    return names
