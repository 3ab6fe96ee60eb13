"""Writes the typed client of the API, `src/tuoguan/client`, from the description that the server gives of itself.

    PYTHONPATH=src python tools/make_client.py          # writes; a test asserts that what is committed is this

Hides how schemas become records and operations become methods. Keeps the invariants that the client needs nothing but
the standard library, and that equal descriptions give equal files.
"""

import keyword
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "src" / "tuoguan" / "client"
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
Spec = Mapping[str, Any]


def main() -> int:
    for name, text in written(described()).items():
        (CLIENT / name).write_text(text, encoding="utf-8")
    return 0


def described() -> Spec:
    """The description of the API, as a server over an empty folder gives it."""
    from tuoguan.api import make_api
    from tuoguan.site import Site

    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            return make_api(site).openapi()
        finally:
            site.close()


def written(spec: Spec) -> dict[str, str]:
    """The files' texts by name, formatted as all our code."""
    texts = {"records.py": records_text(spec), "calls.py": calls_text(spec)}
    return {name: _formatted(text) for name, text in texts.items()}


def records_text(spec: Spec) -> str:
    """A frozen record for each schema of an object."""
    head = [
        '"""Records of the API, made by tools/make_client.py from its description. Over 400 lines: it has all.\n\n'
        "Computes nothing. Keeps the invariant that each is exactly what the description says.\n"
        '"""\n\n'
        "from __future__ import annotations\n\nfrom dataclasses import dataclass, field\n"
        "from typing import Any, Literal\n\n"
    ]
    schemas = spec["components"]["schemas"]
    aliases = {name: one for name, one in schemas.items() if "properties" not in one}
    lines = [f"{named(name)} = {kind_of(one)}\n" for name, one in sorted(aliases.items())]
    bodies = [record(named(name), one) for name, one in sorted(schemas.items()) if name not in aliases]
    return "".join([*head, *lines, "\n", *bodies])


def record(name: str, schema: Spec) -> str:
    """One class."""
    words = _doc(schema.get("description") or f"{name}.")
    lines = [f'@dataclass(frozen=True, slots=True, kw_only=True)\nclass {name}:\n    """{words}"""\n\n']
    required = set(schema.get("required", ()))
    for one, kind in schema["properties"].items():
        lines.append(f"    {_safe(one)}: {_optional(kind_of(kind), kind, one in required)}\n")
    if not schema["properties"]:
        lines.append("    pass\n")
    return "".join(lines) + "\n\n"


def _optional(kind: str, schema: Spec, required: bool) -> str:
    """The annotation with what stands for a field that is left out."""
    if required:
        return kind
    default = schema.get("default")
    if isinstance(default, list | dict):
        factory = f"lambda: {default!r}" if default else type(default).__name__
        return f"{kind} = field(default_factory={factory})"
    if default is None and "None" not in kind and kind != "Any":
        kind = f"{kind} | None"
    return f"{kind} = {default!r}"


def kind_of(schema: Spec) -> str:
    """A schema as a type of Python."""
    if "$ref" in schema:
        return named(schema["$ref"].rpartition("/")[2])
    if "const" in schema or "enum" in schema:
        return f"Literal[{', '.join(repr(one) for one in schema.get('enum', [schema.get('const')]))}]"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            kinds = dict.fromkeys(kind_of(one) for one in schema[key])
            return " | ".join(sorted(kinds, key=lambda kind: kind == "None"))
    kind = schema.get("type")
    if kind == "array":
        if "prefixItems" in schema:
            return f"tuple[{', '.join(kind_of(one) for one in schema['prefixItems'])}]"
        return f"list[{kind_of(schema.get('items', {}))}]"
    if kind == "object":
        more = schema.get("additionalProperties")
        return f"dict[str, {kind_of(more) if isinstance(more, dict) and more else 'Any'}]"
    if isinstance(kind, list):
        return " | ".join(PLAIN.get(one, "Any") for one in kind)
    return PLAIN.get(kind or "", "Any")


def calls_text(spec: Spec) -> str:
    """A method for each operation."""
    head = (
        '"""Calls of the API, made by tools/make_client.py from its description. Over 400 lines: it has all.\n\n'
        'Hides paths and methods. Keeps the invariant that every operation of the description has a method.\n"""\n\n'
        "import json\nfrom collections.abc import Sequence\nfrom typing import Any, Literal\n\n"
        "from tuoguan.client import records\nfrom tuoguan.client.talking import Talk, part, read\n\n\n"
        "class Client(Talk):\n"
        '    """Every operation of the API as a method; each raises NotDone with everything that is wrong."""\n\n'
    )
    methods = [
        "".join(method(path, name, operation))
        for path, operations in spec["paths"].items() for name, operation in operations.items()
    ]  # fmt: skip
    return head + "".join(methods)


def method(path: str, verb: str, operation: Spec) -> Iterator[str]:
    """One method."""
    inside = {one["name"]: one for one in operation["parameters"] if one["in"] == "path"}
    # In the order of the path, the body, then all others by name.
    given = [f"{_safe(name)}: {_prefixed(inside[name]['schema'])}" for name in re.findall(r"{(\w+)}", path)]
    body, sent = _body(operation)
    given += [body] if body else []
    others = [one for one in operation["parameters"] if one["in"] in ("query", "header")]
    named_ = [f"{_argument(one)}: {_given(one)}" for one in others]
    star = ["*", *sorted(named_, key=lambda text: "=" in text)] if named_ else []
    answer, taken = _answer(operation)
    yield f"    def {operation['operationId']}(self, {', '.join([*given, *star])}) -> {answer}:\n"
    yield f'        """{_doc(operation.get("description") or operation["summary"])}"""\n'
    where = re.sub(r"{(\w+)}", lambda found: "{part(" + _safe(found[1]) + ")}", path)
    query = ", ".join(f'"{one["name"]}": {_argument(one)}' for one in others if one["in"] == "query")
    headers = ", ".join(f'"{one["name"]}": {_argument(one)}' for one in others if one["in"] == "header")
    more = [f"query={{{query}}}" if query else "", sent, f"headers={{{headers}}}" if headers else ""]
    place = f'f"{where}"' if "{" in where else f'"{where}"'
    arguments = ", ".join([f'"{verb.upper()}"', place, *filter(None, more)])
    yield f"        {'told, _ = ' if taken else ''}self.call({arguments})\n"
    if taken.startswith("read("):
        yield f"        answer: {answer} = {taken}\n        return answer\n\n"
    else:
        yield f"        return {taken}\n\n" if taken else "\n"


def _body(operation: Spec) -> tuple[str, str]:
    """The parameter of the body and how it is sent."""
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return "files: Sequence[tuple[str, bytes]]", "files=files"
    if "application/json" in content:
        return f"body: {_prefixed(content['application/json']['schema'])}", "body=body"
    return "", ""


def _answer(operation: Spec) -> tuple[str, str]:
    """The type of the answer, and how it is read."""
    status, answer = next((key, one) for key, one in operation["responses"].items() if key.startswith("2"))
    content = answer.get("content", {})
    if status == "204":
        return "None", ""
    if "application/json" in content:
        kind = _prefixed(content["application/json"]["schema"])
        return kind, f"read({kind}, json.loads(told))"
    if "text/plain" in content:
        return "str", "told.decode()"
    return "bytes", "told"


def _given(parameter: Spec) -> str:
    kind, schema = _prefixed(parameter["schema"]), parameter["schema"]
    if parameter.get("required"):
        return kind
    default = schema.get("default")
    if default is None or isinstance(default, list):
        return (kind if kind.endswith("None") else f"{kind} | None") + " = None"
    return f"{kind} = {default!r}"


def _argument(parameter: Spec) -> str:
    return _safe(parameter["name"].lower().replace("-", "_"))


def _prefixed(schema: Spec) -> str:
    """The type as it is called from outside of the records."""
    return re.sub(r"(?<![\"'\w.])([A-Z]\w*)(?=[\]|, ]|$)", _of_records, kind_of(schema))


def _of_records(found: re.Match[str]) -> str:
    return found[1] if found[1] in ("Any", "Literal", "None", "Sequence") else f"records.{found[1]}"


def named(name: str) -> str:
    """A schema's name as a class's.

    >>> named("Page_Listed_")
    'PageListed'
    """
    return re.sub(r"\W|_", "", name)


def _safe(name: str) -> str:
    clean = re.sub(r"\W", "_", name)
    return f"{clean}_" if keyword.iskeyword(clean) else clean


def _doc(text: str) -> str:
    flat = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    first = flat if len(flat) <= 96 else flat[:95].rsplit(" ", 1)[0] + " …"
    return first + " " if first.endswith('"') else first


def _formatted(text: str) -> str:
    ruff = str(Path(sys.executable).parent / "ruff")
    for words in (["check", "--fix", "--quiet", "--select", "F401,I"], ["format", "--line-length", "120"]):
        text = subprocess.run([ruff, *words, "-"], input=text, text=True, capture_output=True, check=True).stdout
    return text


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    raise SystemExit(main())
