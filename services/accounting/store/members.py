"""Typed access to stored facts: the SQL for a member, and the fact itself, both by the fact's own model.

A fact is stored as JSON of the members that are kept of it (rules.kept). The name of a member, its type and the values
it is compared with are checked when the SQL is written, which is when the module that asks is loaded: what a model no
longer has, or what is not kept, fails at start, and not as a figure that silently counts nobody.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import create_model
from pydantic.fields import FieldInfo

from services.accounting.rules.kept import AGE_GROUP, COHORT, KEPT, OF_BIRTH, PERSONAL
from services.accounting.rules.rows import CONSUMER
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.views import granted
from shared.events.wire import WireModel

F = TypeVar("F", bound=Fact)


_OF_BIRTH = {
    AGE_GROUP: FieldInfo(annotation=int, default=0),
    COHORT: FieldInfo(annotation=cast(type[Any], int | None), default=None),
}


class NoSuchMember(Exception):
    """The stored fact has no such member, or not of that type or with that value: a mistake in the code that asks."""


def text(fact: type[Fact], name: str) -> str:
    """A member as SQL text; its default where a fact was stored before the member was known."""
    _types(fact, name)
    field = members(fact)[name]
    default = None if field.is_required() else field.default
    return f"body->>'{name}'" if default is None else f"coalesce(body->>'{name}', '{_written(default)}')"


def day(fact: type[Fact], name: str) -> str:
    """A member that is a date, as SQL."""
    _expect(fact, name, date)
    return f"({text(fact, name)})::date"


def flag(fact: type[Fact], name: str) -> str:
    """A member that is true or false, as SQL."""
    _expect(fact, name, bool)
    return f"({text(fact, name)})::boolean"


def number(fact: type[Fact], name: str) -> str:
    """A member that is a whole number, as SQL."""
    _expect(fact, name, int)
    return f"({text(fact, name)})::bigint"


def code(fact: type[Fact], name: str) -> str:
    """A member that is a code, as SQL: `_X`, not specified, where it is null."""
    return f"coalesce({text(fact, name)}, '_X')"


def text_within(fact: type[Fact], name: str, part: str) -> str:
    """A member's own member, as SQL text: null where either is not said."""
    if not any(part in getattr(each, "model_fields", {}) for each in _types(fact, name)):
        raise NoSuchMember(f"{fact.NAME}: {name} has no {part}")
    return f"body->'{name}'->>'{part}'"


def one_of(fact: type[Fact], name: str, *values: str) -> str:
    """The SQL condition that a member of listed values has one of these."""
    _expect(fact, name, *values)
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{text(fact, name)} IN ({listed})"


def read(fact: type[F], body: str) -> F:
    """The fact that a stored body says, with the members that are kept and no others.

    Members added by a newer version are passed over, those that an older one did not know have their defaults, and
    rules for the submission of new records are not asked: what is stored was accepted once.
    """
    stored = _stored(fact).read(body)
    return cast(F, fact.model_construct(**{name: getattr(stored, name) for name in _own(fact)}))


@cache
def members(fact: type[Fact]) -> Mapping[str, FieldInfo]:
    """The members that are stored of a fact."""
    kept = KEPT[fact.NAME]
    of_person = {name: Person.model_fields[name] for name in PERSONAL & kept if "person" in fact.model_fields}
    return _own(fact) | of_person | {name: _OF_BIRTH[name] for name in sorted(OF_BIRTH & kept)}


def _own(fact: type[Fact]) -> dict[str, FieldInfo]:
    known = granted(CONSUMER, fact).model_fields
    return {name: known[name] for name in sorted(KEPT[fact.NAME] - PERSONAL - OF_BIRTH)}


@cache
def _stored(fact: type[Fact]) -> type[WireModel]:
    """The fact's model of what is stored alone, and without its contradictions."""
    fields: dict[str, Any] = {name: (field.rebuild_annotation(), field) for name, field in _own(fact).items()}
    return create_model(f"Stored{fact.__name__}", __base__=WireModel, **fields)


def _written(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _expect(fact: type[Fact], name: str, *wanted: object) -> None:
    if missing := set(wanted) - _types(fact, name):
        raise NoSuchMember(f"{fact.NAME}: {name} is or has no {', '.join(map(str, missing))}")


def _types(fact: type[Fact], name: str) -> set[object]:
    """The types of a member, or the values that it may have."""
    if name not in members(fact):
        raise NoSuchMember(f"{fact.NAME}: {name}")
    return set(_parts(members(fact)[name].annotation))


def _parts(annotation: Any) -> list[object]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return list(parts)
    if origin is Annotated:
        return _parts(parts[0])
    if origin in (Union, UnionType):
        return [each for part in parts for each in _parts(part)]
    return [annotation]
