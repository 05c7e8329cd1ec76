"""The reference of an API, from its OpenAPI document: every operation in words, by subject."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.http.reference.schemas import Piece, kind

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_SHARED: Final = "#/components/responses/Problem"
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str  # path, query or header
    required: bool
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: its media type, an example as it can be sent, and of which schema it is."""

    media_type: str
    example: str
    kind: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    status: str
    description: str
    kind: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`roles` may call it, everybody where there are none; `problems` are statuses whose meaning is everywhere the
    same; `curl` asks it from a shell that has KOSH and TOKEN."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: tuple[Returned, ...]
    problems: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def writes(self) -> bool:
        """Whether asking may change what is on record; a search is sent as a body, and changes nothing."""
        return self.method != "GET" and not self.path.endswith((":find", ":search", ":check"))

    @property
    def curl(self) -> str:
        """Without its parameters of query and header, but for the required ones."""
        parts = ["curl", *([] if self.method == "GET" else ["-X", self.method])]
        parts += ['-H "Authorization: Bearer $TOKEN"'] if self.roles else []
        parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in self._required("header")]
        if self.body:
            parts += [f"-H {shlex.quote(f'Content-Type: {self.body.media_type}')}", "--data-binary @example"]
        query = "&".join(f"{name}={value}" for name, value in self._required("query"))
        asked = f"{self.path}?{query}" if query else self.path
        return " ".join([*parts, f'"$KOSH{asked}"'])

    def _required(self, place: str) -> Iterator[tuple[str, str]]:
        for each in self.parameters:
            if each.place == place and each.required:
                yield each.name, each.example or "..."


def subjects(document: Document) -> dict[str, list[Operation]]:
    """Tag -> its operations, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if told := methods.get(method):
                for tag in told.get("tags", ["other"])[:1]:
                    found.setdefault(tag, []).append(_operation(document, path, method, told))
    return found


def problems(document: Document) -> dict[str, str]:
    """Status -> meaning, of those that are everywhere the same."""
    return {
        name.removeprefix("Problem"): told["description"] for name, told in document["components"]["responses"].items()
    }


def _operation(document: Document, path: str, method: str, told: Mapping[str, Any]) -> Operation:
    answers = told["responses"].items()
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        parameters=tuple(_parameters(document, told.get("parameters", ()))),
        body=_body(told.get("requestBody")),
        answers=tuple(_answer(status, each) for status, each in answers if not _is_shared(each)),
        problems=tuple(status for status, each in answers if _is_shared(each)),
        roles=tuple(role for each in told.get("security", ()) for role in each.get("bearer", ())),
    )


def _is_shared(answer: Mapping[str, Any]) -> bool:
    return str(answer.get("$ref", "")).startswith(_SHARED)


def _answer(status: str, told: Mapping[str, Any]) -> Returned:
    content: Mapping[str, Any] = next(iter(told.get("content", {}).values()), {})
    return Returned(status, told.get("description", ""), tuple(kind(content["schema"])) if "schema" in content else ())


def _body(told: Mapping[str, Any] | None) -> Body | None:
    for media_type, content in (told or {}).get("content", {}).items():
        return Body(media_type, _written(_example(content)), tuple(kind(content.get("schema", {}))))
    return None


def _example(content: Mapping[str, Any]) -> Any:
    named = content.get("examples") or {"": {"value": (content.get("schema", {}).get("examples") or [""])[0]}}
    return content.get("example", next(iter(named.values()))["value"])


def _written(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=1)


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
