"""A residence permit proves residence before the first crossing for as long as it holds: from events to the export."""

from typing import Any

import pytest

from services.accounting.cases.rebuild import rebuild
from shared.events.police import ResidencePermit
from shared.events.portal import BorderCrossing, FeedCoverage
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.test_classification import PERSON, exported
from tests.accounting.world import Event, Version, event

COVERED = {"feed": "berkut", "register_start": "2021-01-01", "complete_through": "2023-12-31"}
ENTRY = {
    "source_id": "B-1", "direction": "entry", "crossed_at": "2021-03-01T10:15:00+05:00", "checkpoint": "ALA-AIR",
    "person": PERSON, "purpose": "permanent", "country": "UZB",
}  # fmt: skip
PERMIT = {
    "source_id": "P-1", "person": PERSON, "residence": "permanent", "region": "71", "granted_on": "2010-05-01",
}  # fmt: skip
EVENTS = [
    event("coverage", 1, Version(FeedCoverage.TYPE, COVERED, False)),
    event("crossing", 1, Version(BorderCrossing.TYPE, ENTRY, False)),
]


def permit(version: int = 1, **data: Any) -> Event:
    return event("permit", version, Version(ResidencePermit.TYPE, PERMIT | data, False))


async def first_status(api: Api) -> tuple[int | None, bool | None]:
    """(before, migration) of the entry."""
    line = (await exported(api))["B-1"]
    return line["before"], line["migration"]


def ended(day: str, reason: str, **data: Any) -> dict[str, Any]:
    return {"ended_on": day, "end_reason": reason, **data}


@pytest.mark.parametrize(
    ("data", "before"),
    [
        ({}, 1),
        ({"valid_until": "9999-12-31"}, 1),
        ({"valid_until": "2030-05-01"}, 1),
        ({"valid_until": "2021-02-28"}, 1),  # in force to the eve of the crossing
        ({"valid_until": "2021-02-27"}, None),
        ({"valid_until": "2015-05-01"}, None),
        (ended("2014-01-01", "departure"), 0),
        (ended("2014-01-01", "departure", valid_until="2012-05-01"), 0),
        (ended("2021-03-01", "departure"), 1),
        (ended("2014-01-01", "citizenship", valid_until="2015-05-01"), 1),
        (ended("2014-01-01", "revoked", valid_until="2030-05-01"), None),
        (ended("2022-01-01", "revoked", valid_until="2015-05-01"), None),
        (ended("2014-01-01", "death"), None),
        ({"residence": "temporary"}, None),
    ],
)
async def test_a_permit_proves_residence_until_its_end(
    api: Api, written: Accounting, data: dict[str, Any], before: int | None
) -> None:
    await written.take([*EVENTS, permit(**data)], size=1)
    assert await first_status(api) == (before, None if before is None else before == 0)


async def test_an_end_that_is_told_later_moves_the_figures_and_a_rebuild_agrees(api: Api, written: Accounting) -> None:
    await written.take([permit(), *EVENTS])
    assert await first_status(api) == (1, False)
    await written.take([permit(2, **ended("2014-01-01", "departure"))])
    assert await first_status(api) == (0, True)
    await rebuild(api.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert await first_status(api) == (0, True)
    await written.take([permit(3, valid_until="2030-05-01")])
    assert await first_status(api) == (1, False)
