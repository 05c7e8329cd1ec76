"""A record names regions and countries only for days on which they were: KATO's and ISO's codes of their own day."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import clock
from shared.events.catalogue import FACTS
from shared.events.consular import HostCountryFigure
from shared.events.police import ResidencePermit
from shared.events.portal import BorderCrossing, ResidenceRegistration
from shared.kernel.codes import code_list
from shared.records import codes_of_day, plausibility
from shared.testing.people import crossing, person

REGIONS = sorted(set(code_list("regions")) - {"KZ"})
COUNTRIES = sorted(code_list("countries"))
TODAY = datetime(2026, 11, 29, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_november() -> Any:
    with clock.set_to(TODAY):
        yield


def registration(day: str, region: str, **changes: Any) -> ResidenceRegistration:
    body = {"source_id": "R-1", "act": "registration", "date": day, "region": region, "person": person()} | changes
    return ResidenceRegistration.model_validate_json(orjson.dumps(body))


def details(record: Any) -> dict[str, str]:
    return {fault.pointer: fault.detail for fault in plausibility.faults(record)}


def test_every_fact_that_names_a_code_says_its_days() -> None:
    named = {name for name, fact in FACTS.items() if codes_of_day._fields(fact)}
    assert named == {name for name, fact in FACTS.items() if fact.DAYS is not None}


def test_south_kazakhstan_of_2015_is_taken_and_abai_of_2015_is_not() -> None:
    assert details(registration("2015-05-04", "51")) == {}
    assert details(registration("2015-05-04", "10")) == {
        "/region": "10 holds from 2022-06-08 on; before, it belonged to 63."
    }
    assert details(registration("2018-06-19", "51")) == {
        "/region": "51 held until 2018-06-18; since then it is 61, 79."
    }
    assert details(registration("2018-06-19", "79", counterpart_region="33")) == {
        "/counterpart_region": "33 holds from 2022-06-08 on; before, it belonged to 19."
    }


@given(st.sampled_from(REGIONS), st.dates(date(1992, 1, 1), TODAY.date()))
def test_a_region_is_taken_on_the_days_on_which_it_was_one(region: str, day: date) -> None:
    with clock.set_to(TODAY):
        assert (details(registration(day.isoformat(), region, person=person(birth_date="1950"))) == {}) == (
            code_list("regions")[region].holds_on(day)
        )


@given(st.sampled_from(COUNTRIES), st.dates(date(1970, 1, 1), TODAY.date()))
def test_a_citizenship_is_one_of_its_day_and_an_old_passport_outlives_its_state(country: str, day: date) -> None:
    listed = code_list("countries")[country]
    document = {"type": "P", "number": "N1234567", "issuing_state": country}
    traveller = person(citizenship=country, birth_date="1950", document=document)
    body = crossing(crossed_at=f"{day}T10:00:00+05:00", person=traveller, country=country)
    with clock.set_to(TODAY):
        found = details(BorderCrossing.model_validate_json(orjson.dumps(body)))
    there = listed.holds_on(day)
    issued = listed.valid_from is None or listed.valid_from <= day
    assert ("/person/citizenship" in found, "/country" in found) == (not there, not there)
    assert ("/person/document/issuing_state" in found) == (not issued)


def permit(granted: str, region: str, ended: str | None = None) -> ResidencePermit:
    body = {"source_id": "RP-1", "person": person(), "residence": "permanent", "region": region, "granted_on": granted}
    if ended:
        body |= {"ended_on": ended, "end_reason": "departure"}
    return ResidencePermit.model_validate_json(orjson.dumps(body))


def test_what_lasts_names_a_region_of_any_day_on_which_it_holds() -> None:
    assert details(permit("2015-05-04", "51")) == details(permit("2015-05-04", "10")) == {}
    assert set(details(permit("2015-05-04", "10", "2016-05-04"))) == {"/region"}
    assert set(details(permit("2019-05-04", "51"))) == {"/region"}


@pytest.mark.parametrize(
    ("country", "period", "taken"),
    [("SCG", "2005", True), ("SCG", "2006-Q4", False), ("SCG", "2006", True), ("SSD", "2010", False)],
)
def test_a_figure_names_a_country_of_its_period(country: str, period: str, taken: bool) -> None:
    figure = {
        "source_id": "F-1", "country": country, "concept": "registered", "period": period, "value": 3,
        "source": "Statistical office", "reliability": "official", "reported_on": "2012-01-01",
    }  # fmt: skip
    assert (details(HostCountryFigure.model_validate_json(orjson.dumps(figure))) == {}) == taken


def test_days_that_are_given_go_before_those_of_the_record() -> None:
    of_2018 = registration("2015-05-04", "61")
    assert codes_of_day.faults(of_2018, (date(2018, 1, 1), date(2018, 12, 31))) == []
    assert codes_of_day.faults(of_2018, (date(2018, 6, 1), date(2018, 6, 18)))
