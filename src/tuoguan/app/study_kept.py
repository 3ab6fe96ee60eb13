"""The study of a decision in one file, so that it can be made again under other limits or terms without playing.

Hides the format: a zip of arrays in the smallest type that holds them, and a head of JSON. Keeps three invariants:
equal decisions give equal bytes; the file appears whole or not at all; what is read back is what was written, to the
bit, or is refused in one sentence.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tuoguan.app.decide import Decision
from tuoguan.choose import Portfolio, Recipe, Study, recipe_of
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file
from tuoguan.intake import Seller
from tuoguan.simulate import Scenario

FILE = "study.npz"
FORMAT = "tuoguan study"
VERSION = 1
HEAD = "head.json"
LEVEL = 1  # of deflate, the fastest
SAMPLE, WORTH = 1 << 16, 0.7  # bytes looked at, and to what share they must shrink to be squeezed
WIDTHS = (np.int8, np.int16, np.int32)
PARTS: Mapping[str, type[Any]] = {"study": Study, "recipe": Recipe, "portfolio": Portfolio}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a decision leaves: ``portfolio`` is its answer, ``scenario`` its luck and world (no options), ``hashes`` of
    inputs, contracts and code.
    """

    study: Study
    recipe: Recipe
    portfolio: Portfolio
    seller: Seller
    scenario: Scenario
    hashes: Mapping[str, str]


def kept_of(decision: Decision) -> Kept:
    """What is to be kept of a decision."""
    evaluated, opened = decision.evaluated, decision.opened
    scenario = evaluated.scenario
    recipe = recipe_of(evaluated.groups.options, opened.demand, scenario)
    bare = replace(scenario, options=())
    return Kept(decision.study, recipe, decision.portfolio, opened.batch.seller, bare, decision.hashes)


def keep_study(decision: Decision, folder: Path) -> Path:
    """The path of the study's file, written into ``folder``."""
    path = folder / FILE
    with whole_file(path) as partial:
        partial.write_bytes(packed(kept_of(decision)))
    return path


def packed(kept: Kept) -> bytes:
    """The bytes of the file."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    head: dict[str, Any] = {
        "format": FORMAT, "version": VERSION, "hashes": dict(kept.hashes), "seller": kept.seller,
        "scenario": kept.scenario,
    }  # fmt: skip
    for part in PARTS:
        head[part] = _taken_apart(part, getattr(kept, part), arrays)
    head["types"] = {name: array.dtype.str for name, array in arrays.items()}
    members = {name: _bytes(narrowed(array)) for name, array in arrays.items()}
    head["content"] = _content(head, members)
    return _zipped({HEAD: _json(head), **{f"{name}.npy": raw for name, raw in members.items()}})


def _taken_apart(part: str, value: object, arrays: dict[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """The fields that are no arrays; arrays go into ``arrays`` under the part's name and theirs."""
    rest: dict[str, Any] = {}
    for one in fields(PARTS[part]):
        found = getattr(value, one.name)
        if isinstance(found, np.ndarray):
            arrays[f"{part}.{one.name}"] = found
        else:
            rest[one.name] = found
    return rest


def narrowed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers in the smallest signed type that holds them all; anything else as it is."""
    if array.dtype != np.int64 or not array.size:
        return array
    low, high = int(array.min()), int(array.max())
    for width in WIDTHS:
        if np.iinfo(width).min <= low and high <= np.iinfo(width).max:
            return array.astype(width)
    return array


def _bytes(array: npt.NDArray[Any]) -> bytes:
    stream = BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(array), allow_pickle=False)
    return stream.getvalue()


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted", enc_hook=_plain)


def _plain(value: object) -> object:
    """A number of numpy's as Python's own; TypeError for anything else that JSON does not know."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in the head")


def _content(head: Mapping[str, Any], members: Mapping[str, bytes]) -> str:
    """The hash of the head, its own ``content`` aside, and of every array."""
    own = _json({name: value for name, value in head.items() if name != "content"})
    return content_hash(own, *(part for name in sorted(members) for part in (name.encode(), members[name])))


def _zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip that holds no clock: every member has the same date."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as made:
        for name, raw in members.items():
            # Numbers like random ones only cost time when they are squeezed.
            pays = len(zlib.compress(raw[:SAMPLE], LEVEL)) < WORTH * len(raw[:SAMPLE])
            made.writestr(zipfile.ZipInfo(name), raw, zipfile.ZIP_DEFLATED if pays else zipfile.ZIP_STORED, LEVEL)
    return stream.getvalue()


def load_study(path: Path) -> Kept:
    """The study of a file; Refused with one sentence when it is missing, none of ours, of another version or broken."""
    if not path.is_file():
        raise _refused(path, "no such file", "run `tuoguan decide` first: it leaves the study beside its outputs")
    try:
        with zipfile.ZipFile(path) as kept:
            members = {name: kept.read(name) for name in kept.namelist()}
        head = msgspec.json.decode(members.pop(HEAD))
        known = head["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise _refused(path, f"not readable as a study ({type(error).__name__})") from None
    if not known or head["version"] != VERSION:
        found = f"{head['format']!r} version {head.get('version')!r}"
        raise _refused(path, found, "decide again with this version of the program")
    try:
        return _kept(head, {name.removesuffix(".npy"): raw for name, raw in members.items()})
    except (ValueError, KeyError, TypeError, EOFError, AttributeError) as error:
        raise _refused(path, f"a study that is not what was written ({error})") from None


def _kept(head: dict[str, Any], members: dict[str, bytes]) -> Kept:
    if head["content"] != _content(head, members):
        raise ValueError("its content hash does not fit")
    types = head["types"]
    arrays = {name: _array(raw).astype(types[name], copy=False) for name, raw in members.items()}
    parts = {name: _put_together(name, kind, head[name], arrays) for name, kind in PARTS.items()}
    seller, scenario = msgspec.convert(head["seller"], Seller), msgspec.convert(head["scenario"], Scenario)
    return Kept(parts["study"], parts["recipe"], parts["portfolio"], seller, scenario, head["hashes"])


def _array(raw: bytes) -> npt.NDArray[Any]:
    return np.asarray(np.lib.format.read_array(BytesIO(raw), allow_pickle=False))


def _put_together(part: str, kind: type[Any], rest: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    """The dataclass again; fields whose annotation holds no array are converted to what the annotation says."""
    found: dict[str, Any] = {}
    for one in fields(kind):
        name = f"{part}.{one.name}"
        found[one.name] = arrays[name] if name in arrays else msgspec.convert(rest[one.name], one.type)
    return kind(**found)


def _refused(path: Path, found: str, fix: str = "run `tuoguan decide` again") -> Refused:
    return Refused([Problem(str(path), found, "the study that `tuoguan decide` leaves", fix, "no_study")])
