"""Evidence side by side: what our registers, hosts and others say of who left and who works here."""

import csv
from itertools import pairwise
from typing import Any

import httpx
import pytest

from services.accounting.cases.figures.load_figures import load_figures
from services.accounting.cases.indicators import INDICATORS
from services.accounting.rules.figures.contradictions import CONTRADICTED, DISPUTES
from services.accounting.rules.figures.dataflows import FLOWS, codes_of
from services.accounting.rules.figures.evidence import Evidenced, asked_of, stands_at
from services.accounting.rules.figures.figures import Query
from services.accounting.rules.figures.published_figure import COLUMNS, read_row
from services.accounting.rules.figures.series import PLACE
from shared.events.consular import ConsularRegistration, HostCountryFigure
from shared.events.portal import BorderCrossing, FeedCoverage, HostNotification
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import Accounting
from tests.accounting.publish.test_published_figures import DATA, Loading, client, loading, read
from tests.accounting.publish.test_register_figures import read as said_of
from tests.accounting.publish.test_register_figures import say
from tests.accounting.world import Event, Version, event

__all__ = ["client", "loading"]

LINES = [(each, line) for each in INDICATORS if isinstance(each.source, Evidenced) for line in each.source.lines]
OF_1_DOMAIN = {
    ("DF_MIRROR/A.WORKING.PUBLISHED.RUS.KAZ.", "2020"): {"25000", "111500"},
    ("DF_MIRROR/.WORKING.PUBLISHED._T.KAZ.", "2025"): {"126000", "156700"},
    ("DF_MIRROR/.WORKING.PUBLISHED.RUS.KAZ.", "2025"): {"102000", "128800"},
    ("DF_MIRROR/_X.IMM+EMI.PUBLISHED.RUS.KAZ.", "2020"): {"9500", "31200"},
    ("DF_LABOUR/A.WORKERS.PUBLISHED._T+quota._T._T.KZ._T._T", "2025"): {"14210", "550000"},
}


@pytest.mark.parametrize(("indicator", "line"), LINES, ids=lambda each: str(getattr(each, "code", each)))
def test_a_line_leads_from_keys_that_its_dataflow_has_to_places_of_its_own(indicator: Any, line: Any) -> None:
    """A key that no figure can have would be evidence that is silently missing."""
    flow = FLOWS[indicator.flow]
    asked = asked_of(line, Query(flow, (None,) * len(flow.dimensions)))
    assert asked is not None
    for dimension, codes in zip(asked.flow.dimensions, asked.codes, strict=True):
        assert codes is None or codes <= set(codes_of(dimension.enumeration)), dimension.id
    counted = {(each.flow, each.code, each.method) for each in INDICATORS}
    assert (line.flow, *line.key.split(".")[:2]) in counted
    key = tuple(next(iter(codes)) if codes else "RUS" for codes in asked.codes)
    placed = stands_at(line, flow, indicator.code, indicator.method, key)
    assert placed is not None
    assert len(placed) == len(flow.dimensions)


def test_a_query_for_another_place_asks_nothing_of_a_line() -> None:
    flow = FLOWS["DF_EVIDENCE"]
    (moves, line), *_ = [each for each in LINES if each[0].code == "INTERNAL_BETWEEN"]
    wanted = Query(flow, (None, None, None, frozenset({"75"}), None, frozenset({"eaeu"})))
    assert asked_of(line, wanted) is None
    asked = asked_of(line, wanted.narrowed(EVIDENCE=["registered_moves"]))
    assert asked is not None
    assert asked.of("REF_AREA") == frozenset({"75"})
    assert PLACE + len(line.places.split(".")) == len(flow.dimensions), moves.code


FILES = [DATA / f"published_{name}.csv" for name in ("figures", "foreign_workers", "emigration")]


async def test_figures_that_contradict_each_other_stand_side_by_side_and_name_each_other(
    loading: Loading, client: httpx.AsyncClient, accounting: Accounting
) -> None:
    await loading.files(*FILES)
    for (place, year), said in OF_1_DOMAIN.items():
        rows = [row for row in await read(client, f"/{place}") if row["TIME_PERIOD"].startswith(year)]
        assert {row["OBS_VALUE"] for row in rows} == said, place
        for row, other in pairwise([*rows, rows[0]]):
            contradicted = row["COMMENT_OBS"].partition("Contradicted by ")[2]
            assert f"{other['OBS_VALUE']} of {other['TIME_PERIOD']}" in contradicted
    held = {tuple(row) for row in await accounting.connection.fetch("SELECT flow, key, period FROM published_figure")}
    assert set(CONTRADICTED) <= held, "a dispute of figures that are loaded"
    assert all(len(cells) > 1 for cells in DISPUTES.values())


async def test_evidence_of_others_is_open_and_names_what_it_stands_for(
    loading: Loading, client: httpx.AsyncClient
) -> None:
    await loading.files(*FILES)
    (row,) = [
        row for row in await read(client, "/DF_EMIGRATION/A.HOST_WORKING.PUBLISHED.RUS") if row["TIME_PERIOD"] == "2020"
    ]
    assert row["OBS_VALUE"] == "111500", "the host's own figure before that of an institute"
    assert "Contradicted by 25000 of 2020" in row["COMMENT_OBS"]
    rows = await read(client, "/DF_EMIGRATION/_X.DEREGISTERED.PUBLISHED+COUPON.RUS")
    assert {(row["METHOD"], row["TIME_PERIOD"]): row["OBS_VALUE"] for row in rows}[
        "PUBLISHED", "2022-01-01/P6M"
    ] == "9875"
    assert ("COUPON", "2014-01-01/P3Y") in {(row["METHOD"], row["TIME_PERIOD"]) for row in rows}


async def test_each_register_is_its_own_series(api: Api, written: Accounting) -> None:
    def entry(**changes: Any) -> dict[str, Any]:
        return {
            "mission": "Seoul", "person": person(citizenship="KAZ"), "country": "KOR", "purpose": "work",
            "registered_on": "2023-05-05", "region_of_origin": "61", "legality": "irregular",
        } | changes  # fmt: skip

    await say(written, ConsularRegistration, entry(), entry(), entry(purpose="study"))
    await say(
        written,
        HostCountryFigure,
        {
            "mission": "Seoul", "country": "KOR", "concept": "working", "period": "2023", "value": 15000,
            "reliability": "official", "source": "Statistics Korea", "reported_on": "2024-02-01",
        },
    )  # fmt: skip
    key = "DF_EMIGRATION/A..REGISTER+HOST.KOR?startPeriod=2023&endPeriod=2023"
    found = await said_of(api, key, "INDICATOR", "METHOD")
    assert {at: value for at, value in found.items() if value} == {
        ("CONSULAR_REGISTERED", "REGISTER"): 3,
        ("CONSULAR_WORKING", "REGISTER"): 2,
        ("HOST_WORKING", "HOST"): 15000,
    }
    public = await api.client.get("/sdmx/v1/data/DF_EMIGRATION/A.CONSULAR_WORKING.REGISTER.KOR")
    assert public.status_code == 404, "what is counted by country is everybody's as it was released, and nothing was"


async def test_hosts_notices_of_guests_who_work_count_each_person_once_a_period(api: Api, written: Accounting) -> None:
    def notice(**changes: Any) -> dict[str, Any]:
        return {
            "channel": "vmp", "state": "checked_out", "person": person(citizenship="UZB"), "region": "61",
            "host_kind": "person", "stay_from": "2023-05-05", "checked_out_on": "2023-05-20", "purpose": "work",
        } | changes  # fmt: skip

    again = person(citizenship="UZB")
    await say(
        written, HostNotification,
        notice(person=again), notice(person=again, stay_from="2023-08-01", region="75", state="notified"),
        notice(person=again, stay_from="2022-12-31"), notice(person=person(citizenship="CHN")),
        notice(purpose="tourism"), notice(purpose=None), notice(state="cancelled"), notice(state="awaiting_host"),
    )  # fmt: skip
    key = "DF_EVIDENCE/A.WORK_GUESTS.REGISTER.{}?startPeriod=2022&endPeriod=2023"
    found = await said_of(api, key.format("KZ.._T+host_notices"), "PARTNER", "EVIDENCE", "TIME_PERIOD")
    assert {at: value for at, value in found.items() if value} == {
        ("_T", "host_notices", "2022"): 1, ("UZB", "host_notices", "2022"): 1,
        ("_T", "host_notices", "2023"): 2, ("UZB", "host_notices", "2023"): 1, ("CHN", "host_notices", "2023"): 1,
    }, "each once, however many hosts; of other purposes, unknown ones and stays that were none, nobody"  # fmt: skip
    by_region = await said_of(api, key.format("61+75._T.host_notices"), "REF_AREA", "TIME_PERIOD")
    assert by_region == {("61", "2022"): 1, ("61", "2023"): 2, ("75", "2022"): 0, ("75", "2023"): 1}


async def test_the_estimate_of_whom_the_register_misses_stands_beside_both_counts(
    api: Api, written: Accounting
) -> None:
    def entry(country: str) -> dict[str, Any]:
        return {
            "mission": "A mission", "person": person(citizenship="KAZ", birth_date="1990"), "country": country,
            "purpose": "work", "registered_on": "2023-05-05",
        }  # fmt: skip

    def figure(country: str, value: int) -> dict[str, Any]:
        return {
            "country": country, "concept": "working", "period": "2023", "value": value, "reliability": "official",
            "source": "A register", "reported_on": "2024-02-01",
        }  # fmt: skip

    countries = ["KOR"] * 40 + ["DEU"] * 10 + ["POL"] * 10 + ["TUR"] * 20 + ["USA"]
    await say(written, ConsularRegistration, *map(entry, countries))
    address = "/sdmx/v1/data/DF_EMIGRATION/A..ADJUSTED.?startPeriod=2023&endPeriod=2023"
    headers = {"Accept": "text/csv"} | api.token("statistician")
    assert (await api.client.get(address, headers=headers)).status_code == 404, "no host has said anything"
    await say(
        written, HostCountryFigure, figure("KOR", 400), figure("DEU", 100), figure("POL", 100), figure("RUS", 900)
    )
    answer = await api.client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    rows = {(row["INDICATOR"], row["PARTNER"]): row for row in csv.DictReader(answer.text.splitlines())}
    assert rows["WORKING_ADJUSTED", "KOR"]["OBS_VALUE"] == "400", "a trusted host's own figure"
    assert rows["WORKING_ADJUSTED", "TUR"]["OBS_VALUE"] == "200", "twenty, a tenth of whom is in the register"
    assert rows["WORKING_UNDERCOUNT", "TUR"]["OBS_VALUE"] == "180"
    assert rows["WORKING_DEFINITION_GAP", "TUR"]["OBS_VALUE"] == "0", "a stock needs no other term of stay"
    assert rows["WORKING_COVERAGE", "KOR"]["OBS_VALUE"] == "10.0"
    assert {row["OBS_STATUS"] for row in rows.values()} == {"E"}
    assert float(rows["WORKING_ADJUSTED", "TUR"]["STD_ERROR"]) > 0
    assert "over DEU, KOR, POL" in rows["WORKING_ADJUSTED", "TUR"]["COMMENT_OBS"]
    assert ("WORKING_ADJUSTED", "USA") not in rows, "one in the register: chance is more than what it misses"
    assert ("WORKING_ADJUSTED", "RUS") not in rows, "not trusted, and nobody in the register: nothing honest to say"
    assert ("WORKING_ADJUSTED", "_T") not in rows, "a sum without Russia would be no total"
    assert (await api.client.get(address.replace("A..", "A.WORKING_ADJUSTED."))).status_code in (403, 404)
    notes = (await api.client.get("/v1/estimates", headers=api.token("statistician"))).json()
    assert {
        (f"{each['id'].split('.')[0]}_ADJUSTED", each["id"].split(".")[1]) for each in notes if "2023" in each["id"]
    } == {at for at in rows if at[0].endswith("_ADJUSTED")}, "each published estimate has its page"
    for lang, word in {"kk": "Түркия", "ru": "Турция", "en": "Türkiye"}.items():
        page = await api.client.get(
            f"/v1/estimates/WORKING.TUR.2023/explained?lang={lang}", headers=api.token("statistician")
        )
        assert page.status_code == 200, page.text
        assert word in page.json()["title"]
        assert " 200 " in page.json()["paragraphs"][0]
    for nowhere in ("WORKING.RUS.2023", "OTHER.TUR.2023", "WORKING.TUR.9999", "WORKING.TUR.0000"):
        answer = await api.client.get(f"/v1/estimates/{nowhere}/explained", headers=api.token("statistician"))
        assert answer.status_code == 404, nowhere
    bad = await api.client.get("/v1/estimates/working.tur.2023/explained", headers=api.token("statistician"))
    assert bad.status_code == 422
    assert (await api.client.get("/v1/estimates/WORKING.TUR.2023/explained")).status_code == 401
    told = await api.client.get("/v1/evidence?lang=ru")
    assert {each["indicator"] for each in told.json()} > {"DEREGISTERED", "HOST_WORKING", "WORKERS"}


async def test_our_border_says_how_many_of_a_hosts_arrivals_stay_for_a_year(api: Api, written: Accounting) -> None:
    """Of thirty who left for Korea ten came home soon: of its hundred arrivals sixty-six at least emigrate."""
    events = [_crossed(number, "exit", "2021-03-10") for number in range(30)]
    events += [_crossed(number, "entry", "2021-07-10") for number in range(10)]
    coverage = {"feed": "berkut", "register_start": "2019-01-01", "complete_through": "2023-12-31"}
    await written.take([event("coverage", 1, Version(FeedCoverage.TYPE, coverage, withdrawn=False)), *events])
    row = ("DF_MIRROR", "A.IMM.PUBLISHED.KOR.KAZ.KOR", "2021", "100", "PS", "no", "arrivals", "its register", "", "")
    await load_figures(written.connection, "hosts", [read_row(dict(zip(COLUMNS, row, strict=True)))])
    answer = await api.client.get(
        "/sdmx/v1/data/DF_EMIGRATION/A.EMIGRANTS_ADJUSTED.ADJUSTED.KOR",
        headers={"Accept": "text/csv"} | api.token("statistician"),
    )
    (said,) = csv.DictReader(answer.text.splitlines())
    assert (said["TIME_PERIOD"], said["OBS_VALUE"]) == ("2021", str(round(100 * (20.5 / 31 + 1) / 2)))
    assert "duration factor 0.831 by our border" in said["COMMENT_OBS"]
    assert float(said["STD_ERROR"]) > 100**0.5 * 0.831, "the factor is not known for sure"


def _crossed(number: int, direction: str, day: str) -> Event:
    document = {"type": "P", "number": f"N{number:07}", "issuing_state": "KAZ"}
    data: dict[str, Any] = {
        "source_id": f"B-{number}-{direction}", "direction": direction, "crossed_at": f"{day}T09:00:00+05:00",
        "checkpoint": "ALA-AIR", "person": person(citizenship="KAZ") | {"iin": None, "document": document},
        "purpose": "work", "country": "KOR", "resident_at_start": True,
    }  # fmt: skip
    return event(data["source_id"], 1, Version(BorderCrossing.TYPE, data, withdrawn=False))
