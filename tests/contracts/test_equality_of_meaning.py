"""What a fact says is equal however it is written, and whichever model, older or newer, reads it."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError, create_model

from contracts import export
from shared.events.catalogue import FACTS
from shared.events.digest import canonical_json, content_digest, says_the_same
from shared.events.envelope import Fact
from shared.events.wire import WireModel

Way = tuple[str, ...]

EXAMPLES = {
    f"{path.parent.name}/{path.stem}": json.loads(path.read_text("utf-8"))
    for path in sorted((export.FOLDER / "examples").glob("*/*/*.json"))
}
each_example = pytest.mark.parametrize("name", EXAMPLES)


def example(name: str) -> tuple[type[Fact], dict[str, Any]]:
    return FACTS[EXAMPLES[name]["type"]], copy.deepcopy(EXAMPLES[name]["data"])


def ways(told: dict[str, Any], to: Way = ()) -> Iterator[Way]:
    """The ways to all members, those inside others too."""
    for name, value in told.items():
        yield (*to, name)
        if isinstance(value, dict):
            yield from ways(value, (*to, name))


def holder(told: dict[str, Any], way: Way) -> dict[str, Any]:
    for name in way[:-1]:
        told = told.get(name, {})
    return told


def without(told: dict[str, Any], left_out: Sequence[Way]) -> dict[str, Any]:
    bare = copy.deepcopy(told)
    for way in left_out:
        holder(bare, way).pop(way[-1], None)
    return bare


def changed(told: dict[str, Any], way: Way, value: Any) -> dict[str, Any]:
    other = copy.deepcopy(told)
    holder(other, way)[way[-1]] = value
    return other


def read(fact: type[Fact], told: Any) -> Fact | None:
    try:
        return fact.read(json.dumps(told))
    except ValidationError:
        return None


def silent(fact: type[Fact], told: dict[str, Any]) -> list[Way]:
    """The members that are at their defaults: without each of them the model reads the same."""
    whole = read(fact, told)
    return [way for way in ways(told) if read(fact, without(told, [way])) == whole]


def shuffled(value: Any, order: st.DataObject) -> Any:
    if not isinstance(value, dict):
        return value
    names = order.draw(st.permutations(list(value)))
    return {name: shuffled(value[name], order) for name in names}


@each_example
@settings(max_examples=15)
@given(data=st.data())
def test_order_and_members_at_their_defaults_say_nothing(name: str, data: st.DataObject) -> None:
    fact, told = example(name)
    left_out = data.draw(st.lists(st.sampled_from(silent(fact, told) or [("no such member",)]), unique=True))
    again = fact.read(json.dumps(shuffled(without(told, left_out), data)))
    assert content_digest(again) == content_digest(fact.read(json.dumps(told)))


VALUES = sorted(
    {
        json.dumps(holder(event["data"], way)[way[-1]])
        for event in EXAMPLES.values()
        for way in ways(event["data"])
        if not isinstance(holder(event["data"], way)[way[-1]], dict)
    }
)
"""Everything that any example says: what fits into a member of another one is tried there."""


@each_example
def test_every_other_value_says_something_else(name: str) -> None:
    fact, told = example(name)
    known = {content_digest(fact.read(json.dumps(told))): fact.read(json.dumps(told)).model_dump_json()}
    for way in ways(told):
        for value in VALUES:
            other = read(fact, changed(told, way, json.loads(value)))
            if other is not None:
                written = other.model_dump_json()
                assert known.setdefault(content_digest(other), written) == written
    assert len(known) > len(told)
    assert len(set(known.values())) == len(known)


@each_example
def test_an_older_model_with_its_members_in_another_order_reads_the_same(name: str) -> None:
    fact, told = example(name)
    for (lacked,) in (way for way in silent(fact, told) if len(way) == 1):
        fields: dict[str, Any] = {
            member: (field.rebuild_annotation(), ... if field.is_required() else field.get_default())
            for member, field in reversed(fact.model_fields.items())
            if member != lacked
        }
        older: Any = create_model(f"Older{fact.__name__}", __base__=WireModel, **fields)
        before = older.read(json.dumps(told))
        assert lacked not in before.model_dump()
        assert content_digest(before) == content_digest(fact.read(json.dumps(told)))
        assert says_the_same(before.model_dump_json(), fact.read(json.dumps(told)))


class Address(WireModel):
    region: str
    street: str | None = None


class Stay(WireModel):
    address: Address
    others: tuple[Address, ...] = ()
    places: int = 1


class NewerAddress(WireModel):
    floor: int = 0
    street: str | None = None
    region: str


class NewerStay(WireModel):
    places: int = 1
    guests: tuple[str, ...] = ()
    others: tuple[NewerAddress, ...] = ()
    address: NewerAddress
    on_paper: bool = False


def test_models_inside_a_model_may_grow_too() -> None:
    old = '{"address": {"region": "75"}, "others": [{"region": "71", "street": null}]}'
    assert content_digest(NewerStay.read(old)) == content_digest(Stay.read(old))
    for said in ('"floor": 1', '"street": ""'):
        new = old.replace('"region": "75"', f'"region": "75", {said}')
        assert content_digest(NewerStay.read(new)) != content_digest(Stay.read(old))
        assert not says_the_same(old, NewerStay.read(new))


def test_what_stands_in_a_list_keeps_its_place() -> None:
    one, other = Address(region="71"), Address(region="75")
    stays = [Stay(address=one, others=others) for others in ((one, other), (other, one))]
    assert len({content_digest(stay) for stay in stays}) == 2


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(max_examples=50)
@given(told=values, indent=st.none() | st.integers(0, 4), data=st.data())
def test_json_is_canonical_whatever_its_order_and_white_space(
    told: Any, indent: int | None, data: st.DataObject
) -> None:
    written = json.dumps(shuffled(told, data), indent=indent, ensure_ascii=data.draw(st.booleans()))
    assert canonical_json(written.encode()) == canonical_json(json.dumps(told).encode())


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b'{"a": 1,}', b"\xff", b"[" * 500 + b"]" * 500, b"[" * 100_000, b'{"a": "\\ud800"}']
)
def test_what_is_no_json_is_taken_as_it_is(body: bytes) -> None:
    assert canonical_json(body) == body
