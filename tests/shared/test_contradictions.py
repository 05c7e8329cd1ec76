"""Whatever contradicts itself is named at the field, all of it at once, also beside fields that are wrong by
themselves; and every contradiction that a fact declares can be met and points to a field that there is."""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import orjson
import pytest
from pydantic import Field, TypeAdapter, ValidationError

from shared.errors import Fault, Invalid
from shared.events.catalogue import FACTS
from shared.events.contradictions import TYPE, Contradiction, contradiction, not_before, together, twice
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import Date, Text, WireModel
from shared.http.reading import checked, read_model
from shared.inbox.reading import NotUnderstood, fact_of
from shared.testing.people import person

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
DECLARED = [
    pytest.param(fact, rule, id=f"{fact.NAME}: {rule.sentence}")
    for fact in FACTS.values()
    for rule in fact.CONTRADICTIONS
]


class Term(WireModel):
    since: Date
    until: Date | None = None

    CONTRADICTIONS = (not_before("until", "since"),)


class Group(WireModel):
    name: Text
    terms: list[Term] = Field(min_length=1)
    leader: Text | None = None
    led_since: Date | None = None

    CONTRADICTIONS = (
        together("leader", "led_since"),
        twice("another begins on the same day", "terms", lambda term: term.since, "since"),
        contradiction("leads itself", "leader", "name", found=lambda leader, name: leader == name, at=()),
    )


TERM = {"since": "2026-01-02"}
BACKWARDS = TERM | {"until": "2026-01-01"}
GROUPS: list[tuple[dict[str, Any], set[str]]] = [
    ({"name": "A", "terms": [TERM, BACKWARDS]}, {"/terms/1/until"}),
    ({"name": "A", "terms": [TERM, TERM, {"since": "2026-01-03"}, TERM]}, {"/terms/1/since", "/terms/3/since"}),
    ({"name": "A", "terms": [TERM], "led_since": "2026-01-02"}, {"/leader"}),
    ({"name": "A", "terms": [TERM], "leader": "A"}, {"", "/led_since"}),
    ({"name": "", "terms": [TERM], "leader": "B"}, {"/name", "/led_since"}),
    ({"name": 1, "terms": [BACKWARDS, TERM], "leader": "B", "c": 1}, {"/name", "/terms/0/until", "/led_since", "/c"}),
    (
        {"terms": [BACKWARDS, TERM | {"until": 5}], "led_since": "x"},
        {"/name", "/terms/0/until", "/terms/1/until", "/led_since"},
    ),
    ({"name": "A", "terms": [], "leader": "A"}, {"/terms", "", "/led_since"}),
]


@pytest.mark.parametrize(("body", "pointers"), GROUPS)
def test_every_fault_is_named_at_once_in_text_and_in_its_parsed_form(body: dict[str, Any], pointers: set[str]) -> None:
    for faults in (refusal(read_model, Group, orjson.dumps(body)), refusal(checked, Group, body)):
        assert sorted(fault.pointer for fault in faults) == sorted(pointers)


def test_the_same_is_made_of_text_of_members_and_of_what_is_made_already() -> None:
    body = {"name": "A", "terms": [TERM, {"since": "2026-01-01", "until": "2026-01-01"}]}
    group = Group.model_validate(body)
    assert group == Group.model_validate_json(orjson.dumps(body)) == Group(**dict(group))
    assert Group.model_validate(group) is group
    assert Group.read(orjson.dumps({**json.loads(group.model_dump_json()), "new": 1})) == group


def test_a_newer_member_is_passed_over_beside_a_fault() -> None:
    body = {"name": 1, "terms": [TERM | {"new": 1}], "leader": "B", "new": 1}
    with pytest.raises(ValidationError) as refused:
        Group.model_validate(body, extra="ignore")
    assert {fault["loc"] for fault in refused.value.errors()} == {("name",), ("led_since",)}


@pytest.mark.parametrize(("fact", "rule"), DECLARED)
def test_a_declared_contradiction_can_be_met_and_points_to_a_field(fact: type[Fact], rule: Contradiction) -> None:
    met = list(meetings(fact, rule))
    assert met
    for _, places in met:
        for place in places:
            assert has_field(fact, place), place


@pytest.mark.parametrize(("fact", "rule"), DECLARED)
def test_a_declared_contradiction_is_told_beside_a_wrong_field(fact: type[Fact], rule: Contradiction) -> None:
    values, places = next(meetings(fact, rule))
    body = example(fact) | orjson.loads(orjson.dumps(values, default=lambda value: value.model_dump()))
    other = "source_id" if "source_id" in fact.model_fields else "feed"
    pointers = {"/" + "/".join(map(str, place)) for place in places} | {f"/{other}"}
    wrong = body | {other: 7}
    for faults in (refusal(read_model, fact, orjson.dumps(wrong)), refusal(checked, fact, wrong)):
        assert pointers <= {fault.pointer for fault in faults}
        assert rule.sentence in {fault.detail for fault in faults}
    with pytest.raises(NotUnderstood, match=f"^invalid data: .*{next(iter(pointers - {f'/{other}'}))} {TYPE}"):
        fact_of(fact, {"data": body})


def refusal(read: Callable[[type[Any], Any], Any], model: type[WireModel], given: Any) -> Sequence[Fault]:
    with pytest.raises(Invalid) as refused:
        read(model, given)
    return refused.value.faults


def example(fact: type[Fact]) -> dict[str, Any]:
    path = sorted((EXAMPLES / fact.PRODUCER / fact.NAME).glob("*.json"))[0]
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))["data"]
    return data


def meetings(fact: type[Fact], rule: Contradiction) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Values of the rule's fields that contradict each other, with where it says so."""
    for chosen in itertools.product(*[valid(fact, name) for name in rule.fields]):
        values = dict(zip(rule.fields, chosen, strict=True))
        if places := list(rule.places(values)):
            yield values, places


def valid(fact: type[Fact], name: str) -> list[Any]:
    """Some values that a field can have."""
    adapter: TypeAdapter[Any] = TypeAdapter(fact.model_fields[name].rebuild_annotation())
    found = []
    for value in candidates(fact.model_fields[name].annotation):
        with suppress(ValidationError):
            found.append(adapter.validate_python(value))
    return found


def candidates(kind: Any) -> Iterator[Any]:
    """Some values of a type, as far as it is known without its annotations."""
    if get_origin(kind) is Annotated:
        yield from candidates(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for each in get_args(kind):
            yield from candidates(each)
    elif get_origin(kind) is Literal:
        yield from get_args(kind)
    elif get_origin(kind) is tuple:
        one = next(candidates(get_args(kind)[0]))
        yield from ((), (one,), (one, one))
    elif isinstance(kind, type) and issubclass(kind, WireModel) and kind is not Person:
        yield {name: next(candidates(field.annotation)) for name, field in kind.model_fields.items()}
    elif kind is Person:
        yield from (Person.model_validate(person(citizenship=state)) for state in ("UZB", "KAZ"))
    else:
        days = ["2026-01-01", "2026-01-02"]
        known: dict[Any, list[Any]] = {NoneType: [None], date: days, str: ["KAZ", "75"], int: [1], UUID: [UUID(int=1)]}
        yield from known[kind]


def has_field(model: type[WireModel], place: tuple[Any, ...]) -> bool:
    name, *below = place
    if name not in model.model_fields:
        return False
    return not below or isinstance(below[0], int) or has_field(Person, tuple(below))
