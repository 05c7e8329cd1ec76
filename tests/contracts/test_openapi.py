"""Every OpenAPI document holds to the rules that Redocly recommends, and every example in one to its schema."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from contracts.export import FOLDER, app_of
from deploy.services import SERVICES

NODE = Path(__file__).with_name("node")
DOCUMENTS = sorted((FOLDER / "http").glob("*.openapi.json"))

PROMISED = {"no-ambiguous-paths"}
"""What v1 has promised: no id is the word `rejects` or `signed`, which another address has in its place."""

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name.partition(".")[0])


def linted(document: Path) -> list[dict[str, str]]:
    """What the linter finds. Skips without it; in continuous integration that fails."""
    if not (shutil.which("node") and (NODE / "node_modules").exists()) and os.environ.get("CI") != "true":
        pytest.skip("Redocly's linter needs node and npm; `make test` installs it where they are")
    command = ["node", str(NODE / "lint.mjs"), str(document)]
    found: list[dict[str, str]] = json.loads(
        subprocess.run(command, capture_output=True, check=True, timeout=100).stdout
    )
    return found


@each_document
def test_the_linter_finds_nothing_that_can_be_mended(document: Path) -> None:
    assert [fault for fault in linted(document) if fault["rule"] not in PROMISED] == []


def test_the_linter_notices_what_is_missing(tmp_path: Path) -> None:
    whole = json.loads(DOCUMENTS[0].read_bytes())
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_text(json.dumps({**whole, "servers": []}), "utf-8")
    assert [fault["rule"] for fault in linted(spoiled) if fault["severity"] == "error"] == ["no-empty-servers"]


def described(node: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """(place, schema, example) of every example: those of schemas, and those beside the schema of a body, parameter or
    header."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from described(item, f"{at}/{index}")
    if not isinstance(node, dict):
        return
    examples = node.get("examples", [])
    if isinstance(examples, list) and not at.endswith("/properties"):
        yield from ((at, node, example) for example in examples)
    schema = node.get("schema", node)
    yield from ((at, schema, each["value"]) for each in _named(examples))
    if "example" in node and not at.endswith("/properties"):
        yield at, schema, node["example"]
    for name, inner in node.items():
        if name not in ("example", "examples", "default", "const", "enum"):
            yield from described(inner, f"{at}/{name}")


def _named(examples: Any) -> list[dict[str, Any]]:
    named = list(examples.values()) if isinstance(examples, dict) else []
    return [each for each in named if isinstance(each, dict) and "value" in each]


def faults(document: dict[str, Any]) -> list[str]:
    registry: Registry[Any] = Registry().with_resource("urn:api", DRAFT202012.create_resource(document))

    def absolute(node: Any) -> Any:
        if isinstance(node, list):
            return list(map(absolute, node))
        if not isinstance(node, dict):
            return node
        return {
            name: f"urn:api{value}" if name == "$ref" and value.startswith("#") else absolute(value)
            for name, value in node.items()
        }

    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return [
        f"{at}: {fault.message}"
        for at, schema, example in described(document)
        for fault in jsonschema.Draft202012Validator(
            absolute(schema), registry=registry, format_checker=checker
        ).iter_errors(example)
    ]


@each_document
def test_every_example_fits_its_schema(document: Path) -> None:
    read = json.loads(document.read_bytes())
    assert len(list(described(read))) >= 5
    assert faults(read) == []


JSON = "application/json"


@each_document
def test_every_body_that_is_sent_or_answered_has_an_example(document: Path) -> None:
    read, bare = json.loads(document.read_bytes()), []
    for path, operations in read["paths"].items():
        for method, operation in operations.items():
            answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            for body in (operation.get("requestBody", {}), *answers):
                content = body.get("content", {}).get(JSON)
                if content and not {"example", "examples"} & {*content, *content["schema"]}:
                    bare.append(f"{method} {path}")
    assert bare == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_example_of_what_is_sent_is_taken_by_its_model(service: str) -> None:
    """A schema cannot say all: check digits, contradictions, calendars."""
    app = app_of(service)
    routes = [context.original_route for context in iter_route_contexts(list(app.routes))]
    asking = [route for route in routes if isinstance(route, APIRoute) and route.body_field is not None]
    assert asking
    for route in asking:
        operation = app.openapi()["paths"][route.path_format][min(route.methods or ()).lower()]
        content = operation["requestBody"]["content"][JSON]
        sent = json.dumps(content["example"] if "example" in content else content["schema"]["examples"][0])
        model: Any = route.body_field and route.body_field.field_info.annotation
        TypeAdapter(model).validate_json(sent)


def test_an_example_that_does_not_fit_is_noticed() -> None:
    schemas = {"Day": {"type": "string", "format": "date", "examples": ["2026-02-30", "2026-02-28"]}}
    body = {"schema": {"$ref": "#/components/schemas/Day"}, "examples": {"one": {"value": 7}}}
    found = faults({"components": {"schemas": schemas}, "paths": {"/v1/days": {"content": body}}})
    places = sorted(place.partition(":")[0] for place in found)
    assert places == [
        "#/components/schemas/Day",
        "#/paths//v1/days/content",
    ]
