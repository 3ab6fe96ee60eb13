"""Tables at the border: declared columns, and files that appear whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

Schema = Mapping[str, pl.DataType | type[pl.DataType]]


def empty(schema: Schema) -> pl.DataFrame:
    """A table with these columns and no row."""
    return pl.DataFrame(schema=dict(schema))


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The frame with exactly the schema's columns, in its order and types; a missing column comes as nulls."""
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary neighbour of ``path`` that replaces it only when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_all(writers: Mapping[Path, Callable[[Path], object]]) -> None:
    """All files or none: each writer fills a temporary neighbour, and only then are they renamed into place."""
    temporary_by_path: dict[Path, Path] = {}
    try:
        for path, write in writers.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            os.close(handle)
            temporary_by_path[path] = Path(name)
            write(Path(name))
        for path, temporary in temporary_by_path.items():
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
    finally:
        for temporary in temporary_by_path.values():
            temporary.unlink(missing_ok=True)
