"""A person is shown what is on record about them, by their own IIN and as the records say it now."""

from typing import Any

from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.hosts import notice

IIN, OTHER, HOST = "900501300120", "850315400124", "800515300126"
PATH = "/v1/me/records"


async def mine(portal: Api, query: str = "", iin: str = IIN, role: str = "citizen") -> Any:
    answer = await portal.client.get(f"{PATH}{query}", headers=portal.token(role, iin=iin))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def cross(portal: Api, source_id: str, **changes: Any) -> str:
    body = crossing(source_id=source_id, person=person(iin=IIN)) | changes
    made = await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    return str(made.json()["id"])


async def test_all_kinds_stand_page_by_page_the_newest_first_as_the_records_say_it_now(portal: Api) -> None:
    first, second = await cross(portal, "A"), await cross(portal, "B", crossed_at="2026-03-02T01:15:00+05:00")
    ban = {"source_id": "EB-1", "person": person(iin=IIN), "ground": "court", "barred_from": "2025-06-01"}
    barred = await portal.client.post("/v1/entry-bans", json=ban, headers=portal.token("migration-police"))
    headers = portal.token("border") | {"If-Match": '"1"'}
    taken_back = {"reason": "never happened"}
    await portal.client.post(f"/v1/border-crossings/{first}:withdraw", json=taken_back, headers=headers)
    seen, cursor = [], ""
    for _ in range(3):
        page = await mine(portal, f"?limit=1{cursor}")
        seen += [(each["record_kind"], each["id"], each["day"], each["withdrawn"]) for each in page["records"]]
        cursor = f"&cursor={page['next']}"
    assert page["next"] is None
    assert seen == [
        ("entry_ban", barred.json()["id"], "2025-06-01", False),
        ("border_crossing", second, "2026-03-02", False),
        ("border_crossing", first, "2026-03-01", True),
    ]
    moved = {"reason": "another person", "record": crossing(source_id="B", person=person(iin=OTHER))}
    put = await portal.client.put(f"/v1/border-crossings/{second}", json=moved, headers=headers)
    assert put.status_code == 200, put.text
    assert second not in [each["id"] for each in (await mine(portal))["records"]], "it was never theirs"
    assert [each["id"] for each in (await mine(portal, iin=OTHER))["records"]] == [second]


async def test_a_reading_is_one_row_of_the_log_by_the_person_whatever_else_they_are(portal: Api) -> None:
    await cross(portal, "A")
    await mine(portal, role="border")
    (row,) = await portal.rows("SELECT * FROM access_log WHERE record_kind = 'my_records'")
    assert (row["person_iin"], row["roles"], row["agency"]) == (IIN, ["citizen"], "citizen")
    refused = await portal.client.get(PATH, headers=portal.token("citizen"))
    assert refused.status_code == 403


async def test_neither_a_document_opens_records_nor_does_one_tell_a_strangers_iin(portal: Api) -> None:
    papers = {"document": {"type": "P", "number": "FA7654321", "issuing_state": "UZB", "expires": "2030-01-31"}}
    hidden = await cross(portal, "A", person=person(**papers))
    shown = await cross(portal, "B", person=person(iin=IIN, **papers))
    told = notice("office", person=person(iin=IIN), host={"kind": "person", "iin": HOST})
    noticed = await portal.client.post("/v1/host-notifications", json=told, headers=portal.token("clerk"))
    assert noticed.status_code == 201, noticed.text
    answer = await mine(portal)
    assert hidden not in str(answer)
    assert shown in str(answer)
    assert HOST not in str(answer)
    assert {"host_notification", "border_crossing"} == {each["record_kind"] for each in answer["records"]}
