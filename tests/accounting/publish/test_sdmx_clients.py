"""The two SDMX clients that people use read what we publish, over HTTP from a real server."""

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sdmx
from pysdmx.io import get_datasets, read_sdmx

from services.accounting.rules.figures.dataflows import FLOWS
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.world import World

KEY = ("A", "IMM", "M1216", "KZ", "_T", "_T", "_T", "_T", "_T")


@pytest.fixture
def client(sdmx_url: str) -> Iterator[Any]:
    name = f"KOSH{uuid4().hex[:8]}"
    sdmx.add_source({"id": name, "url": f"{sdmx_url}/sdmx/v1", "name": "Kosh"})
    opened = sdmx.Client(name)
    yield opened
    opened.session.close()
    sdmx.source.sources.pop(name)


def test_sdmx1_lists_the_dataflows(client: Any) -> None:
    flows = client.dataflow(agency_id="KOSH").dataflow
    assert set(flows) == set(FLOWS)
    assert flows["DF_FLOW"].name.localizations == {
        "en": "Migration flows",
        "kk": "Көші-қон ағындары",
        "ru": "Миграционные потоки",
    }


def test_sdmx1_gets_a_flow_with_all_that_it_refers_to(client: Any) -> None:
    message = client.dataflow("DF_FLOW", agency_id="KOSH")
    structure = message.structure["DSD_FLOW"]
    assert [dimension.id for dimension in structure.dimensions] == [
        *("FREQ", "INDICATOR", "METHOD", "REF_AREA", "PARTNER", "CITIZEN", "SEX", "AGE", "PURPOSE", "TIME_PERIOD")
    ]
    assert structure.dimensions.get("CITIZEN").local_representation.enumerated["UZB"].name.localizations["ru"] == (
        "Узбекистан"
    )
    assert message.codelist["CL_AREA"]["71"].parent.id == "KZ"
    assert message.codelist["CL_AGE"]["Y15T19"].parent.id == "Y15T34"


def test_sdmx1_reads_by_key_and_period(client: Any) -> None:
    structure = client.dataflow("DF_FLOW", agency_id="KOSH").structure["DSD_FLOW"]
    key = {"FREQ": "A", "INDICATOR": "IMM", "METHOD": "M1216"}
    read = client.data("DF_FLOW", key=key, params={"startPeriod": "2024"}, dsd=structure)
    frame = sdmx.to_pandas(read, attributes="o")
    assert frame["value"].to_dict() == {(*KEY, "2024"): 1_350.0}
    assert frame["OBS_STATUS"].to_list() == ["P"]


def test_sdmx1_reads_the_generic_form_that_says_everything_itself(client: Any) -> None:
    frame = sdmx.to_pandas(client.data("DF_FLOW", key="A.NET.......", params={"endPeriod": "2023"}), attributes="o")
    by_method = {key[frame.index.names.index("METHOD")]: value for key, value in frame["value"].items()}
    assert by_method == {"M1216": -45.0, "COUPON": -9_293.0}
    assert 'Bureau <& "statistics">\'s table' in frame["SOURCE"].to_list()


def test_sdmx1_asks_which_series_there_are(client: Any) -> None:
    keys = client.series_keys("DF_FLOW", use_cache=False)
    assert {(key["INDICATOR"].value, key["METHOD"].value) for key in keys} == {
        ("IMM", "M1216"),
        ("NET", "M1216"),
        ("NET", "COUPON"),
    }


@pytest.mark.parametrize(
    "media_type",
    [
        "application/vnd.sdmx.genericdata+xml;version=2.1",
        "application/vnd.sdmx.structurespecificdata+xml;version=2.1",
        "application/vnd.sdmx.data+csv;version=1.0.0",
        "application/vnd.sdmx.data+csv;version=1.0.0;labels=both",
    ],
)
@pytest.mark.parametrize("at_observation", ["TIME_PERIOD", "AllDimensions"])
def test_pysdmx_reads_every_form_the_same(
    sdmx_url: str, statistician: dict[str, str], media_type: str, at_observation: str
) -> None:
    structure = httpx.get(f"{sdmx_url}/sdmx/v1/dataflow/KOSH/DF_FLOW/latest?references=all").text
    data = httpx.get(
        f"{sdmx_url}/sdmx/v1/data/DF_FLOW/A.IMM.M1216.KZ._T._T.._T._T/",
        params={"dimensionAtObservation": at_observation},
        headers={"Accept": media_type, **statistician},
    )
    assert data.headers["content-type"].replace(" ", "").startswith(media_type)
    (read,) = get_datasets(data.text, structure)
    table = read.data
    assert dict(
        zip(zip(table["SEX"], table["TIME_PERIOD"], strict=True), map(int, table["OBS_VALUE"]), strict=True)
    ) == {
        ("_T", "2023"): 1_200,
        ("_T", "2024"): 1_350,
        ("F", "2023"): 500,
        ("F", "2024"): 610,
        ("M", "2023"): 700,
        ("M", "2024"): 740,
    }
    assert set(table["CONF_STATUS"]) == {"F", "N"}


@pytest.mark.parametrize(
    "address",
    [
        "dataflow",
        "dataflow/KOSH/all/latest/",
        "dataflow/KOSH/DF_FLOW?references=all",
        "datastructure/KOSH/DSD_LABOUR/1.0?references=children",
        "codelist/KOSH/CL_SEX+CL_AGE/latest",
        "codelist/KOSH/CL_SEX?references=parentsandsiblings",
        "conceptscheme/all/all/all",
        "agencyscheme/KOSH",
        "structure/KOSH/all/latest?detail=allstubs",
        "dataflow/KOSH/DF_KANDAS?references=descendants&detail=referencestubs",
    ],
)
def test_structures_are_valid_against_the_schema_of_the_standard(sdmx_url: str, address: str) -> None:
    answer = httpx.get(f"{sdmx_url}/sdmx/v1/{address}")
    assert answer.status_code == 200
    assert read_sdmx(answer.text, validate=True).structures


async def test_sdmx1_reads_the_real_account_with_a_statisticians_token(
    api: Api, written: Accounting, address: str
) -> None:
    """From events through the cube to the client: the series by citizenship add up to the national one."""
    await written.take(World(4, people=40).stream())
    frame = await asyncio.to_thread(_by_citizenship, address, api.token("statistician"))
    wide = frame.unstack("CITIZEN")
    assert set(wide) > {"_T", "KAZ", "UZB"}
    assert (wide.drop(columns="_T").sum(axis="columns") == wide["_T"]).all()
    assert wide["_T"].sum() > 0


def _by_citizenship(url: str, token: dict[str, str]) -> Any:
    name = f"KOSH{uuid4().hex[:8]}"
    sdmx.add_source({"id": name, "url": f"{url}/sdmx/v1", "name": "Kosh"})
    client = sdmx.Client(name)
    client.session.headers.update(token)
    key = {"FREQ": "Q", "INDICATOR": "EMI", "METHOD": "M1216", "REF_AREA": "KZ"}
    key |= dict.fromkeys(("PARTNER", "SEX", "AGE", "PURPOSE"), "_T")
    structure = client.dataflow("DF_FLOW", agency_id="KOSH").structure["DSD_FLOW"]
    read = client.data("DF_FLOW", key=key, params={"startPeriod": "2022", "endPeriod": "2023"}, dsd=structure)
    client.session.close()
    sdmx.source.sources.pop(name)
    return sdmx.to_pandas(read).fillna(0)


async def test_a_page_of_any_origin_asks_for_figures_and_for_nothing_else(api: Api) -> None:
    preflight = {"Origin": "https://stranger.example", "Access-Control-Request-Method": "GET"}
    figures = await api.client.options("/sdmx/v1/data/DF_FLOW/all", headers=preflight)
    assert (figures.status_code, figures.headers["Access-Control-Allow-Origin"]) == (204, "*")
    for path in ("/v1/me/access-log", "/v1/identities", "/"):
        answer = await api.client.options(path, headers=preflight)
        assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (405, None), path
