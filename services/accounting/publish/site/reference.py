"""The reference of an API, from its OpenAPI document: every operation in words, by subject."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_METHODS: Final = ("get", "post", "put", "patch", "delete")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str  # path, query or header
    required: bool
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`tried` where a reader may ask it from the page: what only reads, and takes no body."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]
    token: bool
    tried: bool


def subjects(document: Document) -> dict[str, list[Operation]]:
    """Tag -> its operations, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if told := methods.get(method):
                for tag in told.get("tags", ["other"])[:1]:
                    found.setdefault(tag, []).append(_operation(document, path, method, told))
    return found


def _operation(document: Document, path: str, method: str, told: Mapping[str, Any]) -> Operation:
    parameters = tuple(_parameters(document, told.get("parameters", ())))
    return Operation(
        told["operationId"],
        method.upper(),
        path,
        told.get("summary", ""),
        told.get("description", ""),
        parameters,
        tuple(
            (status, _resolved(document, answer).get("description", "")) for status, answer in told["responses"].items()
        ),
        bool(told.get("security")) and {} not in told["security"],
        method == "get",
    )


def _parameters(document: Document, listed: Any) -> Iterator[Parameter]:
    for each in (_resolved(document, one) for one in listed):
        schema = each.get("schema", {})
        example = each.get("example", next(iter(schema.get("examples", ())), schema.get("default", "")))
        text = each.get("description", schema.get("description", ""))
        plain = example if isinstance(example, str | int) and not isinstance(example, bool) else ""
        yield Parameter(each["name"], each["in"], each.get("required", False), text, str(plain))


def _resolved(document: Document, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference inside the document stands for."""
    reference = told.get("$ref")
    if reference is None:
        return told
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    resolved: Mapping[str, Any] = found
    return resolved
