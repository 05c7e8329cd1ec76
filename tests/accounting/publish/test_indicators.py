"""The table of indicators agrees with all that must know one: code lists, structure, counts, loaded files."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import get_args

import orjson
import pytest

from services.accounting.cases.estimates.signs import count_signs
from services.accounting.cases.indicators import (
    INDICATORS,
    Acts,
    Carried,
    Difference,
    Indicator,
    Loaded,
    QuotaPlaces,
    RegionalPlaces,
    Reported,
    Residual,
    Share,
    StaffShare,
    Standing,
    Transferred,
    parts,
)
from services.accounting.intake.decode import decode
from services.accounting.intake.published.load import read_file
from services.accounting.rules.estimates.series import Adjusted
from services.accounting.rules.figures import dataflows
from services.accounting.rules.figures.dataflows import FLOWS, OF_RELEASES, codes_of
from services.accounting.rules.figures.evidence import Evidenced
from services.accounting.rules.figures.figures import OPEN_METHODS
from services.accounting.rules.figures.flow_figures import Crossings, Formula, Indexed, kinds
from services.accounting.rules.figures.movements import CellKind
from services.accounting.rules.figures.series import PLACE
from services.accounting.rules.figures.units import NUMBER, PER_CENT, PERSONS, unit_of
from shared.events.consular import HostCountryFigure
from shared.kernel.codes import code_list
from shared.testing.api import Api
from tests.accounting.conftest import HASHES, Accounting

COMPUTED = [each for each in INDICATORS if not isinstance(each.source, Loaded)]
EXAMPLES = [orjson.loads(path.read_bytes()) for path in sorted(Path("contracts/examples").glob("*/*/*.json"))]
FILES = sorted(Path("services/accounting/data").glob("*.csv"))


def name(indicator: Indicator) -> str:
    return f"{indicator.flow}-{indicator.code}-{indicator.method}"


def test_no_indicator_stands_twice() -> None:
    assert len({name(each) for each in INDICATORS}) == len(INDICATORS)


def test_the_code_list_has_every_indicator_in_three_languages_and_no_other() -> None:
    listed = code_list("indicators")
    assert set(listed) == {each.code for each in INDICATORS}
    assert [code for code, names in listed.items() if not (names.kk and names.ru and names.en)] == []


def test_each_indicator_has_the_unit_of_what_it_counts() -> None:
    of_things = Crossings | QuotaPlaces | RegionalPlaces
    for each in COMPUTED:
        if isinstance(each.source, Transferred):
            continue  # money: its currency stands in the key
        share = isinstance(each.source, Share | StaffShare) or getattr(each.source, "part", "") == "share"
        unit = PER_CENT if share else NUMBER if isinstance(each.source, of_things) else PERSONS
        assert unit_of(each.flow, each.code) == unit, name(each)
    assert {PERSONS, NUMBER, PER_CENT} <= set(codes_of(dataflows.UNITS))


def test_every_dataflow_has_indicators_and_every_method_is_known() -> None:
    assert {each.flow for each in INDICATORS} | OF_RELEASES == set(FLOWS), "these are of others' indicators"
    assert {each.method for each in INDICATORS} <= set(codes_of(dataflows.METHODS))
    assert [
        name(each) for each in INDICATORS if isinstance(each.source, Loaded) and each.method not in OPEN_METHODS
    ] == []


def test_what_counts_the_records_of_a_flow_has_one_method_there() -> None:
    methods: dict[str, set[str]] = defaultdict(set)
    for each in COMPUTED:
        if not isinstance(each.source, Formula | Reported | Carried | Residual | Evidenced | Adjusted | Indexed):
            methods[each.flow].add(each.method)
    assert [at for at, found in methods.items() if len(found) > 1] == []


@pytest.mark.parametrize("indicator", COMPUTED, ids=name)
def test_what_is_counted_fits_the_places_of_its_flow(indicator: Indicator) -> None:
    places = len(FLOWS[indicator.flow].dimensions) - PLACE
    if isinstance(indicator.source, Acts | Standing):
        assert {len(records.place) for records in indicator.source.records} == {places}
    if isinstance(indicator.source, Difference):
        assert all(isinstance(each.source, Acts) for each in parts(indicator))


def test_both_sides_of_a_share_are_keys_of_their_dataflow_by_its_codes() -> None:
    """A key that no figure can have would be a share that is silently missing."""
    sources = [each.source for each in INDICATORS if isinstance(each.source, Share)]
    for side in (side for source in sources for side in (source.part, source.whole)):
        flow, _, key = side.partition("/")
        for dimension, codes in zip(FLOWS[flow].dimensions, key.split("."), strict=True):
            assert set(codes.split("+")) <= set(codes_of(dimension.enumeration)), (side, dimension.id)


def test_every_cell_of_the_cube_and_every_reported_concept_is_published() -> None:
    formulas = [each.source for each in INDICATORS if isinstance(each.source, Formula)]
    assert kinds(formulas) == sorted(CellKind)
    concepts = {each.source.concept for each in INDICATORS if isinstance(each.source, Reported)}
    assert concepts == set(get_args(HostCountryFigure.model_fields["concept"].annotation))
    reliabilities = {each.source.reliability for each in INDICATORS if isinstance(each.source, Reported)}
    assert reliabilities == set(get_args(HostCountryFigure.model_fields["reliability"].annotation))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_figure_that_is_loaded_is_of_an_indicator(file: Path) -> None:
    known = {(each.flow, each.code, each.method) for each in INDICATORS}
    figures, _ = read_file(file, "NET", "a source")
    assert figures
    assert {(figure.flow, *figure.key[1:PLACE]) for figure in figures} <= known


Found = dict[tuple[str, str], set[str]]
PARTLY = ("DF_MIRROR", "DF_INDICATOR", "DF_BALANCE", "DF_EMIGRATION", "DF_EVIDENCE")
"""Dataflows that need what others report or publish."""


async def values(api: Api, flow: str, **wanted: str) -> Found:
    """All values of an answer by indicator and method; none where it answers that there are none."""
    key = ".".join(wanted.get(each.id, "") for each in FLOWS[flow].dimensions)
    headers = {"Accept": "text/csv"} | api.token("statistician")
    answer = await api.client.get(f"/sdmx/v1/data/{flow}/{key}", headers=headers)
    assert answer.status_code in (200, 404), f"{flow}/{key}: {answer.text}"
    found: Found = defaultdict(set)
    for row in csv.DictReader(answer.text.splitlines() if answer.status_code == 200 else []):
        found[row["INDICATOR"], row["METHOD"]].add(row["OBS_VALUE"])
    return found


async def test_every_indicator_answers_on_an_empty_database(api: Api, written: Accounting) -> None:
    for each in INDICATORS:
        assert await values(api, each.flow, INDICATOR=each.code, METHOD=each.method) == {}, name(each)


async def test_every_indicator_that_is_computed_is_answered_once_there_are_records(
    api: Api, written: Accounting
) -> None:
    """Zero where none of its own are: only concepts that no host country has reported are no figures, and shares of
    what nobody has loaded."""
    await written.writer.take(decode("any", EXAMPLES, HASHES))
    await count_signs(written.connection)
    for flow in FLOWS:
        computed = {(each.code, each.method) for each in COMPUTED if each.flow == flow}
        methods = {method for _, method in computed}
        found = {at for method in methods for at in await values(api, flow, METHOD=method)}
        assert found == computed if flow not in PARTLY else found <= computed and found, flow


async def test_the_structure_names_every_indicator(api: Api) -> None:
    answer = await api.client.get("/sdmx/v1/codelist/KOSH/CL_INDICATOR/1.0")
    assert answer.status_code == 200, answer.text
    for code, names in code_list("indicators").items():
        assert f'id="{code}"' in answer.text
        assert all(
            each.replace("'", "&apos;") in answer.text or each in answer.text for each in (names.kk, names.ru, names.en)
        )
