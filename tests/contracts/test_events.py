"""Events keep their promises: schemas are those of the code, none is broken, every example is understood."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cloudevents.v1.conversion import from_json
from cloudevents.v1.http import CloudEvent

from contracts import export
from contracts.asyncapi import asyncapi
from contracts.compatibility import breaches
from shared.events import grants
from shared.events.catalogue import FACTS
from shared.events.envelope import Event, Fact

EXAMPLES = sorted((export.FOLDER / "examples").glob("*/*/*.json"))


def committed_schema(fact: type[Fact]) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((export.FOLDER / "events" / export.schema_name(fact)).read_text("utf-8"))
    return schema


def test_committed_contracts_are_those_of_the_code() -> None:
    assert export.differences() == []


def test_no_committed_schema_is_broken() -> None:
    assert export.broken_promises() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda s: s["properties"].pop("checkpoint"), ["/checkpoint: the member is gone"]),
        (lambda s: s["properties"]["source_id"].update(type="integer"), ["/source_id: the member's shape has changed"]),
        (
            lambda s: s["required"].append("country"),
            ["/country: the member has become required, stored events may lack it"],
        ),
        (lambda s: s["required"].remove("person"), ["/person: the member is no longer always there"]),
        (lambda s: s["$defs"]["Person"]["properties"].pop("sex"), ["Person/sex: the member is gone"]),
        (lambda s: s["$defs"].pop("Document"), ["Document: the definition is gone"]),
        (lambda s: s["properties"]["purpose"].update(default="work"), ["/purpose: the member's shape has changed"]),
        (lambda s: s["properties"].update(lane={"type": "string"}), []),
        (lambda s: s["properties"]["source_id"].update(description="other words"), []),
    ],
)
def test_a_breaking_change_is_found_and_an_addition_is_not(change: Any, found: list[str]) -> None:
    old = export.schema_of(FACTS["kz.kosh.portal.border_crossing.v1"])
    new = copy.deepcopy(old)
    change(new)
    assert breaches(old, new) == found


def test_every_fact_has_an_example_and_a_topic() -> None:
    illustrated = {json.loads(path.read_text("utf-8"))["type"] for path in EXAMPLES}
    known = {f"kz.kosh.{topic['producer']}.{name}" for topic in grants.promised().values() for name in topic["facts"]}
    assert illustrated == set(FACTS) == known


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_a_cloudevent_of_its_schema(path: Path) -> None:
    text = path.read_text("utf-8")
    event = from_json(CloudEvent, text)
    fact = FACTS[event["type"]]
    assert path.parent.parent.name == fact.PRODUCER
    assert path.parent.name == fact.NAME

    jsonschema.validate(event.data, committed_schema(fact), format_checker=jsonschema.FormatChecker())
    read = fact.read(json.dumps(event.data))
    written = json.loads(read.model_dump_json(exclude_unset=True))  # an older example lacks what was added since
    assert written == event.data


def test_an_events_json_is_read_by_the_cloudevents_library_as_it_was_meant() -> None:
    example = json.loads(EXAMPLES[0].read_text("utf-8"))
    fact = FACTS[example["type"]].read(json.dumps(example["data"]))
    event = from_json(CloudEvent, Event.of(fact, "a-record", 3, _moment(example), withdrawn=True).as_json(position=7))
    assert (event["subject"], event["recordversion"], event["recordwithdrawn"], event["position"]) == (
        "a-record",
        3,
        True,
        7,
    )
    assert event["source"] == f"/kosh/{fact.PRODUCER}"
    assert type(fact).read(json.dumps(event.data)) == fact


def test_asyncapi_names_a_message_for_every_fact_that_a_consumer_is_granted() -> None:
    document = asyncapi()
    carried = {name for channel in document["channels"].values() for name in channel["messages"]}
    assert carried == set(document["components"]["messages"])
    told = {type for grant in grants.grants() for type in grant.facts}
    assert {message["name"] for message in document["components"]["messages"].values()} == told
    assert [channel["address"] for channel in document["channels"].values()] == [g.topic for g in grants.grants()]


def _moment(example: dict[str, Any]) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(example["time"])
