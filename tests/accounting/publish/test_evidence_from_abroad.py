"""What the consular register tells of work, study and money abroad, each as a series of its own."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.events.consular import AssistanceCase, ConsularRegistration, HostCountryFigure, Remittance
from shared.events.study import Study
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import Accounting
from tests.accounting.publish.test_register_figures import read, say


@pytest.fixture(autouse=True)
def _in_march_2024() -> Iterator[None]:
    with clock.set_to(datetime(2024, 3, 10, 12, tzinfo=UTC)):
        yield


def citizen(**changes: Any) -> dict[str, Any]:
    return person(citizenship="KAZ") | changes


async def test_citizens_abroad_by_the_region_they_left_their_sex_and_age(api: Api, written: Accounting) -> None:
    def entry(**changes: Any) -> dict[str, Any]:
        return {
            "mission": "Seoul", "person": citizen(sex="M", birth_date="2000-07-12"), "country": "KOR",
            "purpose": "work", "registered_on": "2023-05-05", "region_of_origin": "61", "legality": "irregular",
        } | changes  # fmt: skip

    await say(
        written,
        ConsularRegistration,
        entry(),
        entry(),
        entry(region_of_origin="75", legality="regular"),
        entry(region_of_origin=None, legality=None, person=citizen(sex="F", birth_date="1990")),
        entry(purpose="study"),
    )
    key = "A.{}.REGISTER.KZ+61+75+_X.KOR.work._T+M+F._T+Y20T24"
    found = await read(
        api, f"DF_ABROAD/{key.format('WORKING')}?startPeriod=2023&endPeriod=2023", "REF_AREA", "SEX", "AGE"
    )
    assert {at: value for at, value in found.items() if value and at[1] != "_T"} == {
        ("KZ", "M", "_T"): 3, ("KZ", "M", "Y20T24"): 3, ("61", "M", "_T"): 2, ("61", "M", "Y20T24"): 2,
        ("75", "M", "_T"): 1, ("75", "M", "Y20T24"): 1, ("KZ", "F", "_T"): 1, ("_X", "F", "_T"): 1,
    }  # fmt: skip
    irregular = f"DF_ABROAD/{key.format('IRREGULAR').replace('.work.', '._T.')}"
    assert (await read(api, f"{irregular}?startPeriod=2023&endPeriod=2023", "REF_AREA", "SEX", "AGE"))[
        "KZ", "_T", "_T"
    ] == 3
    assert (await read(api, "DF_ABROAD/A.REGISTERED.REGISTER.KZ.KOR.work._T._T", "TIME_PERIOD"))["2023"] == 4


async def test_a_course_is_counted_while_it_lasts_where_it_is_and_no_course_makes_a_resident(
    api: Api, written: Accounting
) -> None:
    def course(**changes: Any) -> dict[str, Any]:
        return {
            "person": person(citizenship="UZB"), "country": "KAZ", "region": "75", "institution": "A university",
            "level": "bachelor", "funding": "own_means", "since": "2022-09-01", "until": "2023-12-30",
        } | changes  # fmt: skip

    abroad = {"person": citizen(), "country": "DEU", "region": None, "level": "master", "funding": "bolashak"}
    await say(
        written,
        Study,
        course(),
        course(region="71", until="2023-12-31"),
        course(until=None, person=person(citizenship="IND")),
        course(**abroad, until="2024-06-30"),
    )
    address = "DF_STUDY/A.{}.REGISTER...?startPeriod=2023&endPeriod=2023"
    here = await read(api, address.format("STUDENTS_HERE"), "REF_AREA", "PARTNER", "STUDY_LEVEL")
    assert {at: value for at, value in here.items() if value and "_T" not in at and at[0] != "KZ"} == {
        ("71", "UZB", "bachelor"): 1,
        ("75", "IND", "bachelor"): 1,
    }
    assert here["KZ", "_T", "_T"] == 2
    gone = await read(api, address.format("STUDYING"), "REF_AREA", "PARTNER", "STUDY_LEVEL")
    assert gone["KZ", "DEU", "master"] == 1
    flows = await api.client.get(
        "/sdmx/v1/data/DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T", headers=api.token("statistician")
    )
    assert flows.status_code == 404 or not any(
        int(row["OBS_VALUE"]) for row in csv.DictReader(flows.text.splitlines()) if row
    )


async def test_transfers_are_told_as_their_source_tells_them_and_by_nobody_else(api: Api, written: Accounting) -> None:
    def told(**changes: Any) -> dict[str, Any]:
        return {
            "country": "KOR", "direction": "in", "period": "2023-Q4", "currency": "USD", "amount": 31_500_000,
            "source": "National Bank", "reported_on": "2024-02-15",
        } | changes  # fmt: skip

    await say(
        written,
        Remittance,
        told(amount=30_000_000, reported_on="2024-02-01"),
        told(),
        told(direction="out", currency="KZT", amount=9 * 10**12),
    )
    found = await read(
        api, "DF_REMITTANCE/all", "FREQ", "INDICATOR", "METHOD", "PARTNER", "CURRENCY", "TIME_PERIOD", "UNIT_MEASURE"
    )
    assert found == {
        ("Q", "TRANSFERS_IN", "REPORTED", "KOR", "USD", "2023-Q4", "USD"): 31_500_000,
        ("Q", "TRANSFERS_OUT", "REPORTED", "KOR", "KZT", "2023-Q4", "KZT"): 9 * 10**12,
    }
    assert (await api.client.get("/sdmx/v1/data/DF_REMITTANCE/Q.TRANSFERS_IN.REPORTED.KOR.USD")).status_code == 403


async def test_figures_that_contradict_each_other_stand_side_by_side_and_are_named_so(
    api: Api, written: Accounting
) -> None:
    def figure(**changes: Any) -> dict[str, Any]:
        return {
            "country": "RUS", "concept": "working", "period": "2020", "value": 111_500,
            "source": "Eurasian Economic Commission", "reliability": "official", "reported_on": "2021-02-10",
        } | changes  # fmt: skip

    await say(
        written,
        HostCountryFigure,
        figure(),
        figure(value=25_000, source="World Institute", reliability="estimate"),
        figure(value=110_000, source="Another office", reported_on="2021-01-01"),
        figure(country="GRC", value=2_249, source="ELSTAT"),
    )
    answer = await api.client.get(
        "/sdmx/v1/data/DF_MIRROR/A.WORKING..RUS+GRC.KAZ.",
        headers={"Accept": "text/csv"} | api.token("statistician"),
    )
    said = {(row["REF_AREA"], row["OBS_VALUE"]): row["COMMENT_OBS"] for row in csv.DictReader(answer.text.splitlines())}
    assert said == {
        ("RUS", "111500"): "Contradicted by 25000 (World Institute, estimate); 110000 (Another office, official).",
        ("RUS", "25000"): (
            "Contradicted by 110000 (Another office, official); 111500 (Eurasian Economic Commission, official)."
        ),
        ("GRC", "2249"): "",
    }


async def test_of_a_case_of_assistance_no_person_is_told(api: Api, written: Accounting) -> None:
    case = {
        "mission": "Seoul", "person": citizen(), "country": "KOR", "kind": "injury", "opened_on": "2023-06-01",
    }  # fmt: skip
    await say(written, AssistanceCase, case, case | {"kind": "death", "opened_on": "2023-07-01"})
    found = await read(api, "DF_ABROAD/A.ASSISTED.REGISTER.KZ.KOR._T._T._T", "TIME_PERIOD")
    assert found["2023"] == 2
    stored = await written.connection.fetch("SELECT body::text, claim, document FROM linkage.register_fact")
    assert {(row["claim"], row["document"]) for row in stored} == {(0, 0)}
    assert not [row for row in stored if "KAZ" in row["body"]]


async def test_citizens_on_the_register_by_country_and_purpose(api: Api, written: Accounting) -> None:
    def entry(**changes: Any) -> dict[str, Any]:
        return {
            "mission": "Seoul", "person": person(citizenship="KAZ"), "country": "KOR", "purpose": "work",
            "registered_on": "2023-05-05",
        } | changes  # fmt: skip

    await say(
        written,
        ConsularRegistration,
        entry(),
        entry(purpose="study"),
        entry(ended_on="2023-12-31", end_reason="return"),
        entry(country="DEU", registered_on="2024-01-02"),
    )
    found = await read(api, "DF_ABROAD/A.REGISTERED.REGISTER.KZ..._T._T", "PARTNER", "PURPOSE", "TIME_PERIOD")
    assert {at: value for at, value in found.items() if value} == {
        **{("_T", "_T", "2023"): 2, ("KOR", "_T", "2023"): 2, ("KOR", "work", "2023"): 1},
        **{("KOR", "study", "2023"): 1, ("_T", "work", "2023"): 1, ("_T", "study", "2023"): 1},
        **{("_T", "_T", "2024"): 3, ("KOR", "_T", "2024"): 2, ("KOR", "work", "2024"): 1},
        **{("KOR", "study", "2024"): 1, ("_T", "work", "2024"): 2, ("_T", "study", "2024"): 1},
        **{("DEU", "_T", "2024"): 1, ("DEU", "work", "2024"): 1},
    }


async def test_of_a_host_countrys_figures_of_one_reliability_the_one_reported_last_counts(
    api: Api, written: Accounting
) -> None:
    def figure(**changes: Any) -> dict[str, Any]:
        return {
            "country": "GRC", "concept": "working", "period": "2023", "value": 2100, "source": "ELSTAT",
            "reliability": "official", "reported_on": "2024-01-10",
        } | changes  # fmt: skip

    await say(
        written,
        HostCountryFigure,
        figure(value=2000, reported_on="2023-12-01"),
        figure(),
        figure(period="2023-Q4", value=2050, reliability="press"),
        figure(country="KOR", concept="irregular", value=11_000, reliability="estimate"),
        figure(value=9_000, reported_on="2025-01-10", reliability="press"),
        figure(value=8_000, reported_on="2024-12-01", reliability="press"),
    )
    found = await read(api, "DF_MIRROR/all", "FREQ", "INDICATOR", "METHOD", "REF_AREA", "REPORTER", "OBS_STATUS")
    assert found == {
        ("A", "WORKING", "HOST", "GRC", "GRC", "A"): 2100,
        ("A", "WORKING", "HOST_PRESS", "GRC", "GRC", "U"): 9_000,
        ("Q", "WORKING", "HOST_PRESS", "GRC", "GRC", "U"): 2050,
        ("A", "IRREGULAR", "HOST_ESTIMATE", "KOR", "KOR", "E"): 11_000,
    }
    assert await read(api, "DF_MIRROR/...KOR..?startPeriod=2023&endPeriod=2023", "REF_AREA") == {"KOR": 11_000}
    stranger = await api.client.get("/sdmx/v1/data/DF_MIRROR/A.WORKING.HOST.GRC.KAZ.GRC")
    assert stranger.status_code == 403
    assert (await api.client.get("/sdmx/v1/data/DF_MIRROR/A.WORKING.HOST...")).status_code == 404
