"""Scopes: what a caller reaches, of whatever fact, role and agency; and that lists say the same as records."""

import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import literal

from shared.errors import Forbidden
from shared.identity.callers import Caller
from shared.identity.roles import AGENTS, OFFICERS, OWN_AFFAIRS, ROLES
from shared.identity.scope import (
    Scope,
    belongs_to,
    expect_own,
    expect_reach,
    expect_whole_country,
    no_record,
    outside,
    reaches,
    sees,
    whole_country,
    within,
)
from shared.kernel.agencies import reach_of
from shared.kernel.codes import code_list, is_country, is_region, rows

SCOPE = belongs_to(region="region", mission="mission", employer="bin", person="person.iin", carriers=("notifier",))
NATIONAL = whole_country("a reason that the law gives")
VALUES = ["75", "11", "Seoul", "Berlin", "200340001008", "900501300123", "police-75", "embassy-seoul", "development"]

SHOWN = belongs_to(region="region", shown_to={"region": "further", "mission": "mission"})

SQLITE: Any = sqlite

value = st.none() | st.sampled_from(VALUES)
facts = st.builds(
    lambda region, mission, number, iin: SimpleNamespace(
        region=region, mission=mission, bin=number, person=SimpleNamespace(iin=iin)
    ),
    value,
    value,
    value,
    value,
)
callers = st.builds(
    Caller,
    st.just("x"),
    st.frozensets(st.sampled_from(sorted(ROLES)), max_size=3),
    agency=value,
    iin=value,
    bin=value,
)


def places(fact: Any) -> set[str | None]:
    return {fact.region, fact.mission, fact.bin, fact.person.iin}


@given(callers, facts)
def test_nobody_reaches_what_names_neither_their_agency_s_places_nor_their_numbers(caller: Caller, fact: Any) -> None:
    known = reach_of(caller.agency) if caller.agency and caller.roles & AGENTS else None
    named = {place for names in known.places.values() for place in names} if known else set()
    numbers = {caller.iin, caller.bin} if caller.roles & (OWN_AFFAIRS | {"notifier"}) else set()
    if reaches(caller, SCOPE, fact):
        everything = "system" in caller.roles or (known is not None and known.whole)
        assert everything or places(fact) & (named | numbers) - {None}


@given(callers, facts)
def test_an_officer_without_an_agency_reaches_nothing(caller: Caller, fact: Any) -> None:
    nameless = Caller("x", caller.roles & OFFICERS, iin=caller.iin, bin=caller.bin)
    if "notifier" not in nameless.roles:
        assert not reaches(nameless, SCOPE, fact)
    assert not reaches(nameless, NATIONAL, fact)


@given(callers, facts)
def test_a_role_more_never_reaches_less_and_none_reaches_nothing(caller: Caller, fact: Any) -> None:
    if reaches(caller, SCOPE, fact):
        more = Caller("x", caller.roles | {"operator"}, caller.agency, caller.iin, caller.bin)
        assert reaches(more, SCOPE, fact)
    assert not reaches(Caller("x", frozenset(), caller.agency, caller.iin, caller.bin), SCOPE, fact)


@given(callers, facts)
def test_what_is_handed_in_is_what_is_reached_or_carried(caller: Caller, fact: Any) -> None:
    carried = caller.roles <= {"notifier"} and not (caller.iin or caller.bin)
    assert (outside(caller, SCOPE, fact) == []) == (reaches(caller, SCOPE, fact) or carried)
    if not carried:
        assert reaches(caller, SCOPE, fact) or outside(caller, SCOPE, fact)


@given(callers, facts)
def test_a_list_is_filtered_as_a_record_is_asked_for(caller: Caller, fact: Any) -> None:
    """The condition, read as SQL reads it: equal to one of its values, and never to a null."""
    named = {"region": "region", "mission": "mission", "employer": "bin", "person": "iin"}
    condition = within(caller, SCOPE, {kind: column(name) for kind, name in named.items()})  # type: ignore[misc]
    row = {"region": fact.region, "mission": fact.mission, "bin": fact.bin, "iin": fact.person.iin}
    assert asked(condition, row) == reaches(caller, SCOPE, fact)


@given(callers, value, st.lists(st.sampled_from(VALUES), max_size=3), value)
def test_what_is_shown_is_read_as_if_it_belonged_there_and_acted_on_by_its_own_place_alone(
    caller: Caller, region: str | None, further: list[str], mission: str | None
) -> None:
    fact = SimpleNamespace(region=region, further=tuple(further), mission=mission)
    named = [SimpleNamespace(region=place, mission=None) for place in (region, *further)]
    there = [*named, SimpleNamespace(region=None, mission=mission)]
    own = belongs_to(region="region", mission="mission")
    assert sees(caller, SHOWN, fact) == any(reaches(caller, own, each) for each in there)
    assert reaches(caller, SHOWN, fact) == reaches(caller, own, named[0])
    if not reaches(caller, SHOWN, fact):
        with pytest.raises(Forbidden) if sees(caller, SHOWN, fact) else nullcontext():
            expect_own(caller, SHOWN, fact)


def asked(condition: Any, row: dict[str, Any]) -> bool:
    """What a database answers (the condition is of comparisons alone, which all databases read the same)."""
    source = select(*(literal(each).label(name) for name, each in row.items())).subquery()
    query = select(literal(1)).select_from(source).where(condition)
    text = str(query.compile(dialect=SQLITE.dialect(), compile_kwargs={"literal_binds": True}))
    return sqlite3.connect(":memory:").execute(text).fetchone() is not None


def test_an_unknown_agency_reaches_only_what_names_it() -> None:
    unknown = Caller("x", frozenset({"consul"}), agency="Embassy on the Moon")
    own = SimpleNamespace(region="75", mission="Embassy on the Moon", bin=None, person=SimpleNamespace(iin=None))
    assert reaches(unknown, SCOPE, own)
    own.mission = "Seoul"
    assert not reaches(unknown, SCOPE, own)
    assert not reaches(unknown, NATIONAL, own)
    with pytest.raises(Forbidden):
        expect_whole_country(unknown, "This")
    with pytest.raises(Forbidden):
        expect_reach(unknown, SCOPE, own)


def test_a_scope_says_where_or_why_nowhere() -> None:
    nowhere: list[Callable[[], Scope]] = [belongs_to, lambda: whole_country(""), lambda: no_record("")]
    for wrong in nowhere:
        with pytest.raises(ValueError, match="reason"):
            wrong()
    with pytest.raises(ValueError, match="no such kind of place: planet"):
        belongs_to(planet="planet")
    with pytest.raises(ValueError, match="every place"):
        within(Caller("x", frozenset({"consul"}), agency="Seoul"), SCOPE, {"region": column("region")})
    with pytest.raises(ValueError, match="every place"):
        within(Caller("x", frozenset({"consul"}), agency="Seoul"), SHOWN, {"region": column("region")})
    with pytest.raises(ValueError, match="no such kind of place: planet"):
        belongs_to(region="region", shown_to={"planet": "planet"})  # type: ignore[dict-item]
    assert str(SHOWN) == "region further:reads mission:reads"
    assert isinstance(NATIONAL, Scope)
    assert str(SCOPE) == "region mission employer person"


def test_the_list_of_what_agencies_reach_is_of_known_agencies_and_places() -> None:
    for row in rows("agency_reach"):
        assert row["agency"] in code_list("agencies")
        known = {"country": lambda place: place == "KZ", "region": is_region, "host_country": is_country}
        assert known.get(row["kind"], bool)(row["place"]), row
        assert row["kind"] in {*known, "mission"}
        assert row["source"]
    assert reach_of("development").whole
    assert not reach_of("eqonaq").whole
