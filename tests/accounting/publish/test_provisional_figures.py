"""IMM, EMI and NET by M1216R hold what is expected of open crossings, once there is a past to learn from."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from services.accounting.cases.estimates.provisional import estimate, estimate_due
from services.accounting.cases.estimates.signs import count_signs
from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.releases.cut import cut_release
from services.accounting.rules.estimates.breaks import Break
from services.accounting.rules.estimates.sign_model import model
from services.accounting.rules.figures.movements import NO_CELLS, Tally
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.settings import dsn
from services.accounting.store.estimates import provisional as store
from services.accounting.store.estimates.provisional import Run
from shared import clock
from shared.events.portal import BorderCrossing, FeedCoverage
from shared.testing.api import Api
from tests.accounting.conftest import QUIET, Accounting
from tests.accounting.world import Event, Version, event

START, END = date(2018, 7, 1), date(2024, 1, 1)
TODAY = datetime(2024, 1, 10, 12, tzinfo=UTC)
FLOW = "DF_FLOW"
Observation = dict[str, str]


@pytest.fixture(autouse=True)
def _in_january_2024() -> Iterator[None]:
    with clock.set_to(TODAY):
        yield


def country(seed: int, start: date = START, end: date = END) -> list[Event]:
    """Five people a month come from Uzbekistan, and five citizens leave; six in ten for good, the others for less than
    a year. The border feed declares all its days."""
    random = Random(seed)
    events: list[dict[str, Any]] = []
    months = (end.year - start.year) * 12 + end.month - start.month
    for number in range(months * 10):
        arrives = number % 2 == 0
        day = start + timedelta(days=number // 10 * 30 + random.randrange(30))
        stay = None if random.random() < 0.6 else random.randrange(20, 350)
        events += [_crossing(number, 0, day, arrives)]
        if stay and (back := day + timedelta(days=stay)) < end:
            events += [_crossing(number, 1, back, not arrives)]
    return [*(each | {"position": at} for at, each in enumerate(events, 1)), _covered(start, end)]


def _crossing(number: int, order: int, day: date, entry: bool) -> Event:
    citizen = "UZB" if number % 2 == 0 else "KAZ"
    document = {"type": "P", "number": f"N{number:07}", "issuing_state": citizen}
    person = {
        "iin": None, "surname": "KARIMOV", "given_names": "AZIZ", "birth_date": "1990-05-05", "sex": "M",
        "citizenship": citizen, "document": document,
    }  # fmt: skip
    data: dict[str, Any] = {
        "source_id": f"B-{number:05}{order}", "direction": "entry" if entry else "exit",
        "crossed_at": f"{day.isoformat()}T09:00:00+05:00", "checkpoint": "KORDAY", "person": person, "purpose": "work",
        "resident_at_start": citizen == "KAZ",
    }  # fmt: skip
    return event(data["source_id"], 1, Version(BorderCrossing.TYPE, data, withdrawn=False))


def _covered(start: date, end: date) -> Event:
    until = end - timedelta(days=1)
    data = {"feed": "berkut", "register_start": start.isoformat(), "complete_through": until.isoformat()}
    return event(f"coverage-{end}", 1, Version(FeedCoverage.TYPE, data, withdrawn=False)) | {"position": 10**6}


async def read(api: Api, key: str, role: str | None = "statistician") -> dict[tuple[str, str], Observation]:
    """Observation by indicator and period."""
    headers = {"Accept": "text/csv"} | (api.token(role) if role else {})
    answer = await api.client.get(f"/sdmx/v1/data/{FLOW}/{key}", headers=headers)
    assert answer.status_code in (200, 404), answer.text
    rows = csv.DictReader(answer.text.splitlines() if answer.status_code == 200 else [])
    return {(row["INDICATOR"], row["TIME_PERIOD"]): row for row in rows}


NATION = "A.{}.M1216R.KZ._T._T._T._T._T"
ALL = NATION.format("")
OPEN = ("2022", "2023")
"""Years of which crossings are open."""


async def test_an_estimate_is_what_is_final_and_what_is_expected_and_a_release_freezes_it(
    api: Api, written: Accounting
) -> None:
    await written.take(country(1), size=2_000)
    naive = await read(api, ALL)
    assert naive["IMM", "2023"]["OBS_VALUE"] == naive["IMM_FINAL", "2023"]["OBS_VALUE"] == "0"
    assert naive["IMM", "2023"]["OBS_STATUS"] == "P"
    assert naive["IMM", "2023"]["STD_ERROR"] == ""

    run = await estimate(written.connection)
    assert run.vintages is not None
    assert run.open == sum(int(naive[kind, year]["OBS_VALUE"]) for kind in ("IMM_OPEN", "EMI_OPEN") for year in OPEN)
    await _is_judged(api)
    await count_signs(written.connection)
    figures = await read(api, ALL)
    await _have_pages(api, figures)
    for indicator in ("IMM", "EMI", "NET"):
        assert figures[indicator, "2023"]["OBS_STATUS"] == "E"
        assert float(figures[indicator, "2023"]["STD_ERROR"]) > 0
        assert figures[indicator, "2021"] == naive[indicator, "2021"]  # final
    for indicator in ("IMM", "EMI"):  # 60 came and left, 36 of them for good
        assert abs(int(figures[indicator, "2023"]["OBS_VALUE"]) - 36) < 3 * float(
            figures[indicator, "2023"]["STD_ERROR"]
        )
    for year in ("2022", "2023"):
        imm, emi, net = (int(figures[indicator, year]["OBS_VALUE"]) for indicator in ("IMM", "EMI", "NET"))
        assert net == imm - emi
    for indicator in ("IMM_FINAL", "EMI_FINAL", "IMM_OPEN", "EMI_OPEN"):
        assert figures[indicator, "2023"] == naive[indicator, "2023"]
    pure = await read(api, "A.IMM.M1216.KZ._T._T._T._T._T")
    assert (pure["IMM", "2023"]["OBS_VALUE"], pure["IMM", "2023"]["STD_ERROR"]) == ("0", "")

    uzbek, ours = [await read(api, f"A.IMM.M1216R.KZ._T.{citizen}._T._T._T") for citizen in ("UZB", "KAZ")]
    assert uzbek["IMM", "2023"]["OBS_STATUS"] == "E"
    parts = int(uzbek["IMM", "2023"]["OBS_VALUE"]) + int(ours["IMM", "2023"]["OBS_VALUE"])
    assert abs(parts - int(figures["IMM", "2023"]["OBS_VALUE"])) <= 1  # each is rounded
    workers = (await read(api, "A.IMM.M1216R.KZ._T._T._T._T.work"))["IMM", "2023"]
    assert (workers["OBS_STATUS"], workers["STD_ERROR"]) == ("E", "")
    assert workers["COMMENT_OBS"].startswith("No standard error by purpose")
    crossed = await read(api, "A.IMM.M1216R.KZ._T.UZB.M._T._T")
    assert (crossed["IMM", "2023"]["OBS_VALUE"], crossed["IMM", "2023"]["OBS_STATUS"]) == ("0", "P")

    await cut_release(written.connection, QUIET)
    released = await read(api, ALL, None)
    assert {key: _told(each) for key, each in released.items() if key[0] in ("IMM", "EMI", "NET")} == {
        key: _told(each)
        for key, each in figures.items()
        if key[0] in ("IMM", "EMI", "NET") and each["OBS_STATUS"] in ("A", "E")
    }
    assert ("IMM_FINAL", "2023") not in released

    await rebuild(dsn(written.database.owner_url), print)
    assert {key: _told(each) for key, each in (await read(api, ALL)).items()} == {
        key: _told(each) for key, each in figures.items()
    }


async def _have_pages(api: Api, figures: dict[tuple[str, str], Observation]) -> None:
    """Every national estimate of a year is explained, in three languages, with its own numbers."""
    headers = api.token("statistician")
    notes = {each["id"]: each for each in (await api.client.get("/v1/estimates", headers=headers)).json()}
    sure = {at: each for at, each in figures.items() if each["STD_ERROR"]}
    stocks = {id for id in notes if id.startswith("RESIDENTS._T.")}
    assert stocks
    assert set(notes) == {f"{indicator}._T.{year}" for indicator, year in sure} | stocks
    for (indicator, year), figure in sure.items():
        id = f"{indicator}._T.{year}"
        assert str(notes[id]["persons"]) == figure["OBS_VALUE"]
        final = {"NET": int(figures["IMM_FINAL", year]["OBS_VALUE"]) - int(figures["EMI_FINAL", year]["OBS_VALUE"])}
        final |= {side: int(figures[f"{side}_FINAL", year]["OBS_VALUE"]) for side in ("IMM", "EMI")}
        for lang in ("kk", "ru", "en"):
            page = (await api.client.get(f"/v1/estimates/{id}/explained?lang={lang}", headers=headers)).json()
            assert year in page["title"]
            assert f" {figure['OBS_VALUE']} " in page["paragraphs"][0]
            assert f" {final[indicator]} " in page["paragraphs"][1]
            assert not re.search(r"[{}]|None|nan", " ".join(page["paragraphs"]))
    told = (await api.client.get(f"/v1/estimates/{min(stocks)}/explained?lang=en", headers=headers)).json()
    assert f"{100 * model().errors.wrong:.1f} %" in told["paragraphs"][2]
    for nowhere in ("IMM._T.1999", "IMM.DEU.2023", "RESIDENTS._T.9999"):
        answer = await api.client.get(f"/v1/estimates/{nowhere}/explained", headers=headers)
        assert answer.status_code == 404, nowhere


async def _is_judged(api: Api) -> None:
    """Everybody reads how good the estimates were; each of them, which are of months, only a statistician."""
    stranger, statistician = [
        (await api.client.get("/v1/estimates/provisional", headers=headers)).json()
        for headers in ({}, api.token("statistician"))
    ]
    assert stranger["past"] is None
    assert stranger == statistician | {"past": None}
    assert stranger["learned_from"] == "2019-06-30"
    of_years = [each for each in stranger["quality"] if each["span"] == "A"]
    assert {each["indicator"] for each in of_years} == {"IMM", "EMI"}
    for each in of_years:
        assert each["revision"] < each["naive_revision"]
        assert each["covered_95"] > 0.8
        past = [
            one
            for one in statistician["past"]
            if (one["span"], one["indicator"]) == ("A", each["indicator"]) and one["final"]
        ]
        assert len(past) == each["vintages"] > 0
        off = [abs(one["estimate"] - one["final"]) / one["final"] for one in past]
        assert each["revision"] == pytest.approx(sum(off) / len(off), abs=0.005)

    for each in stranger["years"]:
        year = [one for one in statistician["years"] if (one["indicator"], one["year"]) == (each["indicator"], 2021)]
        assert each["missed_error"] >= abs(each["excess"])
        assert year[0]["missed_error"] > 0, "a final figure has an error of what registers miss"
        assert each["broken_error"] == each["undetermined"] == 0  # of everybody the source says where they lived
    assert {(each["indicator"], each["year"]) for each in stranger["years"]} == {
        (indicator, year) for indicator in ("IMM", "EMI") for year in range(2018, 2024)
    }
    assert stranger["breaks"] == []  # hardly anybody crosses: nothing is usual
    assert [each["groups"] > 0 for each in stranger["groups"]]


def _told(each: Observation) -> tuple[str, str, str]:
    return each["OBS_VALUE"], each["OBS_STATUS"], each["STD_ERROR"]


async def test_a_young_register_estimates_nothing(api: Api, written: Accounting) -> None:
    await written.take(country(2, date(2022, 7, 1)), size=2_000)
    untold = (await api.client.get("/v1/estimates/provisional")).json()
    assert (untold["made_at"], untold["quality"]) == (None, [])
    before = await read(api, ALL)
    assert (await estimate(written.connection)).vintages is None
    assert await read(api, ALL) == before
    told = (await api.client.get("/v1/estimates/provisional")).json()
    assert (told["covered_through"], told["learned_from"], told["open_crossings"]) == ("2023-12-31", None, 0)
    assert not await estimate_due(written.connection)  # nothing has changed since
    await _a_break_is_said_in_words(api, written)


async def _a_break_is_said_in_words(api: Api, written: Accounting) -> None:
    """Months of one series that follow each other are one break; a rise is none with a fall."""
    run = Run(TODAY, "2", Coverage(0, 1), None, 0)
    months = [Break("departures", 600 + month, 0.0, 100.0) for month in range(3)]
    jump, undecided = Break("departures", 603, 250.0, 100.0), Break("arrivals_open", 647, 180.0, 120.0)
    nothing = Tally(NO_CELLS, NO_CELLS)
    quiet = [Break(series, 630, 0.0, 9.0) for series in ("consular_registration:RUS", "host_notification")]
    await store.add(written.connection, run, None, [], nothing, [], [], [*months, jump, undecided, *quiet])
    answers = [
        (await api.client.get("/v1/estimates/provisional", params={"lang": language})).json()["breaks"]
        for language in ("kk", "ru", "en")
    ]
    assert [(each["series"], each["first"], each["last"], each["ratio"]) for each in answers[0]] == [
        ("arrivals_open", "2023-12-01", "2023-12-31", 1.5),
        ("consular_registration:RUS", "2022-07-01", "2022-07-31", 0.0),
        ("departures", "2020-01-01", "2020-03-31", 0.0),
        ("departures", "2020-04-01", "2020-04-30", 2.5),
        ("host_notification", "2022-07-01", "2022-07-31", 0.0),
    ]
    words = [[each["reason"] for each in answer] for answer in answers]
    assert len({each for answer in words for each in answer}) == 15
    assert words[2][2].startswith("From 2020-01-01 through 2020-03-31 the border's records (exits) are 0 %")
    assert "(all countries)" in words[2][4]
    assert all("2023-12-31" in answer[0] for answer in words)
