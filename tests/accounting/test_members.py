"""Stored facts are read by the members of their models: what is misspelt fails, older shapes are read as today's."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.accounting.cases.indicators import INDICATORS, Acts, Standing
from services.accounting.intake.decode import decode
from services.accounting.rules.rows import CONSUMER, LEFT_OUT
from services.accounting.store import coverage, members
from services.accounting.store.figures import host_figures
from services.accounting.store.members import NoSuchMember
from services.accounting.store.register_records import Records
from shared.events.catalogue import FACTS
from shared.events.consular import HostCountryFigure
from shared.events.envelope import Fact
from shared.events.kandas import KandasStatus
from shared.events.permits import WorkPermit
from shared.events.portal import BorderCrossing, FeedCoverage, ResidenceRegistration
from shared.events.views import granted
from shared.testing.consumers import seen_by
from tests.accounting.conftest import HASHES

EXAMPLES = {
    f"{path.parent.name}/{path.stem}": orjson.loads(path.read_bytes())
    for path in sorted(Path("contracts/examples").glob("*/*/*.json"))
}
STORED = {
    name: example
    for name, example in EXAMPLES.items()
    if example["type"] != BorderCrossing.TYPE and seen_by(CONSUMER, example)
}


def body(example: dict[str, Any]) -> str:
    """What is stored of an example."""
    (row,) = decode("any", [example], HASHES).register_facts.values()
    return row.body


def counted() -> list[Records]:
    """All records that any indicator counts."""
    sources = [each.source for each in INDICATORS]
    return list(chain(*(source.records for source in sources if isinstance(source, Acts | Standing))))


def named(sql: str) -> set[str]:
    return set(re.findall(r"body->>'(\w+)'", sql))


def of_records(records: Records) -> set[str]:
    return named(" ".join([records.since, records.until, records.condition, *chain(*records.place)]))


NAMED: list[tuple[type[Fact], set[str]]] = [
    *((records.fact, of_records(records)) for records in counted()),
    (HostCountryFigure, named(host_figures._NEWEST)),
    (FeedCoverage, named(coverage._DECLARED)),
]


@pytest.mark.parametrize(("fact", "names"), NAMED, ids=lambda part: getattr(part, "NAME", ""))
def test_every_member_that_sql_names_is_stored_with_every_example(fact: type[Fact], names: set[str]) -> None:
    stored = [orjson.loads(body(example)) for example in STORED.values() if example["type"] == fact.TYPE]
    assert stored
    assert names
    assert [names - set(each) for each in stored] == [set()] * len(stored)


def test_the_sql_is_plain_where_a_member_has_no_default() -> None:
    assert members.day(WorkPermit, "issued_on") == "(body->>'issued_on')::date"
    assert members.day(WorkPermit, "ended_on") == "(body->>'ended_on')::date"


@pytest.mark.parametrize("example", STORED.values(), ids=STORED)
def test_every_example_is_read_as_it_was_published(example: dict[str, Any]) -> None:
    model = FACTS[example["type"]]
    published = model.model_validate(example["data"])
    stored = members.read(model, body(example))
    told = granted(CONSUMER, model).model_fields
    expected = {name: value for name, value in published if name in told and name not in LEFT_OUT}
    assert {name: getattr(stored, name) for name in expected} == expected


@pytest.mark.parametrize("example", STORED.values(), ids=STORED)
def test_what_is_stored_are_the_members_of_the_model(example: dict[str, Any]) -> None:
    assert set(orjson.loads(body(example))) == set(members.members(FACTS[example["type"]]))


def test_an_older_shape_has_the_defaults_and_a_newer_one_is_read_without_what_it_added() -> None:
    example = next(each for name, each in STORED.items() if name.startswith("residence_registration"))
    stored = orjson.loads(body(example)) | {"residence": "permanent"}
    del stored["residence"]
    read = members.read(ResidenceRegistration, orjson.dumps(stored | {"added": 1}).decode())
    assert read.residence == "permanent"
    assert members.text(ResidenceRegistration, "residence") == "coalesce(body->>'residence', 'permanent')"


def test_what_is_not_granted_cannot_be_counted() -> None:
    """A figure by a member that contracts/topics.yaml does not grant fails when its module is loaded."""
    for fact, name in ((ResidenceRegistration, "former_kandas"), (WorkPermit, "occupation")):
        assert name in fact.model_fields
        with pytest.raises(NoSuchMember, match=name):
            members.text(fact, name)


@pytest.mark.parametrize(
    ("read", "names"),
    [
        (members.text, ("isued_on",)),
        (members.text, ("person",)),
        (members.day, ("state",)),
        (members.flag, ("state",)),
        (members.number, ("state",)),
        (members.one_of, ("state", "granted", "gone")),
    ],
)
def test_what_a_fact_does_not_have_is_refused_when_it_is_named(read: Any, names: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchMember, match=r"kandas_status\.v1"):
        read(KandasStatus, *names)


def test_a_fact_without_a_person_has_nothing_of_one() -> None:
    with pytest.raises(NoSuchMember):
        members.code(FeedCoverage, "citizenship")
    assert members.code(WorkPermit, "citizenship") == "coalesce(body->>'citizenship', '_X')"
