"""What cannot stand together in one record: declared beside its fields, found all at once, each at the field to mend.

A model of the published language lists its own, as data:

    CONTRADICTIONS = (not_before("valid_until", "granted_on"), together("ended_on", "end_reason"))

Each is looked for as soon as the fields that it needs are valid, whatever is wrong with others. It costs the models
that declare none nothing, and the others one call where nothing is wrong.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, cast

from pydantic import BaseModel, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError
from pydantic_core import core_schema as schemas

TYPE = "contradiction"
"""The type of these errors among pydantic's own."""

Pointer = tuple[str | int, ...]
"""The way from the model to a field: names of members and positions in lists; () is the model itself."""

NOWHERE: Sequence[Pointer] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`places` gets the values of the model's fields, at least those named here, and tells where it is found."""

    sentence: str
    fields: tuple[str, ...]
    places: Callable[[Mapping[str, Any]], Sequence[Pointer]]


def contradiction(sentence: str, *fields: str, found: Callable[..., bool], at: Pointer | None = None) -> Contradiction:
    """It is there where `found` says so of the values of `fields`; it points to the first of them, or to `at`."""
    there: Sequence[Pointer] = ((fields[0],) if at is None else at,)
    return Contradiction(
        sentence, fields, lambda values: there if found(*[values[name] for name in fields]) else NOWHERE
    )


def not_before(later: str, earlier: str, sentence: str | None = None) -> Contradiction:
    """The day `later` must not lie before the day `earlier`, where both are given."""
    there: Sequence[Pointer] = ((later,),)

    def places(values: Mapping[str, Any]) -> Sequence[Pointer]:
        after, before = values[later], values[earlier]
        return there if after is not None and before is not None and after < before else NOWHERE

    return Contradiction(sentence or f"{later} must not lie before {earlier}", (later, earlier), places)


def together(one: str, other: str) -> Contradiction:
    """Both are given, or neither; it points to the one that is missing."""

    def places(values: Mapping[str, Any]) -> Sequence[Pointer]:
        lacks_one, lacks_other = values[one] is None, values[other] is None
        return NOWHERE if lacks_one is lacks_other else ((one if lacks_one else other,),)

    return Contradiction(f"{one} and {other} are given together", (one, other), places)


def twice(sentence: str, items: str, key: Callable[[Any], object], *below: str) -> Contradiction:
    """Two of `items` have the same key; None is no key. It points to every one that repeats another, or to what is
    `below` it."""

    def places(values: Mapping[str, Any]) -> Sequence[Pointer]:
        keys = [key(item) for item in values[items]]
        if len(set(keys)) == len(keys):
            return NOWHERE
        first = dict(zip(reversed(keys), reversed(range(len(keys))), strict=True))
        return [(items, at, *below) for at, found in enumerate(keys) if found is not None and first[found] != at]

    return Contradiction(sentence, (items,), places)


def with_contradictions(model: type[BaseModel], rules: Sequence[Contradiction], schema: CoreSchema) -> CoreSchema:
    """`schema`, that of `model`, which refuses what contradicts itself: one error for each place.

    Beside other errors they are found in Python's values only; text stays with pydantic's one fast pass. Who has to
    tell everything that is wrong with a text reads its parsed form once more (see shared.http.reading).
    """
    if not rules or schema["type"] != "model":  # a model that stands in another comes as it left here before
        return schema
    bare = cast(CoreSchema, {key: value for key, value in schema.items() if key != "ref"})
    return schemas.json_or_python_schema(
        json_schema=schemas.no_info_after_validator_function(partial(_coherent, model, rules), bare),
        python_schema=schemas.no_info_wrap_validator_function(partial(_examined, model, rules), bare),
        ref=schema.get("ref"),
    )


def _coherent(model: type[BaseModel], rules: Sequence[Contradiction], made: Any) -> Any:
    values = made.__dict__
    for rule in rules:
        if rule.places(values):
            raise ValidationError.from_exception_data(model.__name__, _found(rules, values))
    return made


def _examined(
    model: type[BaseModel], rules: Sequence[Contradiction], data: Any, handler: ValidatorFunctionWrapHandler
) -> Any:
    try:
        made = handler(data)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        wrong = {fault["loc"][0] for fault in faults if fault["loc"]}
        beside = [rule for rule in rules if wrong.isdisjoint(rule.fields)] if isinstance(data, Mapping) else []
        values = {name: _value(model, name, data) for rule in beside for name in rule.fields}
        told = [*map(_as_it_was, faults), *_found(beside, values)]
        raise ValidationError.from_exception_data(model.__name__, told) from None
    return _coherent(model, rules, made)


def _found(rules: Iterable[Contradiction], values: Mapping[str, Any]) -> list[InitErrorDetails]:
    return [
        InitErrorDetails(type=PydanticCustomError(TYPE, rule.sentence), loc=place, input=None)
        for rule in rules
        for place in rule.places(values)
    ]


def _as_it_was(fault: Mapping[str, Any]) -> InitErrorDetails:
    """One of pydantic's errors, for the new list."""
    kind = PydanticCustomError(fault["type"], fault["msg"])
    return InitErrorDetails(type=kind, loc=fault["loc"], input=fault["input"])


def _value(model: type[BaseModel], name: str, data: Mapping[str, Any]) -> Any:
    """A field that is known to be valid; its default where it is not given."""
    if name not in data:
        return model.model_fields[name].get_default()
    return _adapter(model, name).validate_python(data[name], extra="ignore")


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(model.model_fields[name].rebuild_annotation())
