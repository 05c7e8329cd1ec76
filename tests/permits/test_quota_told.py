"""Others are told the states of a quota's pools, by version, and each state once (L2)."""

from typing import Any

from services.permits.cases.quota_told import tell_all
from shared.clock import set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import DAY, application, pool

REGION = {"kind": "employer", "category": "3", "region": "75"}


async def told(permits: Api) -> list[tuple[Any, ...]]:
    """Version of the record, pool, size, moved, reserved, used."""
    members = ("size", "moved", "reserved", "used")
    return [
        (event["recordversion"], event["subject"], *[event["data"][name] for name in members])
        for event in await permits.events()
        if event["type"] == "kz.kosh.permits.quota_pool.v1"
    ]


async def test_a_state_is_told_once_and_a_version_s_last_one_when_it_ends(permits: Api) -> None:
    spare = {"kind": "undistributed", "size": 9}
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(5), pool(2, **REGION), spare)
        for _ in range(2):  # the second time there is nothing to tell
            await tell_all(permits.engine)
        first = await told(permits)
        await steps.decide(permits, await steps.submit(permits, application()))
        body = {"act": "a move", "moves": [{"source": {"kind": "undistributed"}, "target": REGION, "places": 4}]}
        headers = steps.once(steps.officer(permits), 1)
        (await permits.client.post("/v1/quotas/2026:move", json=body, headers=headers)).raise_for_status()
        for _ in range(2):
            await tell_all(permits.engine)
    assert sorted(first) == [
        (1, "2026:1:employer:3:-:-:-", 5, 0, 0, 0),
        (1, "2026:1:employer:3:75:-:-", 2, 0, 0, 0),
        (1, "2026:1:undistributed:-:-:-:-", 9, 0, 0, 0),
    ]
    assert sorted((await told(permits))[len(first) :]) == [
        (1, "2026:2:employer:3:-:-:-", 9, 4, 1, 0),
        (1, "2026:2:employer:3:75:-:-", 6, 4, 1, 0),
        (1, "2026:2:undistributed:-:-:-:-", 5, -4, 0, 0),
        (2, "2026:1:employer:3:-:-:-", 5, 0, 1, 0),
        (2, "2026:1:employer:3:75:-:-", 2, 0, 1, 0),
    ]
