"""Every form of the register of citizens abroad names all that is wrong with it at once, and is for its roles alone."""

from pathlib import Path
from typing import Any

import httpx
import orjson

from shared.testing.api import Api
from shared.testing.people import person

MINISTRY, CONSUL, SCIENCE, BANK = "permits-officer", "consul", "education", "statistician"
LATE, OLD, BLANK = "2999-01-01", "0001-01-01", " "
FORMS: list[tuple[str, str, str, dict[str, Any], set[str]]] = [
    (
        "remittances", BANK, CONSUL,
        {"amount": 2**63, "country": "ZZZ", "currency": "EUR", "period": "2025-Q5", "source": BLANK},
        {"/amount", "/country", "/currency", "/period", "/source"},
    ),
    ("remittances", BANK, SCIENCE, {"country": "KAZ", "amount": -1}, {"/country", "/amount"}),
    ("remittances", BANK, MINISTRY, {"reported_on": LATE}, {"/reported_on"}),
    (
        "assistance-cases", CONSUL, MINISTRY,
        {"kind": "bored", "country": "KAZ", "closed_on": "2026-04-01", "mission": BLANK, "person": {}},
        {"/kind", "/country", "/closed_on", "/mission", "/person/surname", "/person/citizenship"},
    ),
    ("assistance-cases", CONSUL, BANK, {"person": person(citizenship="UZB"), "outcome": None},
     {"/person/citizenship", "/outcome"}),
    (
        "placement-agencies", MINISTRY, CONSUL,
        {"agency_bin": "990140000018", "name": "", "countries": ["KOR", "QQQ"], "listed_on": OLD},
        {"/agency_bin", "/name", "/countries/1", "/listed_on"},
    ),
    ("placement-agencies", MINISTRY, BANK, {"countries": ["KOR", "KOR"]}, {"/countries"}),
    ("placement-agencies", MINISTRY, SCIENCE, {"countries": ["KAZ"]}, {"/countries"}),
    (
        "placement-contracts", MINISTRY, BANK,
        {"workers": 0, "country": "KAZ", "occupation": "x", "valid_until": "2026-02-30"},
        {"/workers", "/country", "/occupation", "/valid_until"},
    ),
    ("placement-complaints", MINISTRY, CONSUL, {"country": "KAZ", "settled_on": None}, {"/country", "/settled_on"}),
    (
        "studies", SCIENCE, CONSUL,
        {"level": "phd", "funding": "luck", "country": "KAZ", "until": "2025-01-01", "institution": BLANK},
        {"/level", "/funding", "/country", "/region", "/until", "/institution"},
    ),
    (
        "host-country-figures", CONSUL, BANK,
        {"value": 2**63, "concept": "tired", "reliability": "gossip", "period": "20", "country": "KAZ"},
        {"/value", "/concept", "/reliability", "/period", "/country"},
    ),
]  # fmt: skip


def example(path: str) -> dict[str, Any]:
    """What the form's fact looks like, of an invented person."""
    kind = path.replace("-", "_").replace("ies", "y").removesuffix("s").replace("agencys", "agency")
    file = min(Path(f"contracts/examples/consular/{kind}.v1").glob("*.json"))
    data: dict[str, Any] = orjson.loads(file.read_bytes())["data"]
    return data


async def test_of_each_form_every_fault_is_named_and_nobody_else_fills_it_in(consular: Api) -> None:
    async def send(path: str, body: dict[str, Any], role: str) -> httpx.Response:
        return await consular.client.post(f"/v1/{path}", json=body, headers=consular.token(role))

    for path, role, stranger, changes, expected in FORMS:
        good = example(path)
        refused = await send(path, good | changes, role)
        assert refused.status_code == 422, (path, refused.text)
        assert {error["pointer"] for error in refused.json()["errors"]} >= expected, (path, changes, refused.text)
        assert (await send(path, good, stranger)).status_code == 403, path
        assert (await send(path, good, role)).status_code in (200, 201), path
        assert (await send(path, good, role)).status_code == 200, (path, "twice is once")
