"""Records are found by source id, person, or day and location: page by page, with a row in the access log."""

from typing import Any

from services.portal.cases.border.border_crossing import CROSSINGS
from shared.kernel.codes import checkpoints_in
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.test_border_control import BORDER, POLICE, post

IIN = "900501300120"


async def find(portal: Api, wanted: dict[str, Any], role: str = BORDER, query: str = "") -> Any:
    return await post(portal, f"border-crossings:find{query}", wanted, role, **{"Kosh-Purpose": "case 7"})


async def test_a_person_s_records_are_found_and_the_person_sees_it(portal: Api) -> None:
    who = person(iin=IIN)
    first, second, _ = [
        await post(portal, "border-crossings", crossing(person=each, direction=way), BORDER)
        for each, way in ((who, "entry"), (who, "exit"), (person(), "entry"))
    ]
    by_document = {"document": {"issuing_state": "UZB", "number": who["document"]["number"].lower()}}
    for wanted in ({"iin": IIN}, by_document):
        found = await find(portal, wanted, POLICE)
        assert [each["id"] for each in found["records"]] == [second["id"], first["id"]]
        assert found["next"] is None
    assert (await find(portal, {"source_id": first["source_id"]}))["records"][0]["id"] == first["id"]
    assert (await find(portal, {"source_id": first["source_id"], "iin": "850505300100"}))["records"] == []

    seen = await portal.client.get("/v1/me/access-log", headers=portal.token("citizen", iin=IIN))
    used = [(use["action_code"], use["record_id"], use["reason"]) for use in seen.json()["usage"]]
    assert used.count(("search", second["id"], "case 7")) == 2
    missed = await portal.rows("SELECT person_iin FROM access_log WHERE action = 'search' AND record_id IS NULL")
    assert "850505300100" in [row["person_iin"] for row in missed], "a fruitless search is about somebody too"


async def test_a_day_is_listed_by_region_page_by_page_as_it_is_written(portal: Api) -> None:
    assert "ALA-AIR" in checkpoints_in("75")
    moments = ["2026-03-01T00:10:00+05:00", "2026-03-01T23:50:00-11:00", "2026-03-01T12:00:00+14:00"]
    ids = [(await post(portal, "border-crossings", crossing(crossed_at=at), BORDER))["id"] for at in moments]
    for other in (
        crossing(crossed_at="2026-02-28T23:59:00+05:00"),
        crossing(crossed_at="2026-03-02T00:01:00+05:00"),
        crossing(crossed_at=moments[0], checkpoint="BAKHTY-ROAD"),
    ):
        await post(portal, "border-crossings", other, BORDER)
    assert len((await find(portal, {"day": "2026-03-01"}))["records"]) == 4

    listed, cursor = [], ""
    while True:
        page = await find(portal, {"day": "2026-03-01", "region": "75"}, query=f"?limit=2{cursor}")
        listed += [each["id"] for each in page["records"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert listed == ids[::-1]
    narrowed = await find(portal, {"day": "2026-03-01", "checkpoint": "BAKHTY-ROAD"})
    assert len(narrowed["records"]) == 1


async def test_what_cannot_be_asked_is_said_where(portal: Api) -> None:
    for wanted, pointer in (
        ({}, ""),
        ({"region": "75"}, ""),
        ({"document": {"number": "FA1"}}, "/document/issuing_state"),
        ({"day": "2026-03-01", "mission": "Seoul"}, "/mission"),
        ({"day": "9999-12-31"}, "/day"),
    ):
        answer = await portal.client.post(f"/v1/{CROSSINGS.path}:find", json=wanted, headers=portal.token(BORDER))
        assert answer.status_code == 422, (wanted, answer.text)
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    bad = await portal.client.post(
        f"/v1/{CROSSINGS.path}:find?cursor=WyJ4Il0", json={"iin": IIN}, headers=portal.token(BORDER)
    )
    assert (bad.status_code, bad.json()["type"].rpartition("/")[2]) == (422, "invalid-cursor")
