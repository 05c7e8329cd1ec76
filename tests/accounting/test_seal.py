"""A seal tells what the register said, as long as the row that was made of it is the same."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.intake.decode import decode
from services.accounting.rules.persons.identity import Hashes
from services.accounting.rules.reconciliation.seal import open_seal, print_of, seal
from services.accounting.rules.rows import CrossingRow, FactRow, RegisterRow
from shared.events.envelope import Event
from shared.events.grants import grants_of
from shared.kernel.digests import content_digest, record_digest
from tests.accounting.world import Event as Told
from tests.accounting.world import World

HASHES = Hashes(b"a secret of the tests alone")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENTS = World(5, people=6).stream(repeat=0, shuffled=False)
CONTENT = st.integers(0, 2**48 - 1)
PRINT = st.integers(0, 2**16 - 1)


def rows_of(event: Told) -> list[FactRow]:
    batch = decode("portal", [event], HASHES)
    assert batch.parked == []
    return [*batch.crossings.values(), *batch.register_facts.values()]


ROWS = [row for event in EVENTS for row in rows_of(event)]


@given(st.sampled_from(ROWS), CONTENT, PRINT)
def test_an_unaltered_row_gives_back_what_was_sealed(row: FactRow, content: int, print: int) -> None:
    sealed = row._replace(seal=seal(row, content, print))
    assert sealed.seal is not None
    assert -(2**63) <= sealed.seal < 2**63
    assert open_seal(sealed) == (print, content)


@given(st.sampled_from(ROWS), CONTENT, PRINT, st.data())
def test_a_row_that_was_altered_gives_back_something_else(
    row: FactRow, content: int, print: int, data: st.DataObject
) -> None:
    sealed = row._replace(seal=seal(row, content, print))
    name = data.draw(st.sampled_from(row._fields[4:-2]))
    value: Any = getattr(row, name)
    if name == "body":
        value = orjson.dumps(orjson.loads(value) | {"altered": True}).decode()
    changed: dict[str, Any] = {name: f"{value}1" if name == "kind" else value if name == "body" else value ^ 1}
    opened = open_seal(sealed._replace(**changed))
    assert opened is not None
    assert (opened.print, opened.content != content) == (print, True)


@pytest.mark.parametrize("event", EVENTS[:12], ids=lambda event: event["id"])
def test_what_the_register_digests_is_what_the_seal_holds(event: Told) -> None:
    grant = next(grant for grant in grants_of("portal") if grant.consumer == "accounting")
    whole = Event(event["type"], event["subject"], event["recordversion"], NOON, orjson.dumps(event["data"]).decode())
    view = grant.view(whole)
    assert view is not None
    (row,) = rows_of(event)
    opened = open_seal(row)
    assert opened is not None
    assert opened.content == content_digest(row.fact, row.version, orjson.loads(view.data))


def test_the_storage_s_way_of_writing_json_alters_nothing() -> None:
    row = next(row for row in ROWS if isinstance(row, RegisterRow))
    told = row._replace(body='{"b": 1e16, "a": {"y": -0.0, "x": [1.50]}}')
    stored = told._replace(body='{"a":{"x":[1.50],"y":0},"b":10000000000000000}', seal=seal(told, 7, 1))
    assert open_seal(stored) == (1, 7)


def test_a_row_of_a_version_before_has_none() -> None:
    assert open_seal(next(row for row in ROWS if isinstance(row, CrossingRow))._replace(seal=None)) is None


def test_other_members_or_columns_have_another_print() -> None:
    prints = {
        print_of("aa", CrossingRow._fields, frozenset()),
        print_of("ab", CrossingRow._fields, frozenset()),
        print_of("aa", RegisterRow._fields, frozenset()),
        print_of("aa", RegisterRow._fields, frozenset({"region"})),
    }
    assert len(prints) == 4


@given(st.integers(1, 2**63 - 1), st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1))
def test_two_versions_that_were_exchanged_are_not_equal(key: int, one: int, other: int) -> None:
    same = one == other
    assert (content_digest(key, one, {"a": 1}) == content_digest(key, other, {"a": 1})) is same
    assert (record_digest(key, one, False) == record_digest(key, other, False)) is same
    assert record_digest(key, one, False) != record_digest(key, one, True)


def test_the_order_of_members_plays_no_part_and_what_json_cannot_hold_has_no_digest() -> None:
    assert content_digest(1, 1, {"a": 1, "b": 2}) == content_digest(1, 1, {"b": 2, "a": 1})
    assert content_digest(1, 1, {"a": 2**70}) is None
