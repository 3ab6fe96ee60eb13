"""The description: whole, with examples that fit, and in the one shape of errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tuoguan.api import make_api
from tuoguan.site import Site


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    site = Site(Path(tmp_path_factory.mktemp("described")))
    yield make_api(site).openapi()
    site.close()


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_path_of_the_api_is_described(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    assert len(list(operations(spec))) > 90
    names = [operation["operationId"] for _, _, operation in operations(spec)]
    assert len(names) == len(set(names))
    assert all(operation["summary"] and operation["description"] for _, _, operation in operations(spec))


def test_every_example_is_what_its_schema_says(spec: dict[str, Any]) -> None:
    def fits(schema: dict[str, Any], example: Any) -> None:
        Draft202012Validator({**schema, "components": spec["components"]}).validate(example)

    for path, method, operation in operations(spec):
        for parameter in operation["parameters"]:
            assert "example" in parameter, (path, method, parameter["name"])
            fits(parameter["schema"], parameter["example"])
        for content in [operation.get("requestBody", {}), *operation["responses"].values()]:
            for kind, one in content.get("content", {}).items():
                assert "example" in one, (path, method, kind)
                if kind == "application/json":
                    fits(one["schema"], one["example"])


def test_writes_take_a_key_and_every_error_has_the_one_shape(spec: dict[str, Any]) -> None:
    for path, method, operation in operations(spec):
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert (method in ("get",)) != ("Idempotency-Key" in names), path
        errors = {status: one for status, one in operation["responses"].items() if status >= "400"}
        assert {"401", "403", "404", "422", "500"} <= set(errors)
        assert all(one["$ref"].endswith(f"Error{status}") for status, one in errors.items())
    for one in spec["components"]["responses"].values():
        assert one["content"]["application/json"]["schema"]["$ref"].endswith("/Problems")
