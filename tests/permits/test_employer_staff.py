"""Others are told employers' staff at each year's end: each state once, anew where it changes, else taken back."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from services.permits.cases.employer_staff import tell_all
from shared.clock import set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.steps import DAY, EMPLOYER, OTHER_EMPLOYER, application, pool, worker

MAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 6, 1, 12, tzinfo=UTC)  # the permits ended on 31 March


async def told(permits: Api, after: int = 0) -> list[tuple[Any, ...]]:
    """Subject, version, withdrawn, day of the report; foreigners and citizens by category; after so many events."""
    facts = [each for each in await permits.events() if each["type"] == "kz.kosh.permits.employer_staff.v1"]
    return [
        (
            *(each["subject"], each["recordversion"], each["recordwithdrawn"], each["data"]["reported_on"]),
            *([each["data"][f"{side}_{n}"] for n in "1234"] for side in ("foreigners", "citizens")),
        )
        for each in facts[after:]
    ]


async def report(permits: Api, day: str, counts: dict[str, int], version: int | None = None) -> None:
    seen = {} if version is None else {"If-Match": f'"{version}"'}
    path = f"/v1/employers/{EMPLOYER}/staff/{day}"
    answer = await permits.client.put(path, json={"citizens": counts}, headers=steps.employer(permits) | seen)
    assert answer.status_code == 200, answer.text


async def test_staff_is_told_once_in_each_state_and_of_each_year_as_at_its_end(permits: Api) -> None:
    of_2026, of_2027 = f"staff:2026:{EMPLOYER}", f"staff:2027:{EMPLOYER}"
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.register_employer(permits, OTHER_EMPLOYER)  # without foreigners
        await steps.set_quota(permits, pool(5), pool(5, category="1"))
        heads = worker(category="1", person=person(surname="HEAD"))
        issued = await steps.issue(permits, application(worker(), heads))
        await tell_all(permits.engine)
        assert await told(permits) == []  # nobody works yet
    with set_to(MAY):
        await asyncio.gather(*[tell_all(permits.engine) for _ in range(3)])
        thousand = [1_000] * 4
        assert await told(permits) == [(of_2026, 1, False, "2026-02-28", [1, 0, 1, 0], thousand)]
        await report(permits, "2026-05-04", {"1": 3})
        await report(permits, "2026-05-04", {"1": 4}, version=1)
        await report(permits, "2026-04-01", {"1": 9})  # handed in late: not the newest
        for _ in range(2):
            await tell_all(permits.engine)
        assert await told(permits, after=1) == [(of_2026, 2, False, "2026-05-04", [1, 0, 1, 0], [4, 0, 0, 0])]
    with set_to(datetime(2027, 1, 1, 12, tzinfo=UTC)):
        await tell_all(permits.engine)
    with set_to(NEXT_YEAR):
        await tell_all(permits.engine)
    new_year = (of_2027, 1, False, "2026-05-04", [1, 0, 1, 0], [4, 0, 0, 0])
    ended = (of_2027, 2, True, *new_year[3:])
    assert await told(permits, after=2) == [new_year, ended]
    assert len(issued["permits"]) == 2
