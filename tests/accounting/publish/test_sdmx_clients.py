"""The two SDMX clients that people use read what we publish, over HTTP from a real server."""

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sdmx
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.api.fmr import RegistryClient
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.model import DataStructureDefinition

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


def test_pysdmx_discovers_and_reads_by_its_connector(sdmx_url: str) -> None:
    connector = SdmxConnector(f"{sdmx_url}/sdmx/v2", timeout=60)
    assert [flow.id for flow in connector.dataflows("migration flows")] == ["DF_FLOW"]
    assert {flow.id for flow in connector.dataflows()} == set(FLOWS)
    flow = connector.dataflow("Dataflow=KOSH:DF_FLOW(1.0)")
    assert (flow.obs_count, flow.series_count) == (4, 3)
    assert isinstance(flow.structure, DataStructureDefinition)
    assert flow.structure.components["CITIZEN"].enumeration["UZB"].name == "Uzbekistan"
    rows = list(connector.data("Dataflow=KOSH:DF_FLOW(1.0)", "INDICATOR = 'NET' AND METHOD <> 'COUPON'"))
    assert [(row["TIME_PERIOD"], row["OBS_VALUE"]) for row in rows] == [("2023", "-45")]
    since = list(connector.data("Dataflow=KOSH:DF_FLOW(1.0)", "TIME_PERIOD >= '2024'"))
    assert [(row["INDICATOR"], row["OBS_VALUE"]) for row in since] == [("IMM", "1350")]


def test_pysdmx_reads_structures_as_a_registry_client(sdmx_url: str) -> None:
    registry = RegistryClient(f"{sdmx_url}/sdmx/v2", timeout=60)
    assert {each.id: each.name for each in registry.get_codes("KOSH", "CL_SEX", "1.0")}["F"] == "Female"
    concepts = {each.id: each.name for each in registry.get_concepts("KOSH", "CS_KOSH", "1.0")}
    assert concepts["OBS_VALUE"] == "Observed value"
    assert {flow.id for flow in registry.get_dataflows("KOSH")} == set(FLOWS)
    described = registry.get_dataflow_details("KOSH", "DF_LABOUR", "1.0")
    assert {"PERMIT_KIND", "OBS_VALUE", "OBS_STATUS"} <= {each.id for each in described.components}
    schema = registry.get_schema("dataflow", "KOSH", "DF_FLOW", "1.0")
    assert [each.id for each in schema.components.dimensions][-1] == "TIME_PERIOD"
    assert schema.components["SEX"].enumeration["F"].name == "Female"


@pytest.mark.parametrize(
    "kind", ["genericdata+xml;version=2.1", "structurespecificdata+xml;version=2.1", "data+csv;version=2.0.0"]
)
def test_pysdmx_reads_data_valid_by_xsd_with_structures_of_version_3(sdmx_url: str, kind: str) -> None:
    structure = httpx.get(f"{sdmx_url}/sdmx/v2/structure/dataflow/KOSH/DF_FLOW/~/?references=all&format=xml").text
    accept = {"Accept": f"application/vnd.sdmx.{kind}"}
    data = httpx.get(f"{sdmx_url}/sdmx/v2/data/dataflow/KOSH/DF_FLOW/~/", headers=accept).text
    (read,) = get_datasets(data, structure, validate=True)
    assert len(read.data) == 4


@pytest.mark.parametrize("kind", ["genericdata", "structurespecificdata"])
def test_data_name_their_structure_beside_their_flow(sdmx_url: str, kind: str) -> None:
    """By the structure pandasdmx and rsdmx find the rest; pandasdmx stops at a reference of a flow that has a class."""
    accept = {"Accept": f"application/vnd.sdmx.{kind}+xml;version=2.1"}
    root = ElementTree.fromstring(httpx.get(f"{sdmx_url}/sdmx/v1/data/DF_FLOW", headers=accept).content)  # noqa: S314
    named = [
        (child.tag.rpartition("}")[2], child[0].get("id"), child[0].get("class"))
        for structure in root.findall("{*}Header/{*}Structure")
        for child in structure
    ]
    assert named == [("Structure", "DSD_FLOW", "DataStructure"), ("StructureUsage", "DF_FLOW", None)]
    (data_set,) = root.findall("{*}DataSet")
    assert "DSD_FLOW" in data_set.attrib.values()


def test_sdmx1_asks_what_there_is(client: Any) -> None:
    message = client.get("availableconstraint", "DF_FLOW", force=True)
    (constraint,) = message.constraint.values()
    (region,) = constraint.data_content_region
    codes = {
        key.id: {value.value for value in selection.values}
        for key, selection in region.member.items()
        if key.id == "METHOD"
    }
    assert codes == {"METHOD": {"M1216", "COUPON"}}


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
