"""Whether a schema still keeps what its predecessor promised to consumers and to stored events."""

from collections.abc import Iterator
from typing import Any

_WORDS = {"description", "title", "examples"}

Schema = dict[str, Any]


def breaches(old: Schema, new: Schema) -> list[str]:
    """Every promise of `old` that `new` breaks; empty when `new` only adds optional members.

    A member that vanished, changed its shape or became required breaks a consumer or the replay of stored events;
    such a change is a new version beside the old one.
    """
    return list(_object("", old, new)) + [
        breach for name in old.get("$defs", {}) for breach in _definition(name, old, new)
    ]


def _definition(name: str, old: Schema, new: Schema) -> Iterator[str]:
    if name not in new.get("$defs", {}):
        yield f"{name}: the definition is gone"
        return
    yield from _object(name, old["$defs"][name], new["$defs"][name])


def _object(at: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, shape in before.items():
        if name not in after:
            yield f"{at}/{name}: the member is gone"
        elif _shape(shape) != _shape(after[name]):
            yield f"{at}/{name}: the member's shape has changed"
    for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
        yield f"{at}/{name}: the member has become required, stored events may lack it"
    for name in sorted(set(old.get("required", [])) - set(new.get("required", []))):
        yield f"{at}/{name}: the member is no longer always there"


def _shape(schema: Any) -> Any:
    """The schema without its words."""
    if isinstance(schema, dict):
        return {key: _shape(value) for key, value in schema.items() if key not in _WORDS}
    return [_shape(value) for value in schema] if isinstance(schema, list) else schema
