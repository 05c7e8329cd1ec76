"""What comes in after its counterpart: visas after the entry that names them, notices before the entry they tell of
(P2, P3, P4). The receipt that was given out says for good what was known then."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from shared import clock
from shared.testing.api import Api
from shared.testing.people import crossing
from tests.portal import hosts
from tests.portal.guests import (
    correct,
    cross,
    duties,
    foreigner,
    invited,
    invited_with_visa,
    key,
    stays,
    visa,
    with_visa,
    withdraw,
)

ENTRY, BEFORE, BETWEEN, EXIT = (f"2026-03-{day}T08:20:00+05:00" for day in (20, 16, 24, 28))
NOON = datetime(2026, 3, 27, 7, tzinfo=UTC)  # noon in Almaty


@pytest.fixture(autouse=True)
def after_nauryz() -> Iterator[None]:
    with clock.set_to(NOON):
        yield


async def visa_id(portal: Api, number: str) -> str:
    (row,) = await portal.rows("SELECT CAST(id AS text) AS id FROM visa WHERE source_id = :number", number=number)
    return str(row["id"])


async def annul(portal: Api, path: str) -> None:
    headers = portal.token("migration-police") | key() | {"If-Match": '"1"'}
    (await portal.client.post(f"{path}:annul", json={"reason": "forged"}, headers=headers)).raise_for_status()


async def told(portal: Api) -> list[tuple[Any, ...]]:
    """The stays in short, and the entries of the open duties."""
    short = [(stay["source_id"], stay["basis"], stay["region"], stay["until"]) for stay in await stays(portal)]
    return [*short, *((duty["entry"], "duty") for duty in await duties(portal))]


async def belongs(portal: Api) -> list[str | None]:
    """The entries to which the notices belong, in the order of these."""
    rows = await portal.rows(
        "SELECT CAST(crossing AS text) AS crossing FROM notification_receipt ORDER BY notification"
    )
    return [row["crossing"] for row in rows]


async def notify(portal: Api, guest: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The receipt of a notice on paper."""
    answer = await hosts.hand_in(portal, hosts.notice("post", person=guest, **changes))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def test_a_visa_that_comes_in_after_the_entry_registers_the_stay(portal: Api) -> None:
    guest = foreigner()
    granted = await invited(portal, guest)
    body = visa(guest, invitation=granted["number"])
    entry = await cross(portal, guest, ENTRY, visa_number=body["number"])
    assert await told(portal) == [(entry, "duty")]

    await with_visa(portal, guest, **body)
    assert await told(portal) == [(entry, "visa", "75", "2026-05-18")]


async def test_visas_of_a_batch_register_stays_and_end_those_whose_guest_left(portal: Api) -> None:
    guests = [foreigner() for _ in range(3)]
    granted = [await invited(portal, guest) for guest in guests]
    bodies = [visa(guest, invitation=each["number"]) for guest, each in zip(guests, granted, strict=True)]
    for guest, body in zip(guests, bodies, strict=True):
        await cross(portal, guest, ENTRY, visa_number=body["number"])
    await cross(portal, guests[0], EXIT, "exit")
    ndjson = portal.token("consul") | {"Content-Type": "application/x-ndjson"}
    content = b"\n".join(map(orjson.dumps, bodies))
    (await portal.client.post("/v1/visas:batch", content=content, headers=ndjson)).raise_for_status()

    assert [stay["basis"] for stay in await stays(portal)] == ["visa"] * 3
    assert [stay["ended_on"] for stay in await stays(portal)].count("2026-03-28") == 1
    assert await duties(portal) == []


async def test_a_visa_that_frees_of_registration_comes_in_late_and_is_withdrawn(portal: Api) -> None:
    guest = foreigner()
    body = visa(guest, category="A5", stay_days=None)
    entry = await cross(portal, guest, ENTRY, visa_number=body["number"])
    await with_visa(portal, guest, **body)
    assert await told(portal) == []

    await withdraw(portal, await visa_id(portal, body["number"]), of="visas")
    assert await told(portal) == [(entry, "duty")]


async def test_a_correction_of_the_visa_moves_the_last_day(portal: Api) -> None:
    guest = foreigner()
    number = await invited_with_visa(portal, guest)
    entry = await cross(portal, guest, ENTRY, visa_number=number)
    await correct(portal, await visa_id(portal, number), of="visas", stay_days=30)
    assert await told(portal) == [(entry, "visa", "75", "2026-04-18")]

    await correct(portal, await visa_id(portal, number), version=2, of="visas", invitation=None, stay_days=60)
    assert await told(portal) == [(entry, "duty")]


@pytest.mark.parametrize("day", [20, 27])
async def test_a_stay_that_began_on_a_visa_goes_on_when_it_is_annulled_that_day_or_later(portal: Api, day: int) -> None:
    guest = foreigner()
    number = await invited_with_visa(portal, guest)
    entry = await cross(portal, guest, ENTRY, visa_number=number)
    begun = [(entry, "visa", "75", "2026-05-18")]
    with clock.set_to(NOON.replace(day=day)):
        await annul(portal, f"/v1/visas/{await visa_id(portal, number)}")
    assert await told(portal) == begun

    await correct(portal, entry, checkpoint="AST-AIR")  # decided anew
    assert await told(portal) == begun
    assert await portal.rows("SELECT 1 FROM stay_registration_history") == []


async def test_no_stay_began_on_a_visa_that_had_been_annulled_before(portal: Api) -> None:
    guest = foreigner()
    number = await invited_with_visa(portal, guest)
    entry = await cross(portal, guest, ENTRY, visa_number=number)
    id = await visa_id(portal, number)
    await correct(portal, id, of="visas", state="annulled", annulled_on="2026-03-19")

    assert await told(portal) == [(entry, "duty")]


async def test_an_invitation_that_comes_in_last_registers_and_its_annulment_takes_nothing_back(portal: Api) -> None:
    guest = foreigner()
    number = await with_visa(portal, guest, invitation="KZI-2026-0000001")
    entry = await cross(portal, guest, ENTRY, visa_number=number)
    assert await told(portal) == [(entry, "duty")]

    granted = await invited(portal, guest)
    begun = [(entry, "visa", "75", "2026-05-18")]
    assert await told(portal) == begun
    await annul(portal, f"/v1/invitations/{granted['id']}")
    await correct(portal, entry, checkpoint="AST-AIR")
    assert await told(portal) == begun


async def test_the_first_entry_uses_up_a_visa_for_one_whichever_came_in_first(portal: Api) -> None:
    guest = foreigner()
    granted = await invited(portal, guest)
    number = await with_visa(portal, guest, entries="single", invitation=granted["number"])
    second = await cross(portal, guest, BETWEEN, visa_number=number)
    assert await told(portal) == [(second, "visa", "75", "2026-04-22")]

    first = await cross(portal, guest, ENTRY, visa_number=number)
    assert await told(portal) == [(first, "visa", "75", "2026-04-18"), (second, "duty")]

    await withdraw(portal, first)
    assert await told(portal) == [(second, "visa", "75", "2026-04-22")]


async def test_a_notice_that_comes_in_before_its_entry_closes_the_duty(portal: Api) -> None:
    guest = foreigner()
    receipt = await notify(portal, guest)
    assert (receipt["crossing"], await belongs(portal)) == (None, [None])

    entry = await cross(portal, guest, ENTRY, visa_number="NOWHERE")
    assert await told(portal) == [(entry, "notification", "75", "2026-04-10")]
    assert await belongs(portal) == [entry]
    path = f"{hosts.PATH}/{receipt['notification']}/receipt"
    assert (await portal.client.get(path, headers=portal.token("clerk"))).json() == receipt


async def test_notices_find_their_entries_in_a_batch(portal: Api) -> None:
    guests = [foreigner() for _ in range(3)]
    for guest in guests[:2]:
        await notify(portal, guest)
    lines = [crossing(person=guest, crossed_at=ENTRY, visa_number="NOWHERE") for guest in guests]
    lines.append(crossing(person=guests[0], crossed_at=EXIT, direction="exit"))
    ndjson = portal.token("border") | {"Content-Type": "application/x-ndjson"}
    content = b"\n".join(map(orjson.dumps, lines))
    (await portal.client.post("/v1/border-crossings:batch", content=content, headers=ndjson)).raise_for_status()

    assert [stay["ended_on"] for stay in await stays(portal)].count("2026-03-28") == 1
    assert (len(await stays(portal)), len(await duties(portal))) == (2, 1)


async def test_a_notice_given_before_the_day_of_the_entry_is_not_about_it(portal: Api) -> None:
    guest = foreigner()
    await notify(portal, guest, stay_from="2026-03-01", paper={"number": "1", "on": "2026-03-03"})
    entry = await cross(portal, guest, ENTRY, visa_number="NOWHERE")

    assert await told(portal) == [(entry, "duty")]
    assert await belongs(portal) == [None]


@pytest.mark.parametrize("number", ["NOWHERE", None])
async def test_an_entry_that_comes_in_between_takes_the_notice_over_and_gives_it_back(
    portal: Api, number: str | None
) -> None:
    guest = foreigner()
    before = await cross(portal, guest, BEFORE, visa_number="NOWHERE")
    await notify(portal, guest)
    by_notice = ("notification", "75", "2026-04-10")
    assert await told(portal) == [(before, *by_notice)]

    entry = await cross(portal, guest, ENTRY, visa_number=number)
    assert await told(portal) == [*([(entry, *by_notice)] if number else []), (before, "duty")]
    await correct(portal, entry, crossed_at=EXIT)
    assert await belongs(portal) == [before]
    await correct(portal, entry, version=2, crossed_at=ENTRY)
    assert await belongs(portal) == [entry]
    await withdraw(portal, entry, version=3)
    assert await told(portal) == [(before, *by_notice)]


async def test_a_notice_that_is_corrected_finds_another_entry(portal: Api) -> None:
    guest, other = foreigner(), foreigner()
    entries = [await cross(portal, each, ENTRY, visa_number="NOWHERE") for each in (guest, other)]
    receipt = await notify(portal, guest)
    await correct(portal, receipt["notification"], of="host-notifications", person=other)

    assert await told(portal) == [(entries[1], "notification", "75", "2026-04-10"), (entries[0], "duty")]


async def test_the_first_stay_closes_the_duty_whichever_notice_came_in_first(portal: Api) -> None:
    guest = foreigner()
    entry = await cross(portal, guest, ENTRY, visa_number="NOWHERE")
    moved = {"kato": "711110000", "text": "Kenesary 1"}
    await notify(portal, guest, stay_from="2026-03-24", host=hosts.PERSON, address=moved)
    assert await told(portal) == [(entry, "notification", "71", "2026-04-10")]

    first = await notify(portal, guest)
    assert await told(portal) == [(entry, "notification", "75", "2026-04-10")]
    await withdraw(portal, first["notification"], of="host-notifications")
    assert await told(portal) == [(entry, "notification", "71", "2026-04-10")]


async def test_a_notice_counts_again_when_the_visa_no_longer_registers(portal: Api) -> None:
    guest = foreigner()
    number = await invited_with_visa(portal, guest)
    entry = await cross(portal, guest, ENTRY, visa_number=number)
    await notify(portal, guest)
    assert await told(portal) == [(entry, "visa", "75", "2026-05-18")]

    await withdraw(portal, await visa_id(portal, number), of="visas")
    assert await told(portal) == [(entry, "notification", "75", "2026-04-10")]
