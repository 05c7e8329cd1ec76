"""What a consumer reads of a fact: a model with the members that it is granted, and no others (shared.events.grants).

Code that asks for more than is granted fails with the first event, and with it every test that reads an example.
"""

from collections.abc import Mapping
from functools import cache
from types import new_class
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic.fields import FieldInfo

from shared.events.envelope import Fact
from shared.events.grants import DERIVED, GrantError, Members, granted_members, model_of
from shared.events.wire import WireModel

F = TypeVar("F", bound=Fact)

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@cache
def granted(consumer: str, fact: type[F]) -> type[F]:
    """The fact as the consumer reads it, under the same type. What contradicts itself is refused as far as it can be
    seen. Raises GrantError where nothing of the fact is granted."""
    members = granted_members(consumer, fact)
    if members is None:
        raise GrantError(f"{consumer} may not read {fact.TYPE}")
    seen = tuple(rule for rule in fact.CONTRADICTIONS if members.keys() >= set(rule.fields))
    name, _, version = fact.NAME.rpartition(".v")
    identity = {"producer": fact.PRODUCER, "name": name, "version": int(version)}
    return cast(type[F], _model(fact, members, Fact, identity, {"CONTRADICTIONS": seen}))


def _model(
    model: type[BaseModel],
    members: Members,
    base: type[BaseModel] = WireModel,
    identity: Mapping[str, Any] = {},
    more: Mapping[str, Any] = {},
) -> type[BaseModel]:
    content: dict[str, Any] = {"__module__": __name__, "__doc__": model.__doc__, "__annotations__": {}, **more}
    for name, below in members.items():
        if (model, name) in DERIVED:
            content["__annotations__"][name] = Digest
            content[f"made_{name}"] = _derived(model, name)
            continue
        field = model.model_fields[name]
        content["__annotations__"][name] = _annotation(field, below)
        if not field.is_required():
            content[name] = Field(field.default, description=field.description)
    return new_class(model.__name__, (base,), dict(identity), lambda namespace: namespace.update(content))


def _annotation(field: FieldInfo, below: Members | None) -> Any:
    if below is None:
        return field.rebuild_annotation()
    part = _model(model_of(field.annotation), below)
    return part if field.is_required() else part | None


def _derived(model: type[BaseModel], name: str) -> Any:
    """A producer of yesterday hands over what the member is made from: the consumer makes it, and keeps no more."""
    derive = DERIVED[model, name]

    def made(_cls: type[BaseModel], data: Any) -> Any:
        if not isinstance(data, Mapping) or name in data or not {"surname", "birth_date"} <= data.keys():
            return data
        return {**data, name: derive(data)}

    return model_validator(mode="before")(cast(Any, classmethod(made)))
