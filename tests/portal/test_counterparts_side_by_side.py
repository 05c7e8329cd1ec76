"""Two halves of one matter that come in at the same time, each in a transaction of its own, do not miss each other: the
one waits for the other (P2, P3, P4)."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from services.portal.cases.border.border_crossing import CROSSINGS
from services.portal.cases.stays.host_notification import NOTICES
from services.portal.cases.visas.visa import VISAS
from shared import clock
from shared.http.reading import read_model
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work
from shared.records import intake
from shared.records.record_type import RecordType
from shared.testing.api import Api
from shared.testing.people import crossing
from tests.portal import hosts
from tests.portal.guests import duties, foreigner, invited, stays, visa

KINDS: dict[str, RecordType[Any]] = {"visa": VISAS, "notice": NOTICES, "entry": CROSSINGS, "later": CROSSINGS}
ANYBODY = Caller("test", frozenset({"clerk"}))
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
Half = tuple[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def after_nauryz() -> Iterator[None]:
    with clock.set_to(datetime(2026, 3, 27, 7, tzinfo=UTC)):
        yield


async def side_by_side(portal: Api, one: Half, other: Half) -> None:
    """The other begins when the one has done all its work and has not committed yet."""
    async with unit_of_work(portal.engine) as unit:
        await intake.ingest(unit, *_submitted(one), [ANYBODY])
        second = asyncio.create_task(intake.submit(portal.engine, *_submitted(other), ANYBODY))
        async with asyncio.timeout(20):
            while not second.done() and not await portal.rows(WAITING):
                pass
    await second


def _submitted(half: Half) -> tuple[RecordType[Any], list[Any]]:
    kind = KINDS[half[0]]
    return kind, [read_model(kind.fact, orjson.dumps(half[1]))]


@pytest.mark.parametrize("order", [("entry", "visa"), ("visa", "entry"), ("entry", "notice"), ("notice", "entry")])
async def test_an_entry_does_not_miss_its_visa_or_notice(portal: Api, order: tuple[str, str]) -> None:
    guest = foreigner()
    granted = visa(guest, invitation=(await invited(portal, guest))["number"])
    halves = {
        "visa": granted,
        "entry": crossing(person=guest, crossed_at="2026-03-20T08:20:00+05:00", visa_number=granted["number"]),
        "notice": hosts.notice("post", person=guest),
    }
    one, other = ((name, halves[name]) for name in order)
    await side_by_side(portal, one, other)

    basis = "visa" if "visa" in order else "notification"
    assert [stay["basis"] for stay in await stays(portal)] == [basis]
    assert await duties(portal) == []


@pytest.mark.parametrize("later_first", [True, False])
@pytest.mark.parametrize("later_on", ["ELSEWHERE", None])
async def test_two_entries_of_one_person_agree_to_which_of_them_a_notice_belongs(
    portal: Api, later_first: bool, later_on: str | None
) -> None:
    """They show different passports, so that they have the notice in common and nothing else."""
    passport, card = foreigner(), foreigner(iin="900501300120")
    notice = hosts.notice("post", person=passport | {"iin": card["iin"]})
    await intake.submit(portal.engine, *_submitted(("notice", notice)), ANYBODY)
    entry = crossing(person=passport, crossed_at="2026-03-19T08:20:00+05:00", visa_number="NOWHERE")
    later = crossing(person=card, crossed_at="2026-03-20T08:20:00+05:00", visa_number=later_on)
    halves: list[Half] = [("later", later), ("entry", entry)]
    await side_by_side(portal, *(halves if later_first else halves[::-1]))

    matched = "SELECT c.source_id FROM notification_receipt r JOIN border_crossing c ON c.id = r.crossing"
    assert await portal.rows(matched) == [{"source_id": later["source_id"]}]
    assert [stay["visa_number"] for stay in await stays(portal)] == ([later_on] if later_on else [])
    assert [duty["entered_on"] for duty in await duties(portal)] == ["2026-03-19"]


async def test_a_notice_and_an_entry_free_of_visa_that_takes_it_over(portal: Api) -> None:
    guest = foreigner()
    before = crossing(person=guest, crossed_at="2026-03-16T08:20:00+05:00", visa_number="NOWHERE")
    await intake.submit(portal.engine, *_submitted(("entry", before)), ANYBODY)
    later = crossing(person=guest, crossed_at="2026-03-20T08:20:00+05:00")
    await side_by_side(portal, ("later", later), ("notice", hosts.notice("post", person=guest)))

    assert await stays(portal) == []
    assert [duty["entered_on"] for duty in await duties(portal)] == ["2026-03-16"]
