"""Accounting holds no IIN, and yet a person sees who looked at their timeline or took an export: by a keyed hash."""

from json import loads
from typing import Any

from services.accounting.rules.persons.identity import Hashes
from shared.events.portal import BorderCrossing
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import Accounting
from tests.accounting.test_timeline import fact
from tests.accounting.world import Event

AZIZ, DINA = "900501300120", "850315400124"
LOG = "/v1/me/access-log"


def arrived(record: str, who: dict[str, Any]) -> Event:
    return fact(
        record, BorderCrossing.TYPE, source_id=record, person=who, direction="entry",
        crossed_at="2024-01-10T10:00:00+05:00", checkpoint="ALA-AIR", purpose="work", country="UZB",
    )  # fmt: skip


async def mine(api: Api, iin: str) -> list[tuple[str, str]]:
    answer = await api.client.get(LOG, headers=api.token("citizen", iin=iin))
    assert answer.status_code == 200, answer.text
    return [(use["record_kind"], use["action_code"]) for use in answer.json()["usage"]]


async def read_timelines(api: Api) -> None:
    statistician = api.token("statistician")
    lines = await api.client.get("/v1/classifications", params={"method": "M1216"}, headers=statistician)
    for id in {line["person"] for line in map(loads, lines.text.splitlines())}:
        assert (await api.client.get(f"/v1/persons/{id}/timeline", headers=statistician)).status_code == 200


async def test_a_timeline_and_an_export_are_seen_by_whom_they_showed(api: Api, written: Accounting) -> None:
    await written.take([arrived("B-1", person(iin=AZIZ))])
    await read_timelines(api)
    assert await mine(api, AZIZ) == [("person", "read"), ("classification", "read")]
    assert await mine(api, DINA) == [("classification", "read")], "an export shows everybody, a timeline one"


async def test_no_iin_and_no_document_stands_in_the_log(api: Api, written: Accounting) -> None:
    aziz, nobody = person(iin=AZIZ), person()
    await written.take([arrived("B-1", aziz), arrived("B-2", nobody)])
    await read_timelines(api)
    logged = str(await api.rows("SELECT * FROM access_log"))
    for told in (AZIZ, aziz["document"]["number"], nobody["document"]["number"]):
        assert told not in logged
    other = Hashes(b"another secret of the tests")
    assert f"{other.iin(AZIZ):016x}" not in logged
    assert f"{Hashes(b'a secret of the tests alone').iin(AZIZ):016x}" in logged


async def test_who_has_no_iin_asks_at_the_counter(api: Api, written: Accounting) -> None:
    nobody = person()
    await written.take([arrived("B-1", nobody)])
    await read_timelines(api)
    assert await told_at_the_counter(api, nobody) == [
        ("access_log", "search"),
        ("person", "read"),
        ("classification", "read"),
    ]


async def told_at_the_counter(api: Api, who: dict[str, Any]) -> list[tuple[str, str]]:
    holder = {"document": who["document"], "birth_date": who["birth_date"]}
    answer = await api.client.post("/v1/access-log:search", json=holder, headers=api.token("clerk"))
    return [(use["record_kind"], use["action_code"]) for use in answer.json()["usage"]]


async def test_every_way_to_persons_is_seen_by_whom_it_showed(api: Api, written: Accounting) -> None:
    """A doubt is about persons, not about the number that they share; identities are about everybody."""
    dina, nobody = person(iin=DINA), person()
    twins = [person(sex=sex, surname=name, document=dina["document"]) for sex, name in (("F", "A"), ("M", "B"))]
    twins[0] |= {"iin": AZIZ, "birth_date": "1990-05-01", "given_names": "X"}
    twins[1] |= {"birth_date": "1990-05-01", "given_names": "Y"}
    told = [arrived(f"B-{n}", who) for n, who in enumerate((dina, nobody, *twins), 1)]
    await written.take(told)
    statistician = api.token("statistician")
    doubts = (await api.client.get("/v1/reviews", headers=statistician)).json()["items"]
    assert doubts
    assert (await api.client.get("/v1/identities", headers=statistician)).status_code == 200
    for who in (dina, twins[0]):
        assert await mine(api, str(who["iin"])) == [("identity", "read"), ("person", "search")]
    assert await told_at_the_counter(api, nobody) == [("access_log", "search"), ("identity", "read")]
    assert ("person", "search") in await told_at_the_counter(api, twins[1])
