"""Examples for the description, made from the schemas so that none is forgotten and all of them fit.

Hides the values by name. Keeps the invariant that an example is what its schema allows.
"""

from functools import cache
from typing import Any

from tuoguan.contracts import load

Spec = dict[str, Any]
AT = 1_795_441_000
VALUE_BY_NAME: dict[str, Any] = {
    "workspace": "shop", "flow": "order", "number": "s1/1001", "stream": "order/s1/1001", "state": "reserved",
    "sku": "CUP-350", "currency": "USD", "home_currency": "USD", "bank_currency": "CNY", "place": "3PL-US",
    "market": "US", "move": "reserve", "on": "2026-11-22", "since": "2025-11-22", "until": "2026-11-22",
    "decide_on": "2026-11-22", "month": "2026-11", "name": "my-terms.toml", "form": "csv", "table": "purchases",
    "language": "en", "kind": "decide", "job": "0064b0c1e0a1f4c2d3e4f5a6b", "quantity": 2, "title": "Placed",
    "title_zh": "已下单", "url": "https://hooks.example.com/tuoguan", "actor": "seller/li", "by": "li",
    "retail_price_minor": 1999, "supply_price_minor": 1200, "weight_g": 300, "volume_cm3": 800, "version": 1,
    "customs_value_minor": 0, "status": 201, "share": 0.4, "stage": "outcomes", "code": "illegal_move",
    "severity": "error", "row_count": 1, "way": "", "sort": "-opened_at", "after": "1795441000.s1/1001",
    "limit": 50, "If-Match": '"3"', "text": 'schema = 1\nname = "My shop"\n', "role": "operator",
    "event": "order.shipped", "hook": "wh_0123456789abcdef", "delivery": "msg_0123456789abcdef0123456789abcdef",
    "upload": "0123456789abcdef", "host": "10.0.0.7", "file": "orders-2026-11.xlsx", "counted_on": "2026-11-22",
    "find": "", "tab": "", "contract_hash": "9ba1cee7569e7f4a",
}  # fmt: skip
DEEPEST = 8


@cache
def contract_name() -> str:
    """A contract that there is."""
    return next(iter(sorted(load().contracts)))


def parameter_example(parameter: Spec, schemas: Spec) -> Any:
    """A value for a parameter."""
    schema = parameter.get("schema", {})
    examples = parameter.get("examples") or schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    if parameter["name"] == "sort" and "default" in schema:
        return schema["default"]
    return example_of(schema, schemas, parameter["name"])


def example_of(schema: Spec, schemas: Spec, name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows, such as somebody would really send."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth)
    if schema.get("examples"):
        return schema["examples"][0]
    for key in ("const", "default"):
        if key in schema and schema[key] not in (None, [], {}):
            return schema[key]
    if "enum" in schema:
        told = VALUE_BY_NAME.get(name)
        return told if told in schema["enum"] else schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            first = next((one for one in schema[key] if one.get("type") != "null"), schema[key][0])
            return example_of(first, schemas, name, depth)
    if "allOf" in schema:
        return example_of(schema["allOf"][0], schemas, name, depth)
    return _typed(schema, schemas, name, depth)


def _typed(schema: Spec, schemas: Spec, name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        if depth > DEEPEST:
            properties = {key: properties[key] for key in schema.get("required", ())}
        found = {key: example_of(one, schemas, key, depth + 1) for key, one in properties.items()}
        more = schema.get("additionalProperties")
        if not properties and isinstance(more, dict) and more.get("type") in ("integer", "number", "string"):
            return {"placed": example_of(more, schemas, "", depth + 1)}
        return found
    if kind == "array":
        return _array(schema, schemas, name, depth)
    known = _named(name)
    if kind == "string":
        return known if isinstance(known, str) and _fits(known, schema) else _string(schema)
    if kind in ("integer", "number"):
        known = AT if name.endswith("_at") or name == "at" else known
        fits = isinstance(known, int | float) and not isinstance(known, bool)
        return known if fits and (kind == "number" or isinstance(known, int)) else schema.get("minimum", 0)
    return {"boolean": False, "null": None}.get(str(kind), {})


def _array(schema: Spec, schemas: Spec, name: str, depth: int) -> Any:
    if "prefixItems" in schema:
        return [example_of(one, schemas, "", depth + 1) for one in schema["prefixItems"]]
    if depth > DEEPEST and not schema.get("minItems"):
        return []
    return [example_of(schema.get("items", {}), schemas, name.removesuffix("s"), depth + 1)]


def _named(name: str) -> Any:
    return contract_name() if name in ("contract", "contract_id", "first", "second") else VALUE_BY_NAME.get(name)


def _fits(text: str, schema: Spec) -> bool:
    import re

    long_enough = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**6)
    return long_enough and ("pattern" not in schema or re.search(schema["pattern"], text) is not None)


def _string(schema: Spec) -> str:
    return next(
        text for text in ("text", "shop", "USD", "2026-11", "2026-11-22", "-gain", "", "x" * schema.get("minLength", 0))
        if _fits(text, schema)
    )  # fmt: skip
