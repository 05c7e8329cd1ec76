"""Notable Kazakhs and cultural centres abroad (K8): a plain register that is searched and exported."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from shared.testing.api import Api

REGISTERS = "/v1/compatriot-registers"


def notable(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"NK-{number}",
        "name": f"Invented Scholar {number}",
        "name_kazakh": "Ойдан Шығарылған",
        "country": "MNG",
        "field": "science",
        "known_for": "botany of the Altai",
        "page": "https://example.org/scholar",
        "seen_on": "2026-02-01",
    } | changes


def centre(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"CC-{number}",
        "name": "Invented House",
        "country": "DEU",
        "city": "Berlin",
        "activities": "language courses",
        "page": "https://example.org",
        "seen_on": "2026-02-01",
    } | changes


@pytest.fixture
async def held(kandas: Api) -> Api:
    officer = kandas.token("kandas-officer")
    people = [
        notable(1),
        notable(2, country="TUR", field="business", known_for="=1+1", name_kazakh=None),
        notable(3, country="TUR", field="culture", city="Izmir"),
        notable(4, country="TUR"),
    ]
    for body in people:
        answer = await kandas.client.post("/v1/notable-kazakhs", json=body, headers=officer)
        assert answer.status_code == 201, answer.text
    gone = f"/v1/notable-kazakhs/{answer.json()['id']}:withdraw"
    withdrawn = await kandas.client.post(gone, json={"reason": "asked for"}, headers=officer | {"If-Match": '"1"'})
    assert withdrawn.status_code == 200, withdrawn.text
    taken = await kandas.client.post("/v1/cultural-centres", json=centre(1), headers=officer)
    assert taken.status_code == 201, taken.text
    return kandas


async def names(api: Api, register: str, **wanted: Any) -> list[str]:
    """What every page of two lines shows, in order."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        asked = wanted | cursor | {"limit": 2}
        answer = await api.client.get(f"{REGISTERS}/{register}", params=asked, headers=api.token("statistician"))
        assert answer.status_code == 200, answer.text
        found += [line["name"][-1] for line in answer.json()["lines"]]
        if answer.json()["next"] is None:
            return found
        cursor = {"cursor": answer.json()["next"]}


async def test_a_register_is_searched_by_country_field_and_words(held: Api) -> None:
    assert await names(held, "notable-kazakhs") == ["3", "2", "1"]
    assert await names(held, "notable-kazakhs", country="TUR") == ["3", "2"]
    assert await names(held, "notable-kazakhs", country="TUR", field="business") == ["2"]
    assert await names(held, "notable-kazakhs", words="ШЫҒАРЫЛҒАН") == ["3", "1"]
    assert await names(held, "notable-kazakhs", words="izm") == ["3"]
    assert await names(held, "notable-kazakhs", words="%a") == [], "words are no pattern"
    assert await names(held, "cultural-centres", words="language") == ["e"]
    assert await names(held, "cultural-centres", country="MNG") == []


async def test_a_register_is_exported_whole_and_no_page_says_a_formula(held: Api) -> None:
    path, officer = f"{REGISTERS}/notable-kazakhs/export", held.token("kandas-officer")
    text = (await held.client.get(path, headers=officer)).text
    header, *lines = text.splitlines()
    assert header.startswith("id,name,name_kazakh,country,city,field,known_for")
    assert [line.split(",")[1] for line in lines] == [f"Invented Scholar {number}" for number in (3, 2, 1)]
    assert ",'=1+1," in lines[1]
    sheet = await held.client.get(path, params={"format": "xlsx", "country": "TUR"}, headers=officer)
    book = ZipFile(BytesIO(sheet.content)).read("xl/worksheets/sheet1.xml").decode()
    assert book.count("<row ") == 3


async def test_every_fault_of_a_form_is_named_at_once(kandas: Api) -> None:
    wrong = notable(1, name=" ", country="KAZ", field="spying", page="javascript:alert(1)", seen_on="01.02.2026")
    answer = await kandas.client.post("/v1/notable-kazakhs", json=wrong, headers=kandas.token("consul"))
    faults = {error["pointer"] for error in answer.json()["errors"]}
    assert (answer.status_code, faults) == (422, {"/name", "/country", "/field", "/page", "/seen_on"})
    backwards = centre(1, founded_on="2020-01-02", closed_on="2020-01-01", page="http://a b", city="")
    answer = await kandas.client.post("/v1/cultural-centres", json=backwards, headers=kandas.token("consul"))
    faults = {error["pointer"] for error in answer.json()["errors"]}
    assert (answer.status_code, faults) == (422, {"/closed_on", "/page", "/city"})


async def test_who_has_no_part_in_it_is_refused(kandas: Api) -> None:
    for role in ("employer", "border", "citizen"):
        answer = await kandas.client.get(f"{REGISTERS}/notable-kazakhs", headers=kandas.token(role))
        assert answer.status_code == 403
    written = await kandas.client.post("/v1/notable-kazakhs", json=notable(1), headers=kandas.token("statistician"))
    assert written.status_code == 403
