"""Kandas who left for permanent residence abroad are found by the portal's departures; an officer decides (K7)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from services.kandas.cases.residence_departure import DEPARTURES
from shared.events.portal import ResidenceRegistration
from shared.inbox.copies import keep
from shared.inbox.reading import Version
from shared.testing.api import Api
from shared.testing.people import person
from tests.kandas.families import Desk
from tests.kandas.test_application import noon
from tests.kandas.test_extension import ask
from tests.kandas.test_status import STATUSES, taken_over

PATH = "/v1/kandas-leavings"
RUNS = "/v1/kandas-leaving-runs"
IIN, OTHER = "900501300120", "850315400124"


@pytest.fixture(autouse=True)
def on_1_june_2026() -> Iterator[None]:
    with noon("2026-06-01"):
        yield


async def known(api: Api, **changes: Any) -> tuple[str, dict[str, Any]]:
    """A status on record until 5 June 2026, and its person."""
    body = taken_over(**changes)
    taken = await api.client.post(STATUSES, json=body, headers=Desk(api).headers)
    assert taken.status_code == 201, taken.text
    return str(taken.json()["id"]), body["person"]


async def depart(api: Api, who: dict[str, Any], subject: str = "d-1", version: int = 1, **changes: Any) -> None:
    """As the follower copies it."""
    withdrawn = changes.pop("withdrawn", False)
    left = {"source_id": "D-1", "act": "deregistration", "date": "2026-05-04", "region": "61"}
    fact = ResidenceRegistration.model_validate(left | {"counterpart_country": "MNG", "person": who} | changes)
    async with api.engine.begin() as connection:
        await keep(connection, DEPARTURES, [(Version(subject, version, withdrawn), fact)])


async def run(api: Api) -> tuple[int, int]:
    answer = await api.client.post(RUNS, headers=api.token("operator"))
    assert answer.status_code == 200, answer.text
    return answer.json()["found"], answer.json()["undone"]


async def found(desk: Desk, *states: str, **asked: Any) -> Any:
    body = {"states": states} if states else {}
    answer = await desk.api.client.post(f"{PATH}:find", json=body, headers=desk.headers, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["findings"]


async def test_a_confirmed_finding_ends_the_status_and_an_unconfirmed_one_nothing(kandas: Api) -> None:
    await kandas.up_to_date_with("portal")
    status, who = await known(kandas)
    await depart(kandas, who)
    runs = [await run(kandas), await run(kandas)]
    desk = Desk(kandas)
    (one,) = await found(desk)
    before = (await desk.read(f"{STATUSES}/{status}")).json()["record"]
    case = f"{PATH}/{one['id']}"
    contested = await desk.act(f"{case}:contest", {"reason": "a visit"}, 1)
    (still,) = await found(desk)
    confirmed = await desk.act(f"{case}:confirm", {"reason": "the passport shows it"}, 2, "once")
    repeated = await desk.act(f"{case}:confirm", {"reason": "the passport shows it"}, 2, "once")
    again = await desk.act(f"{case}:confirm", {"reason": "x"}, 3)
    record = (await desk.read(f"{STATUSES}/{status}")).json()["record"]

    assert runs == [(1, 0), (0, 0)]
    assert (one["state"], one["left_on"], one["country"], one["evidence"]) == (
        "finding",
        "2026-05-04",
        "MNG",
        "document",
    )
    assert (one["check"]["rule"], one["check"]["outcome"], one["departure_stands"]) == (
        "left_for_residence",
        "failed",
        True,
    )
    assert before["state"] == "granted"
    assert (contested.json()["state"], still["contested_on"]) == ("contested", "2026-06-01")
    assert (confirmed.json()["state"], repeated.json()) == ("confirmed", confirmed.json())
    assert again.status_code == 409
    assert (record["state"], record["ended_on"], record["end_reason"]) == ("ended", "2026-05-04", "leaving")
    assert (await kandas.events())[-1]["data"]["end_reason"] == "leaving"
    assert await run(kandas) == (0, 0)
    await depart(kandas, who, version=2, withdrawn=True)
    assert await run(kandas) == (0, 0)  # an officer confirmed it: the reading says that it fell away
    assert [each["departure_stands"] for each in await found(desk, "confirmed")] == [False]


async def test_what_the_portal_takes_back_undoes_the_finding_and_what_it_corrects_renews_it(kandas: Api) -> None:
    await kandas.up_to_date_with("portal")
    _, who = await known(kandas)
    await depart(kandas, who)
    await run(kandas)
    desk = Desk(kandas)
    (one,) = await found(desk)
    await depart(kandas, who, version=2, date="2026-05-06")
    early = await desk.act(f"{PATH}/{one['id']}:confirm", {"reason": "x"}, 1)
    corrected = await run(kandas)
    (two,) = await found(desk)
    await depart(kandas, who, version=3, act="registration")
    gone = await run(kandas)
    (undone,) = await found(desk, "undone")
    await depart(kandas, who, version=4)
    back = await run(kandas)
    (three,) = await found(desk)
    dismissed = await desk.act(f"{PATH}/{one['id']}:dismiss", {"reason": "is back"}, three["version"])
    last = await run(kandas)

    assert early.status_code == 409
    assert (corrected, two["left_on"], two["id"]) == ((1, 1), "2026-05-06", one["id"])
    assert (gone, undone["departure_stands"]) == ((0, 1), False)
    assert (back, three["left_on"]) == ((1, 0), "2026-05-04")
    assert (dismissed.json()["state"], last) == ("dismissed", (0, 0))
    assert await kandas.rows("SELECT 1 FROM residence_departure WHERE left_on IS NULL") == []


async def test_only_the_same_person_is_found_and_only_departures_are_kept(kandas: Api) -> None:
    await kandas.up_to_date_with("portal")
    _, who = await known(kandas, person=person(iin=IIN))
    other = person()
    strangers = {
        "another-birth": {"document": who["document"], "birth_date": "1961-01-02"},
        "another-iin": {"document": who["document"], "birth_date": who["birth_date"], "iin": "800515300126"},
    }
    for subject, changes in strangers.items():
        await depart(kandas, other | changes, subject)
    await depart(kandas, who, "inside", counterpart_country=None, counterpart_region="11")
    await depart(kandas, who, "temporary", residence="temporary")
    await depart(kandas, who, "before", date="2025-06-04")
    nobody = await run(kandas)
    kept = await kandas.rows("SELECT id FROM residence_departure WHERE iin IS NULL AND document IS NULL ORDER BY id")
    await depart(kandas, other | {"iin": IIN, "birth_date": who["birth_date"]}, "by-iin")

    assert nobody == (0, 0)
    assert [row["id"] for row in kept] == ["inside", "temporary"]
    assert await run(kandas) == (1, 0)
    assert (await found(Desk(kandas)))[0]["evidence"] == "iin"


async def test_a_former_kandas_is_found_and_an_extension_goes_first(kandas: Api) -> None:
    await kandas.up_to_date_with("portal")
    former, citizen = await known(kandas, state="ended", ended_on="2026-01-12", end_reason="citizenship")
    waiting, who = await known(kandas)
    desk = Desk(kandas)
    assert (await ask(desk, waiting, until="2026-12-05")).status_code == 201
    with noon("2026-06-10"):
        await depart(kandas, citizen)
        await depart(kandas, who, "d-2", date="2026-06-08")
        await asyncio.gather(run(kandas), run(kandas))
        desk = Desk(kandas)
        findings = {each["status"]: each for each in await found(desk)}
        confirmed = await desk.act(f"{PATH}/{findings[former]['id']}:confirm", {"reason": "x"}, 1)
        early = await desk.act(f"{PATH}/{findings[waiting]['id']}:confirm", {"reason": "x"}, 1)

    assert set(findings) == {former, waiting}
    assert (confirmed.json()["state"], confirmed.json()["person_status"]["end_reason"]) == ("confirmed", "citizenship")
    assert early.status_code == 409


async def test_out_of_reach_is_out_of_sight_and_stale_copies_confirm_nothing(kandas: Api) -> None:
    _, who = await known(kandas)
    await depart(kandas, who)
    await run(kandas)
    (one,) = await found(Desk(kandas))
    case, stranger = f"{PATH}/{one['id']}", Desk(kandas, agency="11")

    assert await found(stranger) == []
    assert (await stranger.read(case)).status_code == 404
    assert (await stranger.act(f"{case}:confirm", {"reason": "x"}, 1)).status_code == 404
    assert (await Desk(kandas, "consul").read(case)).status_code == 403
    assert (await Desk(kandas).act(f"{case}:confirm", {"reason": "x"}, 1)).status_code == 503
    assert (await Desk(kandas).act(f"{case}:confirm", {"reason": "x"}, 2**63)).status_code == 412
    wrong = await kandas.client.post(f"{PATH}:find", json={"states": ["lost"]}, headers=Desk(kandas).headers)
    assert wrong.status_code == 422
    assert (await Desk(kandas).read(case)).json()["state"] == "finding"


async def test_the_person_sees_what_was_found_and_contests_it_and_nobody_else_does(kandas: Api) -> None:
    await kandas.up_to_date_with("portal")
    _, who = await known(kandas, person=person(iin=IIN))
    await depart(kandas, who)
    await run(kandas)
    own = "/v1/me/kandas-leavings"

    async def seen(iin: str) -> Any:
        headers = kandas.token("citizen", iin=iin) | {"Accept-Language": "ru"}
        answer = await kandas.client.get(own, headers=headers)
        assert (answer.status_code, answer.json()["next"]) == (200, None)
        return answer.json()["findings"]

    async def contest(iin: str, key: str) -> int:
        headers = kandas.token("citizen", iin=iin) | {"If-Match": '"1"', "Idempotency-Key": key}
        said = {"reason": "I was on a visit."}
        answer = await kandas.client.post(f"{own}/{one['id']}:contest", json=said, headers=headers)
        return answer.status_code

    (one,) = await seen(IIN)
    assert (one["state"], one["left_on"], one["check"]["rule"]) == ("finding", "2026-05-04", "left_for_residence")
    assert one["check"]["explanation"] == "Выезд на постоянное жительство за рубеж 2026-05-04: это видно по ИИН."
    assert await seen(OTHER) == []
    assert [await contest(OTHER, "a"), await contest(IIN, "b"), await contest(OTHER, "b")] == [404, 200, 404]
    assert [each["state"] for each in await seen(IIN)] == ["contested"]
    refused = await kandas.client.get(own, headers=kandas.token("citizen"))
    assert refused.status_code == 403
