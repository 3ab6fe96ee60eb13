"""Whatever is sent to the API: no fault of the server, every error in the one shape, every answer as described.

TUOGUAN_API_EXAMPLES=300 looks longer (the file's docstring in docs/rooms/api.md says how long that takes).
"""

import copy
import json
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api_world import World

EXAMPLES = int(os.environ.get("TUOGUAN_API_EXAMPLES", "1"))


@cache
def world() -> World:
    """One server for all operations of a process."""
    made = World(Path(tempfile.mkdtemp()))
    made.stock()
    for number in range(3):
        assert made.order(f"s1/{number}").status_code == 201
    return made


@pytest.fixture(scope="module", autouse=True)
def _ended() -> Iterator[None]:
    yield
    world().end()


@schemathesis.serializer("application/jsonl")
def _lines(ctx: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def described() -> dict[str, Any]:
    """The description for a caller who is let in, in the workspace that there is: behind the first two doors."""
    spec = copy.deepcopy(world().app.api.openapi()) | {"security": []}
    for operations in spec["paths"].values():
        for operation in operations.values():
            for one in operation["parameters"]:
                if one["name"] == "workspace":
                    one["schema"] = {"const": "shop"}
    return spec


schema = schemathesis.openapi.from_dict(described())
schema.app = world().app


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
def test_no_request_breaks_the_server(case: schemathesis.Case) -> None:
    """No 5xx but the described 503; statuses, kinds, headers and bodies as described; errors in the one shape."""
    answer = case.call(base_url="http://localhost", headers={"Host": "localhost"})
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        problems = json.loads(answer.text)["problems"]
        assert problems and all(set(one) == SHAPE for one in problems)
    checks = [status_code_conformance, content_type_conformance, response_headers_conformance,
              response_schema_conformance]  # fmt: skip
    if answer.status_code not in (412, 413, 414):  # these refuse too, and are not among those that the check knows
        checks.append(negative_data_rejection)
    case.validate_response(answer, checks=checks)


SHAPE = {"at", "found", "expected", "fix", "code", "severity", "row_count"}
