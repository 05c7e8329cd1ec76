"""What happens to a permit after its issue: suspended, resumed, expired, revoked, its business trips (L3)."""

from itertools import product
from typing import Any, get_args

from services.permits.cases.work_permit_state import TRANSITIONS, Act, State
from shared.clock import set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import DAY, application, pool

LATER = DAY.replace(month=6, day=1)
BODIES: dict[Act, tuple[str, dict[str, Any]]] = {
    "suspend": (":suspend", {"reason": "the site is closed", "suspended_on": "2026-06-01"}),
    "resume": (":resume", {"reason": "the site is open"}),
    "revoke": (":revoke", {"reason": "the contract ended", "ended_on": "2026-06-01"}),
    "travel": (":add-business-trip", {"region": "71", "starts_on": "2026-06-01", "ends_on": "2026-06-01"}),
}


class Permit:
    """One issued permit, and its version as last seen."""

    def __init__(self, permits: Api, id: str) -> None:
        self.permits, self.path, self.version = permits, f"/v1/work-permits/{id}", 1

    async def act(self, act: Act, **changes: Any) -> Any:
        suffix, body = BODIES[act]
        headers = steps.once(steps.officer(self.permits), self.version)
        answer = await self.permits.client.post(self.path + suffix, json=body | changes, headers=headers)
        if answer.status_code == 200:
            self.version = answer.json()["version"]
        return answer


async def issued(permits: Api, number: int = 1) -> list[Permit]:
    await steps.register_employer(permits)
    await steps.set_quota(permits, pool(number))
    done = await steps.issue(permits, application(*[steps.worker() for _ in range(number)]))
    return [Permit(permits, id) for id in done["permits"]]


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


async def test_a_permit_is_suspended_resumed_and_expires_by_its_last_day(permits: Api) -> None:
    with set_to(DAY):
        (permit,) = await issued(permits)
    with set_to(LATER):
        assert (await permit.act("resume")).status_code == 409
        for day in ("2026-03-01", "2026-06-02"):  # before its issue, and to come
            assert pointers(await permit.act("suspend", suspended_on=day)) == ["/suspended_on"]
        held = (await permit.act("suspend")).json()
        assert (held["state"], held["permit"]["status"], held["permit"]["suspended_on"]) == (
            ("suspended", "issued", "2026-06-01")
        )
        assert (await permit.act("travel")).status_code == 409
        assert await steps.pools(permits) == [(1, 1, 0, 0)], "a suspended worker keeps the place"
        again = (await permit.act("resume")).json()
        assert (again["state"], again["permit"]["suspended_on"]) == ("issued", None)
    with set_to(DAY.replace(year=2027, month=4, day=1)):  # the day after the last
        late = await permit.act("suspend", suspended_on="2027-03-31")
        assert late.status_code == 409
        assert "expired" in late.json()["detail"]
        ended = (await permit.act("revoke", ended_on="2027-03-30")).json()
        assert (ended["state"], ended["permit"]["status"]) == ("revoked", "revoked")


async def test_every_act_is_done_only_in_the_states_it_leads_from(permits: Api) -> None:
    way: dict[State, tuple[Act, ...]] = {"issued": (), "suspended": ("suspend",), "revoked": ("revoke",), "expired": ()}
    pairs = list(product(get_args(State), TRANSITIONS))
    with set_to(DAY):
        held = await issued(permits, len(pairs))
    for permit, (state, act) in zip(held, pairs, strict=True):
        with set_to(LATER):
            for before in way[state]:
                assert (await permit.act(before)).status_code == 200
        with set_to(LATER if state != "expired" else LATER.replace(year=2028)):
            answer = await permit.act(act)
        sources, targets = TRANSITIONS[act]
        assert answer.status_code == (200 if state in sources else 409), (state, act)
        assert state not in sources or answer.json()["state"] in targets


async def test_business_trips_are_up_to_ninety_days_of_a_calendar_year(permits: Api) -> None:
    with set_to(DAY):
        (permit,) = await issued(permits)
        wrong = await permit.act("travel", region="75", starts_on="2026-03-31", ends_on="2027-04-01")
        assert pointers(wrong) == ["/region", "/starts_on", "/ends_on"]
        backwards = await permit.act("travel", starts_on="2026-06-02")
        assert (backwards.status_code, pointers(backwards)) == (422, ["/ends_on"])
        endless = await permit.act("travel", ends_on="9999-12-31")
        assert (endless.status_code, pointers(endless)) == (422, ["/ends_on"])

        first = await permit.act("travel", starts_on="2026-04-01", ends_on="2026-06-29")
        assert [trip["region"] for trip in first.json()["permit"]["business_trips"]] == ["71"]
        meeting = await permit.act("travel", starts_on="2026-06-29", ends_on="2026-06-29")
        assert pointers(meeting) == ["/starts_on"]
        over = await permit.act("travel", starts_on="2026-12-31", ends_on="2027-01-31")
        assert (over.status_code, over.json()["type"].rpartition("/")[2]) == (422, "business-trips-used-up")
        next_year = await permit.act("travel", starts_on="2027-01-01", ends_on="2027-03-31")
        assert len(next_year.json()["permit"]["business_trips"]) == 2


async def test_another_employer_needs_a_permit_of_its_own(permits: Api) -> None:
    with set_to(DAY):
        (permit,) = await issued(permits)
        record = (await permits.client.get(permit.path, headers=steps.officer(permits))).json()["record"]
        moved = {"reason": "another employer", "record": record | {"employer_bin": steps.OTHER_EMPLOYER}}
        headers = steps.officer(permits) | {"If-Match": '"1"'}
        answer = await permits.client.put(permit.path, json=moved, headers=headers)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/record/employer_bin")
    assert "let the new employer apply" in error["detail"]
