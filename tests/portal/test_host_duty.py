"""Duties of hosts: the list of reminders, and how a notification closes and reopens them (P3, P4)."""

from datetime import UTC, datetime
from typing import Any

from shared import clock
from shared.testing.api import Api
from tests.portal import hosts
from tests.portal.guests import HOST_BIN, cross, duties, foreigner, invited_with_visa, stays

ENTRY = "2026-03-20T08:20:00+05:00"
ON_THE_DAY, AFTER = datetime(2026, 3, 30, 7, tzinfo=UTC), datetime(2026, 4, 2, 7, tzinfo=UTC)


async def test_duties_are_due_on_their_last_day_and_overdue_after_it(portal: Api) -> None:
    await cross(portal, foreigner(), ENTRY, visa_number="NOWHERE")
    with clock.set_to(ON_THE_DAY):
        assert [len(await duties(portal, state=state)) for state in ("due", "overdue")] == [1, 0]
    with clock.set_to(AFTER):
        assert await duties(portal, state="due") == []
        assert [duty["working_days_overdue"] for duty in await duties(portal, state="overdue")] == [3]


async def test_duties_are_listed_page_by_page_and_every_page_is_logged(portal: Api) -> None:
    entries = [
        await cross(portal, foreigner(), f"2026-03-{day}T08:20:00+05:00", visa_number="X") for day in (18, 16, 17)
    ]
    police, listed, cursor = portal.token("migration-police"), [], None
    while True:
        parameters = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await portal.client.post("/v1/host-duties:search", json={}, params=parameters, headers=police)).json()
        listed += [duty["entry"] for duty in page["duties"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert listed == [entries[1], entries[2], entries[0]]
    logged = "SELECT count(*) AS n FROM access_log WHERE record_kind = 'host_duty' AND record_id IS NOT NULL"
    assert await portal.rows(logged) == [{"n": 3}]


async def test_a_host_sees_its_own_duties_only(portal: Api) -> None:
    guest = foreigner()
    visa = await invited_with_visa(portal, guest, kato=None)
    await cross(portal, guest, ENTRY, visa_number=visa)
    await cross(portal, foreigner(), ENTRY, visa_number="NOWHERE")

    async def seen(**claims: Any) -> Any:
        headers = portal.token("host", **claims)
        return await portal.client.post("/v1/host-duties:search", json={}, headers=headers)

    assert len((await seen(bin=HOST_BIN)).json()["duties"]) == 1
    assert (await seen(bin=hosts.HOTEL_BIN)).json()["duties"] == []
    assert (await seen()).status_code == 403
    assert [len(await duties(portal, region=region)) for region in ("75", "71")] == [1, 0]


async def test_a_notification_closes_the_duty_and_registers_the_stay(portal: Api) -> None:
    guest = foreigner()
    entry = await cross(portal, guest, ENTRY, visa_number="NOWHERE")
    with clock.set_to(ON_THE_DAY):
        answer = await hosts.hand_in(portal, hosts.notice(person=guest))
        answer.raise_for_status()

        assert await duties(portal) == []
        (stay,) = await stays(portal)
        assert (stay["source_id"], stay["basis"], stay["region"]) == (entry, "notification", "75")
        assert (stay["since"], stay["until"]) == ("2026-03-20", "2026-04-10")

        cancelled = await hosts.step(
            portal, answer.json()["notification"], "cancel", hosts.eqonaq(portal), reason="no show"
        )
        cancelled.raise_for_status()
    assert len(await duties(portal)) == 1
    assert await stays(portal) == []


async def test_a_second_notification_keeps_the_duty_closed_when_the_first_is_cancelled(portal: Api) -> None:
    guest = foreigner()
    await cross(portal, guest, ENTRY, visa_number="NOWHERE")
    with clock.set_to(ON_THE_DAY):
        first = await hosts.hand_in(portal, hosts.notice(person=guest))
        moved = hosts.notice(person=guest, host=hosts.PERSON, address={"kato": "711110000", "text": "Kenesary 1"})
        (await hosts.hand_in(portal, moved)).raise_for_status()
        (
            await hosts.step(portal, first.json()["notification"], "cancel", hosts.eqonaq(portal), reason="x")
        ).raise_for_status()

    assert await duties(portal) == []
    assert [stay["region"] for stay in await stays(portal)] == ["71"]


async def test_the_exit_ends_a_stay_by_notification(portal: Api) -> None:
    guest = foreigner()
    await cross(portal, guest, ENTRY, visa_number="NOWHERE")
    with clock.set_to(ON_THE_DAY):
        (await hosts.hand_in(portal, hosts.notice(person=guest))).raise_for_status()
    await cross(portal, guest, "2026-04-01T08:20:00+05:00", "exit")

    assert [stay["ended_on"] for stay in await stays(portal)] == ["2026-04-01"]
