"""The schemas of an OpenAPI document in words: their members, and of what kind each is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

_REFERENCE: Final = "#/components/schemas/"
_LISTED: Final = 12  # of an enumeration's codes so many are named


class Piece(NamedTuple):
    """A part of what is said of a kind; `schema` is the name of the one that it stands for."""

    text: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    kind: tuple[Piece, ...]
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Schema:
    """One with members; of one without, `kind` says what it is."""

    name: str
    description: str
    members: tuple[Member, ...]
    kind: tuple[Piece, ...]


def schemas(document: Mapping[str, Any]) -> list[Schema]:
    """All of them, by name."""
    return [_schema(name, told) for name, told in sorted(document["components"]["schemas"].items())]


def kind(schema: Mapping[str, Any]) -> Iterator[Piece]:
    """What a schema asks for, in a few words."""
    if name := str(schema.get("$ref", "")).removeprefix(_REFERENCE):
        yield Piece(name, name)
    elif among := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        yield from _one_of(among)
    elif "enum" in schema:
        named = " | ".join(map(str, schema["enum"][:_LISTED]))
        yield Piece(f"{named} | ..." if len(schema["enum"]) > _LISTED else named)
    elif "const" in schema:
        yield Piece(str(schema["const"]))
    elif "contentSchema" in schema:
        yield Piece("lines, each ")
        yield from kind(schema["contentSchema"].get("items", {}))
    elif schema.get("type") == "array":
        yield Piece("list of ")
        yield from kind(schema.get("items", {}))
    else:
        yield Piece(str(schema.get("format") or schema.get("type") or "any"))


def _one_of(among: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    for number, each in enumerate(among):
        if number:
            yield Piece(" or ")
        yield from kind(each)


def _schema(name: str, told: Mapping[str, Any]) -> Schema:
    required = told.get("required", ())
    members = tuple(
        Member(each, tuple(kind(schema)), each in required, schema.get("description", ""))
        for each, schema in told.get("properties", {}).items()
    )
    return Schema(name, told.get("description", ""), members, () if members else tuple(kind(told)))
