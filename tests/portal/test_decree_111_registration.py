"""Decree 111 of 04.03.2022, rules of migration control, point 4: who enters on a visa is registered on crossing at the
address of the invitation; otherwise the host has to report."""

from typing import Any

import orjson
import pytest
from sqlalchemy import text

from shared.testing.api import Api
from shared.testing.people import crossing
from tests.portal.guests import (
    HOST_BIN,
    correct,
    cross,
    duties,
    foreigner,
    invited_with_visa,
    stays,
    with_visa,
    withdraw,
)

ENTRY = "2026-03-04T08:20:00+05:00"
EXIT = "2026-03-28T22:00:00+05:00"


async def test_decree_111_paragraph_4_part_2_registered_automatically_at_the_inviting_partys_address_on_crossing(
    portal: Api,
) -> None:
    guest = foreigner()
    visa = await invited_with_visa(portal, guest)
    entry = await cross(portal, guest, ENTRY, visa_number=visa)

    (stay,) = await stays(portal)
    assert stay == {
        "source_id": entry,
        "person": guest,
        "region": "75",
        "basis": "visa",
        "visa_number": visa,
        "since": "2026-03-04",
        "until": "2026-05-02",
        "ended_on": None,
    }
    assert await duties(portal) == []


async def test_the_address_is_that_of_the_invitation_and_the_reading_is_logged(portal: Api) -> None:
    guest = foreigner(iin="900501300120")
    await cross(portal, guest, ENTRY, visa_number=await invited_with_visa(portal, guest))
    (row,) = await portal.rows("SELECT id FROM stay_registration")
    police = portal.token("migration-police")
    state = await portal.client.get(f"/v1/stay-registrations/{row['id']}", headers=police)
    address = await portal.client.get(f"/v1/stay-registrations/{row['id']}/address", headers=police)

    assert state.json()["record"]["region"] == "75"
    assert address.json()["host"] == HOST_BIN
    assert address.json()["address"] == {"region": "75", "kato": "751110000", "text": "Abay avenue 10"}
    logged = "SELECT person_iin FROM access_log WHERE record_kind = 'stay_registration' AND action = 'read'"
    assert await portal.rows(logged) == [{"person_iin": "900501300120"}] * 2


async def test_a_stay_that_an_older_model_stored_is_not_told_anew_where_nothing_follows(portal: Api) -> None:
    guest = foreigner()
    await cross(portal, guest, ENTRY, visa_number=await invited_with_visa(portal, guest))
    async with portal.engine.begin() as connection:
        await connection.execute(text("UPDATE stay_registration SET body = json_strip_nulls(body)"))
    (visa,) = await portal.rows("SELECT CAST(id AS text) AS id FROM visa")
    await correct(portal, visa["id"], of="visas", issued_on="2026-02-17")

    assert await portal.rows("SELECT version FROM stay_registration") == [{"version": 1}]
    await correct(portal, visa["id"], 2, of="visas", stay_days=30)
    assert await portal.rows("SELECT version FROM stay_registration") == [{"version": 2}]


async def test_decree_111_paragraph_4_the_stay_ends_on_exit(portal: Api) -> None:
    guest = foreigner()
    await cross(portal, guest, ENTRY, visa_number=await invited_with_visa(portal, guest))
    await cross(portal, guest, EXIT, "exit")

    assert [stay["ended_on"] for stay in await stays(portal)] == ["2026-03-28"]


async def test_an_exit_that_comes_in_before_its_entry_ends_the_stay_all_the_same(portal: Api) -> None:
    guest = foreigner()
    visa = await invited_with_visa(portal, guest)
    await cross(portal, guest, EXIT, "exit")
    await cross(portal, guest, ENTRY, visa_number=visa)

    assert [stay["ended_on"] for stay in await stays(portal)] == ["2026-03-28"]


async def test_decree_111_paragraph_4_part_3_without_an_address_the_host_reports_within_three_working_days(
    portal: Api,
) -> None:
    guest = foreigner()
    visa = await invited_with_visa(portal, guest, kato=None, text=None)
    entry = await cross(portal, guest, "2026-03-20T08:20:00+05:00", visa_number=visa)

    assert await stays(portal) == []
    (duty,) = await duties(portal)
    assert duty["entry"] == entry
    assert (duty["region"], duty["host"]) == ("75", HOST_BIN)
    assert duty["due_on"] == "2026-03-30"  # Nauryz, 21 to 23 March, with 24 and 25 off for the weekend


@pytest.mark.parametrize(
    ("what", "of_visa", "of_crossing"),
    [
        ("diplomatic", {"category": "A1", "stay_days": None}, {}),
        ("free of visa", {}, {"visa_number": None}),
    ],
)
async def test_who_need_not_be_reported(
    portal: Api, what: str, of_visa: dict[str, Any], of_crossing: dict[str, Any]
) -> None:
    guest = foreigner()
    number = await with_visa(portal, guest, **of_visa)
    await cross(portal, guest, ENTRY, **({"visa_number": number} | of_crossing))

    assert (await stays(portal), await duties(portal)) == ([], []), what


async def test_a_short_visa_without_an_address_opens_a_duty_too(portal: Api) -> None:
    guest = foreigner()
    await cross(portal, guest, ENTRY, visa_number=await with_visa(portal, guest, stay_days=30))
    assert (len(await stays(portal)), len(await duties(portal))) == (0, 1)


async def test_a_visa_that_is_not_on_record_opens_a_duty_of_an_unknown_host(portal: Api) -> None:
    await cross(portal, foreigner(), ENTRY, visa_number="NOWHERE")

    assert [(duty["region"], duty["host"]) for duty in await duties(portal)] == [(None, None)]


async def test_a_duty_ends_with_the_exit(portal: Api) -> None:
    guest = foreigner()
    await cross(portal, guest, ENTRY, visa_number="NOWHERE")
    await cross(portal, guest, EXIT, "exit")

    assert await duties(portal) == []


async def test_a_correction_of_the_entry_moves_the_stay(portal: Api) -> None:
    guest = foreigner()
    almaty = await invited_with_visa(portal, guest)
    astana = await invited_with_visa(portal, guest, region="71", kato="711110000")
    entry = await cross(portal, guest, ENTRY, visa_number=almaty)
    await correct(portal, entry, visa_number=astana, crossed_at="2026-03-05T08:20:00+05:00")

    assert [(stay["region"], stay["since"]) for stay in await stays(portal)] == [("71", "2026-03-05")]


async def test_a_correction_of_the_visa_turns_a_duty_into_a_stay_and_back(portal: Api) -> None:
    guest = foreigner()
    visa = await invited_with_visa(portal, guest)
    entry = await cross(portal, guest, ENTRY, visa_number="NOWHERE")
    await correct(portal, entry, visa_number=visa)
    assert (len(await stays(portal)), len(await duties(portal))) == (1, 0)

    await correct(portal, entry, version=2, visa_number="NOWHERE")
    assert (len(await stays(portal)), len(await duties(portal))) == (0, 1)

    await correct(portal, entry, version=3, visa_number=visa)
    assert (len(await stays(portal)), len(await duties(portal))) == (1, 0)


async def test_a_withdrawal_of_the_entry_removes_the_stay(portal: Api) -> None:
    guest = foreigner()
    entry = await cross(portal, guest, ENTRY, visa_number=await invited_with_visa(portal, guest))
    await withdraw(portal, entry)

    assert await stays(portal) == []
    last = (await portal.events())[-2:]
    assert {event["recordwithdrawn"] for event in last} == {True}


async def test_a_withdrawal_of_the_entry_removes_the_duty(portal: Api) -> None:
    entry = await cross(portal, foreigner(), ENTRY, visa_number="NOWHERE")
    await withdraw(portal, entry)

    assert await duties(portal) == []


async def test_a_withdrawal_or_a_correction_of_the_exit_moves_the_end(portal: Api) -> None:
    guest = foreigner()
    await cross(portal, guest, ENTRY, visa_number=await invited_with_visa(portal, guest))
    first = await cross(portal, guest, EXIT, "exit")
    await correct(portal, first, crossed_at="2026-03-30T22:00:00+05:00")
    assert [stay["ended_on"] for stay in await stays(portal)] == ["2026-03-30"]

    await withdraw(portal, first, version=2)
    assert [stay["ended_on"] for stay in await stays(portal)] == [None]


async def test_another_persons_visa_registers_nobody(portal: Api) -> None:
    visa = await invited_with_visa(portal, foreigner())
    await cross(portal, foreigner(), ENTRY, visa_number=visa)

    assert await stays(portal) == []
    assert len(await duties(portal)) == 1


async def test_a_batch_registers_and_ends_set_wise(portal: Api) -> None:
    """Entries on visas, exits and others mixed in one batch; the number of statements does not grow with it."""
    guests = [foreigner() for _ in range(40)]
    visas = [await invited_with_visa(portal, guest) for guest in guests[:3]]
    numbers = [*visas, *("NOWHERE" for _ in guests[3:])]
    lines = [
        crossing(person=guest, crossed_at=ENTRY, visa_number=number)
        for guest, number in zip(guests, numbers, strict=True)
    ]
    lines += [crossing(person=guest, crossed_at=EXIT, direction="exit") for guest in guests[::2]]
    answer = await portal.client.post(
        "/v1/border-crossings:batch",
        content=b"\n".join(map(orjson.dumps, lines)),
        headers=portal.token("border") | {"Content-Type": "application/x-ndjson"},
    )

    assert orjson.loads(answer.content.splitlines()[-1])["summary"]["created"] == 60
    assert [stay["ended_on"] for stay in await stays(portal)].count("2026-03-28") == 2
    assert len(await stays(portal)) == 3
    assert len(await duties(portal)) == 37 - 18
