"""Who is barred from entry gets no permit to work: by a copy of the portal's bans, and by no stale one (L3, P6)."""

from typing import Any

import pytest

from services.permits.cases.entry_ban import BANS
from shared.clock import set_to
from shared.events.border_control import EntryBan
from shared.inbox.copies import keep
from shared.inbox.reading import Version
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.steps import APPLICATIONS, DAY, application, pool, worker


@pytest.fixture
async def ready(permits: Api) -> Api:
    """An employer and a quota of three places."""
    await steps.register_employer(permits)
    with set_to(DAY):
        await steps.set_quota(permits, pool(3))
    return permits


async def impose(permits: Api, who: dict[str, Any], version: int = 1, withdrawn: bool = False, **changes: Any) -> None:
    """As the follower copies it."""
    known = {"source_id": "EB-1", "ground": "overstay", "barred_from": "2025-06-01", "barred_until": "2030-05-31"}
    fact = EntryBan.model_validate({"person": who} | known | changes)
    async with permits.engine.begin() as connection:
        await keep(connection, BANS, [(Version("ban", version, withdrawn), fact)])


async def decision(permits: Api, *workers: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The outcome, and the remedies of the failed checks by their rules."""
    with set_to(DAY):
        decided = await steps.decide(permits, await steps.submit(permits, application(*workers)))
    checks = decided["decision"]["checks"]
    return decided["status"], {check["rule"]: check["remedy"] for check in checks if check["remedy"]}


@pytest.mark.parametrize(
    ("shown", "evidence"),
    [
        ({}, "document"),
        ({"iin": "900501300120"}, "iin"),
        ({"document": {"type": "P", "number": "NEW1", "issuing_state": "UZB"}}, "name"),
    ],
)
async def test_a_barred_worker_is_refused_and_named_by_place(ready: Api, shown: dict[str, Any], evidence: str) -> None:
    barred = person(iin="900501300120") if evidence == "iin" else person()
    await impose(ready, barred)
    with set_to(DAY):
        body = application(worker(), worker(person=barred | shown))
        decided = await steps.decide(ready, await steps.submit(ready, body))
    (check,) = [each for each in decided["decision"]["checks"] if each["rule"] == "entry_ban"]
    assert (decided["status"], check["outcome"]) == ("refused", "failed")
    assert check["explanation"] == f"worker 2: barred from entry, as {evidence} shows"
    assert barred["surname"] not in str(check)


@pytest.mark.parametrize(
    "ban",
    [
        {"barred_until": "2026-03-31"},
        {"barred_from": "2026-04-02"},
        {"lifted_on": "2026-04-01", "lift_reason": "another person was meant"},
        {"withdrawn": True},
    ],
)
async def test_a_ban_counts_on_the_first_day_of_work(ready: Api, ban: dict[str, Any]) -> None:
    who = person()
    await impose(ready, who, **ban)
    assert await decision(ready, worker(person=who, valid_from="2026-04-01")) == ("granted", {})


async def test_a_ban_that_was_lifted_lately_no_longer_refuses(ready: Api) -> None:
    who = person()
    await impose(ready, who)
    assert (await decision(ready, worker(person=who)))[0] == "refused"
    await impose(ready, who, version=2, lifted_on="2026-03-01", lift_reason="by a court")
    assert (await decision(ready, worker(person=who)))[0] == "granted"


async def test_a_ban_imposed_after_the_decision_stops_the_issue(ready: Api) -> None:
    who = person()
    with set_to(DAY):
        granted = await steps.decide(ready, await steps.submit(ready, application(worker(person=who))))
        await impose(ready, who)
        body = {"reference": "P-1", "paid_on": "2026-03-02", "tenge": granted["fee"]["tenge"]}
        headers = steps.once(steps.officer(ready), granted["version"])
        refused = await ready.client.post(f"{APPLICATIONS}/{granted['id']}/payment", json=body, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("/barred-from-entry")
    assert await ready.events() == []
    assert await steps.pools(ready) == [(3, 0, 1, 2)]


async def test_nobody_decides_by_bans_that_may_be_incomplete(ready: Api) -> None:
    await ready.as_owner("DELETE FROM inbox_source")
    with set_to(DAY):
        submitted = await steps.submit(ready, application())
        headers = steps.once(steps.officer(ready), submitted["version"])
        answer = await ready.client.post(f"{APPLICATIONS}/{submitted['id']}/decision", headers=headers)
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
        await ready.up_to_date_with("portal")
        again = await ready.client.post(f"{APPLICATIONS}/{submitted['id']}/decision", headers=headers)
    assert again.json()["status"] == "granted"
