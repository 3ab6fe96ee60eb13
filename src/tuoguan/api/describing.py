"""The description of the API: OpenAPI 3.1, with every parameter, every answer and every error, and examples of all.

Hides how it is put together: what FastAPI knows of the routes, the structs of the quick ones, and what holds for all.
Keeps the invariant that an operation names every status that it can answer with, each error in the one shape.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from tuoguan.api.examples import example_of, parameter_example
from tuoguan.api.orders import NewOrder, NewOrders, TakenOrder, TakenOrders
from tuoguan.app.tables_out import MEDIA_TYPE_BY_FORM

Spec = dict[str, Any]
WRITES = ("post", "put", "delete", "patch")
ABOUT = """Everything that the page can do, for programs.

Money is whole minor units (`*_minor`) of the currency beside it; instants (`*_at`) are seconds since 1970 in UTC; days
(`*_on`) are dates. Lists go page by page: what `next` says is the `after` of the next page, whose address stands in the
header `Link`. Every write takes an `Idempotency-Key`: the same key and content again changes nothing more. What can be
edited has an `ETag`; sent back as `If-Match`, a change is refused with 412 when somebody else was quicker. Every error
has one shape, `{"problems": [...]}`: where, what was found, what was expected, how to mend it, and a stable code.
"""
WORDS_BY_STATUS = {
    "400": "The request cannot be read.", "401": "Nobody known sent it: the token is wrong, ended or missing.",
    "403": "The role or token does not have the right.",
    "404": "There is no such thing, or it is not yours to see.",
    "405": "The path has no such method.",
    "409": "It cannot be done as things stand now, or the key was used for something else.",
    "412": "Somebody else was quicker: the version is no longer the one that you saw.",
    "413": "The body is too large.", "414": "The address is too long.",
    "415": "The body is of a kind that this path does not take.", "421": "The server is not known by this host name.",
    "422": "The request was understood and cannot be done; every reason is told.",
    "428": "Send the ETag that you saw as If-Match.", "429": "Too many requests; wait.",
    "500": "A fault of the server.", "503": "The ledger's store does not answer; send it again with the same key.",
}  # fmt: skip
TAGS = {
    "workspaces": "Workspaces and who you are.", "orders": "Consumer orders in, quickly.",
    "documents": "Orders, stock orders, price reviews, returns, cases and all other documents.",
    "work": "What is next, by money at risk and deadline.", "decision": "Which way for which product, and what if.",
    "plan": "What follows from the decision, with dates.", "contracts": "Who does what under which terms.",
    "stock": "Goods by owner and place.", "money": "Money by state and day.",
    "statements": "What was paid against what was owed.",
    "import": "Files from seller centers, and the workspace's own tables.",
    "jobs": "What takes longer than a request.", "settings": "The seller's file and backups.",
    "people": "Members and what they did.", "tokens": "Keys for programs.", "webhooks": "Calls to other programs.",
}  # fmt: skip
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "What makes sending it again harmless, yours alone: a fresh UUID for each new write.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
    "example": "9f0c3a52-6f0e-4f7a-9a57-6b1f0f3f2f11",
}  # fmt: skip
WORKSPACE = {
    "name": "workspace", "in": "path", "required": True, "description": "A workspace of GET /api/v1/workspaces.",
    "schema": {"type": "string", "maxLength": 40}, "example": "shop",
}  # fmt: skip
DESK = {
    "name": "desk", "in": "query", "required": False, "description": "At which desk the caller sits.",
    "schema": {"type": "string", "enum": ["seller", "platform"], "default": "seller"}, "example": "seller",
}  # fmt: skip


def describe(api: FastAPI) -> None:
    """Puts the description on the application; it is made when first asked for."""

    def openapi() -> Spec:
        if api.openapi_schema is None:
            api.openapi_schema = _described(api)
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]


def _described(api: FastAPI) -> Spec:
    spec = get_openapi(
        title=api.title, version=api.version, openapi_version="3.1.0", description=ABOUT, routes=api.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS.items()],
        servers=[{"url": "/", "description": "This server"}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(_order_schemas())
    schemas["Problems"] = {
        "type": "object", "required": ["problems"], "title": "Problems", "description": "Everything that is wrong.",
        "properties": {
            "problems": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/ProblemShown"}}
        },
    }  # fmt: skip
    spec["components"]["responses"] = {f"Error{status}": _error(status) for status in WORDS_BY_STATUS}
    spec["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Made under Settings, or by POST …/tokens."},
        "session": {"type": "apiKey", "in": "cookie", "name": "tuoguan_session",
                    "description": "The page's own session; writes bring its X-CSRF."},
    }  # fmt: skip
    spec["security"] = [{"token": []}, {"session": []}]
    spec["paths"] = {**_order_paths(), **spec["paths"]}
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation, schemas)
    return spec


def _order_schemas() -> Mapping[str, Any]:
    _, found = msgspec.json.schema_components(
        (NewOrder, NewOrders, TakenOrder, TakenOrders), ref_template="#/components/schemas/{name}"
    )
    return found


def _order_paths() -> Spec:
    """The quick routes, which FastAPI does not know."""

    def operation(name: str, summary: str, words: str, body: str, status: str, answer: str) -> Spec:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{body}"}}}
        if name == "take_orders":
            content["application/jsonl"] = {
                "schema": {"type": "string", "description": "An order a line, up to 10,000."}
            }
        told = {
            "description": words,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{answer}"}}},
        }
        return {
            "post": {
                "tags": ["orders"], "summary": summary, "description": words, "operationId": name, "parameters": [DESK],
                "requestBody": {"required": True, "content": content}, "responses": {status: told},
            }
        }  # fmt: skip

    base = "/api/v1/workspaces/{workspace}/orders"
    one = "The order, durable. The same number and content again: the same order."
    many = "An answer for each order, in their order; each stands alone."
    return {
        base: operation("take_order", "Take an order in", one, "NewOrder", "201", "TakenOrder"),
        f"{base}/batch": operation("take_orders", "Take many orders in", many, "NewOrders", "200", "TakenOrders"),
    }


def _complete(path: str, method: str, operation: Spec, schemas: Spec) -> None:
    """Adds what holds for all operations, and examples."""
    parameters = operation.setdefault("parameters", [])
    if "{workspace}" in path:
        parameters.insert(0, dict(WORKSPACE))
    if method in WRITES:
        parameters.append(dict(KEY))
    for parameter in parameters:
        parameter.setdefault("example", parameter_example(parameter, schemas))
    _errors(path, method, operation)
    body = operation.get("requestBody")
    if body is not None:
        for kind, content in body["content"].items():
            _exemplify(kind, content, schemas)
    for status, answer in operation["responses"].items():
        if status.startswith("2") and status != "204":
            if not answer.get("content"):
                answer["content"] = _files(path)
            for kind, content in answer["content"].items():
                _exemplify(kind, content, schemas)


def _files(path: str) -> Spec:
    """Contents of a path that answers with a file."""
    binary = {"type": "string", "format": "binary"}
    if path.endswith(".{form}") and "claims" not in path:
        return {kind.partition(";")[0]: {"schema": dict(binary)} for kind in MEDIA_TYPE_BY_FORM.values()}
    return {"application/octet-stream": {"schema": dict(binary)}}


def _errors(path: str, method: str, operation: Spec) -> None:
    statuses = ["400", "401", "403", "404", "405", "414", "421", "422", "429", "500", "503"]
    if method in WRITES:
        statuses += ["409", "413", "415"]
    if any(parameter["name"] == "If-Match" for parameter in operation["parameters"]):
        statuses += ["412", "428"]
    for status in sorted(statuses):
        operation["responses"][status] = {"$ref": f"#/components/responses/Error{status}"}


def _error(status: str) -> Spec:
    """An answer that says what is wrong."""
    content = {"schema": {"$ref": "#/components/schemas/Problems"}, "example": {"problems": [_problem(status)]}}
    return {"description": WORDS_BY_STATUS[status], "content": {"application/json": content}}


def _problem(status: str) -> Spec:
    told = {
        "401": ("Authorization", "nobody known", "a valid token", "send `Authorization: Bearer TOKEN`", "not_signed"),
        "403": ("the seller desk", "a role or token without it", "the right to work", "ask an owner", "not_allowed"),
        "404": ("workspace", "'shop'", "one you may see", "see GET /api/v1/workspaces", "no_workspace"),
        "409": ("order/s1/1001: ship", "a document that is delivered", "packed or reserved", "look at it again",
                "illegal_move"),
        "412": ("order/s1/1001: ship", "4 entries on the document", "3", "look what has happened", "wrong_version"),
        "428": ("If-Match", "nothing", "the ETag that you saw", "read it first and send its ETag", "no_etag"),
    }  # fmt: skip
    at, found, expected, fix, code = told.get(
        status, ("request", "something else", "a request as described", "see what is expected", "invalid")
    )
    return {
        "at": at,
        "found": found,
        "expected": expected,
        "fix": fix,
        "code": code,
        "severity": "error",
        "row_count": 1,
    }


def _exemplify(kind: str, content: Spec, schemas: Spec) -> None:
    if "example" in content or "examples" in content:
        return
    if kind == "application/json":
        content["example"] = example_of(content.get("schema", {}), schemas)
    elif kind == "application/jsonl" and content["schema"].get("format") != "binary":
        order = example_of({"$ref": "#/components/schemas/NewOrder"}, schemas)
        content["example"] = msgspec.json.encode(order).decode() + "\n"
    elif kind == "text/plain":
        content["example"] = 'schema = 1\nname = "My shop"\n'
    elif kind == "multipart/form-data":
        content["example"] = {"files": ["orders-2026-11.xlsx"]}
    else:
        content["example"] = "(the file's bytes)"
