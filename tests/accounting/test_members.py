"""Stored facts are read by the members of their models: what is misspelt fails, older shapes are read as today's."""

import re
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.cases.indicators import INDICATORS, Acts, Standing
from services.accounting.intake.decode import decode
from services.accounting.rules.estimates.sign_kinds import TOLD
from services.accounting.rules.figures.dimensions import age_group_on
from services.accounting.rules.kept import KEPT, OF_BIRTH, PERSONAL
from services.accounting.rules.rows import CONSUMER
from services.accounting.store import coverage, members
from services.accounting.store.figures import host_figures, quota_pools, regional_quota_pools, staff, transfers
from services.accounting.store.members import NoSuchMember
from services.accounting.store.register_records import Records
from shared.events.catalogue import FACTS
from shared.events.consular import HostCountryFigure, Remittance
from shared.events.envelope import Fact
from shared.events.kandas import KandasStatus, RegionalQuotaPool
from shared.events.permits import EmployerStaff, QuotaPool, WorkPermit
from shared.events.police import CitizenshipChange
from shared.events.portal import BorderCrossing, FeedCoverage, ResidenceRegistration
from shared.events.signs import SignOfLife
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
    return set(re.findall(r"body->>?'(\w+)'", sql))


def of_records(records: Records) -> set[str]:
    return named(" ".join([records.since, records.until, records.condition, *chain(*records.place)]))


NAMED: list[tuple[type[Fact], set[str]]] = [
    *((records.fact, of_records(records)) for records in counted()),
    (HostCountryFigure, named(host_figures._NEWEST)),
    (Remittance, named(transfers._NEWEST)),
    (FeedCoverage, named(coverage._DECLARED)),
    (QuotaPool, named(quota_pools._POOLS)),
    (RegionalQuotaPool, named(regional_quota_pools._NEWEST)),
    (EmployerStaff, named(staff.staff(("1", "2", "3", "4")))),
    (
        SignOfLife,
        {member for told in TOLD[SignOfLife.NAME] for member in (told.day, told.region, told.needs) if member},
    ),
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
    told = granted(CONSUMER, model)
    published = told.model_validate(example["data"], extra="ignore")
    stored = members.read(model, body(example))
    kept = KEPT[model.NAME] - PERSONAL - OF_BIRTH
    assert kept <= set(told.model_fields)
    expected = {name: value for name, value in published if name in kept}
    assert {name: getattr(stored, name) for name in expected} == expected


TIMELINE = Path("services/accounting/cases/stated.py").read_text()


def read_in_a_timeline(name: str) -> bool:
    """Whether the timeline's code names a member, or what it asks of a violation does."""
    return bool(re.search(rf"\bfact\.{name}\b|\b{name}=", TIMELINE)) or name in ("found_by", "confirmed_on")


def test_every_member_that_is_kept_is_read_by_a_figure_or_a_timeline() -> None:
    in_figures: dict[str, set[str]] = {}
    for fact, names in NAMED:
        in_figures.setdefault(fact.NAME, set()).update(names)
    unread = {
        f"{kind}: {name}"
        for kind, names in KEPT.items()
        for name in names - in_figures.get(kind, set())
        if name in PERSONAL or name in OF_BIRTH or not read_in_a_timeline(name)
    }
    assert unread == set()


@pytest.mark.parametrize("example", STORED.values(), ids=STORED)
def test_nothing_that_identifies_is_kept(example: dict[str, Any]) -> None:
    stored = orjson.loads(body(example))
    assert not set(stored) & {"source_id", "person", "birth_date", "document", "former_document", "iin"}
    assert not [value for value in told_of(example["data"]) if value in body(example)]


def told_of(data: dict[str, Any]) -> list[str]:
    """The record's number, and what names its person."""
    person = data.get("person") or {}
    document = person.get("document") or {}
    named = (data.get("source_id"), person.get("birth_date"), person.get("iin"), document.get("number"))
    return [value for value in (*named, person.get("surname")) if value]


@given(st.dates(), st.dates(), st.sampled_from((4, 7, 10)))
def test_the_age_that_is_kept_is_the_one_that_the_dates_say(born: date, on: date, known: int) -> None:
    whole = born.replace(**({"month": 7, "day": 1} if known == 4 else {"day": 15} if known == 7 else {}))
    years = on.year - whole.year - ((on.month, on.day) < (whole.month, whole.day))
    assert age_group_on(born.isoformat()[:known], on) == (min(years // 5 + 1, 21) if years >= 0 else 0)


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
    for fact, name in ((CitizenshipChange, "former_kandas"), (WorkPermit, "occupation")):
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
