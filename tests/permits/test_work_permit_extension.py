"""Extensions of employers' permits, over HTTP on real PostgreSQL: from the application to the longer permit (L3)."""

import asyncio
from itertools import count, product
from typing import Any, get_args

from services.permits.cases import quota_check
from services.permits.cases.work_permit_extension import TRANSITIONS, Act, Status
from shared.clock import set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import DAY, EMPLOYER, application, pool

PATH = "/v1/work-permit-extensions"
IN_TIME = DAY.replace(year=2027, month=2, day=10)  # the permits end on 2027-03-31
FEE = 179 * 4325  # one specialist, one year, activity J
_numbers = count(1)


async def issued(permits: Api, number: int = 1) -> list[str]:
    """Permits of specialists until 2027-03-31."""
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(number))
        done = await steps.issue(permits, application(*[steps.worker() for _ in range(number)]))
    return list(done["permits"])


async def quota_of_2027(permits: Api, size: int) -> None:
    body = {"act": "invented order", "pools": [pool(size)]}
    answer = await permits.client.put("/v1/quotas/2027", json=body, headers=steps.officer(permits))
    answer.raise_for_status()


def extension(permit: str, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"E-{next(_numbers)}",
        "permit_id": permit,
        "valid_until": "2028-03-31",
        "wage": 300_000,
    } | changes


async def asked(permits: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer = await permits.client.post(PATH, json=body, headers=steps.employer(permits))
    assert answer.status_code in (200, 201), answer.text
    state: dict[str, Any] = answer.json()
    return state


async def act(permits: Api, state: dict[str, Any], name: str, body: Any = None) -> Any:
    headers = steps.once(steps.officer(permits), state["version"])
    return await permits.client.post(f"{PATH}/{state['id']}{name}", json=body, headers=headers)


async def done(permits: Api, state: dict[str, Any], name: str, body: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = (await act(permits, state, name, body)).raise_for_status().json()
    return found


def paid(state: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"reference": f"P-{state['id']}", "paid_on": "2027-02-10", "tenge": state["fee"]["tenge"]} | changes


def failed(state: dict[str, Any]) -> list[str]:
    return [check["rule"] for check in state["decision"]["checks"] if check["outcome"] == "failed"]


async def places(permits: Api, year: int) -> tuple[int, int, int]:
    """used, reserved, left of the only pool."""
    answer = await permits.client.get(f"/v1/quotas/{year}", headers=steps.officer(permits))
    (found,) = answer.raise_for_status().json()["pools"]
    return found["used"], found["reserved"], found["left"]


async def permit(permits: Api, id: str) -> dict[str, Any]:
    answer = await permits.client.get(f"/v1/work-permits/{id}", headers=steps.officer(permits))
    read: dict[str, Any] = answer.raise_for_status().json()
    return read


async def test_a_permit_is_extended_with_a_place_of_its_year_and_a_fee(permits: Api) -> None:
    (id,) = await issued(permits)
    with set_to(IN_TIME):
        # One foreigner among ten specialists, who is counted once: another could not be asked for.
        staff = {"citizens": {"3": 9}}
        path = f"/v1/employers/{EMPLOYER}/staff/2027-02-01"
        (await permits.client.put(path, json=staff, headers=steps.officer(permits))).raise_for_status()
        await quota_of_2027(permits, 1)
        body = extension(id)
        before = await permits.client.post(f"{PATH}:check", json=body, headers=steps.employer(permits))
        said = before.raise_for_status().json()
        assert (said["decision"]["outcome"], said["fee"]["tenge"]) == ("granted", FEE)
        state = await asked(permits, body)
        assert (state["status"], state["decide_by"], state["valid_from"]) == ("submitted", "2027-02-15", "2027-04-01")
        assert (await asked(permits, body))["id"] == state["id"]
        granted = await done(permits, state, "/decision")
        assert (granted["status"], granted["fee"]["tenge"]) == ("granted", FEE)
        assert await places(permits, 2027) == (0, 1, 0)
        assert (await permit(permits, id))["record"]["valid_until"] == "2027-03-31"
        wrong = await act(permits, granted, "/payment", paid(granted, tenge=FEE - 1))
        assert wrong.status_code == 422
        extended = await done(permits, granted, "/payment", paid(granted))
        longer = await permit(permits, id)
        assert (extended["status"], longer["version"]) == ("extended", 2)
        assert longer["record"]["valid_until"] == "2028-03-31"
        assert await places(permits, 2027) == (1, 0, 0)
        told = [event for event in await permits.events() if event["subject"] == id]
        assert [event["data"]["valid_until"] for event in told] == ["2027-03-31", "2028-03-31"]

        # Revoked before the extension began: its place of 2027 goes back, that of 2026 was used up.
        revoked = {"reason": "the contract ended", "ended_on": "2027-02-10"}
        headers = steps.once(steps.officer(permits), 2)
        (await permits.client.post(f"/v1/work-permits/{id}:revoke", json=revoked, headers=headers)).raise_for_status()
        assert await places(permits, 2027) == (0, 0, 1)
    assert await places(permits, 2026) == (1, 0, 0)
    assert (await quota_check.imbalances(permits.engine))[0] == []


async def test_what_stands_against_an_extension_is_said_with_the_way_to_do_it(permits: Api) -> None:
    (id,) = await issued(permits)
    with set_to(IN_TIME):
        for headers, status in (
            (steps.employer(permits, steps.OTHER_EMPLOYER), 404),
            (permits.token("permits-officer", agency="labour-71"), 404),
        ):
            for path in (PATH, f"{PATH}:check"):
                answer = await permits.client.post(path, json=extension(id), headers=headers)
                assert answer.status_code == status, answer.text
        state = await asked(permits, extension(id, valid_until="2028-04-01", wage=1))
        second = await permits.client.post(PATH, json=extension(id), headers=steps.officer(permits))
        assert second.status_code == 409
        refused = await done(permits, state, "/decision")
        assert failed(refused) == ["extension_longest", "minimum_wage", "quota_kinds"]
        remedies = [check["remedy"] for check in refused["decision"]["checks"] if check["remedy"]]
        assert remedies[0] == "ask for at most 2028-03-31"
        assert (await act(permits, refused, ":withdraw", {"reason": "x"})).status_code == 409

        await quota_of_2027(permits, 1)
        headers = steps.once(steps.officer(permits), 1)
        stopped = {"reason": "the site is closed", "suspended_on": "2027-02-10"}
        (await permits.client.post(f"/v1/work-permits/{id}:suspend", json=stopped, headers=headers)).raise_for_status()
        held = await done(permits, await asked(permits, extension(id)), "/decision")
        assert failed(held) == ["extension_window"]
        headers = steps.once(steps.officer(permits), 2)
        again = {"reason": "the site is open"}
        (await permits.client.post(f"/v1/work-permits/{id}:resume", json=again, headers=headers)).raise_for_status()
        granted = await done(permits, await asked(permits, extension(id)), "/decision")
        assert granted["status"] == "granted"
        listed = await permits.client.get(f"{PATH}?status=granted", headers=steps.employer(permits))
        assert [line["id"] for line in listed.json()["extensions"]] == [granted["id"]]
    with set_to(DAY.replace(year=2027, month=2, day=25)):  # after ten working days
        run = await permits.client.post("/v1/quota-lapse-runs", headers=permits.token("operator"))
        assert run.json() == {"lapsed": 1}
        assert await places(permits, 2027) == (0, 0, 1)
        read = await permits.client.get(f"{PATH}/{granted['id']}", headers=steps.employer(permits))
        assert read.json()["status"] == "lapsed"
    with set_to(DAY.replace(year=2027, month=3, day=2)):
        late = await done(permits, await asked(permits, extension(id)), "/decision")
        assert failed(late) == ["extension_window"]
    with set_to(DAY.replace(year=2027, month=4, day=1)):
        expired = await done(permits, await asked(permits, extension(id)), "/decision")
        remedies = [check["remedy"] for check in expired["decision"]["checks"] if check["remedy"]]
        assert remedies[0] == "apply for a new permit"
    assert (await quota_check.imbalances(permits.engine))[0] == []


async def test_of_extensions_at_once_as_many_are_granted_as_there_are_places(permits: Api) -> None:
    ids = await issued(permits, 4)
    with set_to(IN_TIME):
        await quota_of_2027(permits, 2)
        states = [await asked(permits, extension(id)) for id in ids]
        decided = await asyncio.gather(*(done(permits, state, "/decision") for state in states))
        granted = [state for state in decided if state["status"] == "granted"]
        assert len(granted) == 2
        twice = await asyncio.gather(*(act(permits, granted[0], "/payment", paid(granted[0])) for _ in range(2)))
        assert sorted(answer.status_code for answer in twice) == [200, 412]
        stolen = await act(permits, granted[1], "/payment", paid(granted[1], reference=f"P-{granted[0]['id']}"))
        assert stolen.status_code == 422
        assert await places(permits, 2027) == (1, 1, 0)
    assert (await quota_check.imbalances(permits.engine))[0] == []


async def test_a_fee_that_is_a_default_is_set_and_each_region_has_its_place_and_payment(permits: Api) -> None:
    """Of a head, for two years and two regions."""
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(2, category="1"))
        body = application(steps.worker(category="1"), further_regions=["71"])
        granted = await steps.decide(permits, await steps.submit(permits, body))
        shares = [share | {"reference": f"F-{share['region']}"} for share in granted["fee"]["shares"]]
        (id,) = (await steps.pay(permits, granted, shares=shares))["permits"]
    with set_to(IN_TIME):
        body = {"act": "invented order", "pools": [pool(3, category="1")]}
        (await permits.client.put("/v1/quotas/2027", json=body, headers=steps.officer(permits))).raise_for_status()
        state = await done(permits, await asked(permits, extension(id, valid_until="2029-03-31")), "/decision")
        assert (len(state["fee"]["missing"]), await places(permits, 2027)) == (1, (0, 2, 1))
        unknown = await act(permits, state, "/payment", paid(state, tenge=1))
        assert "/tenge" in [error["pointer"] for error in unknown.json()["errors"]]
        state = await done(permits, state, ":set-fee", {"tenge": 1_000, "reason": "the notice of the authority"})
        assert (state["fee"]["tenge"], {share["tenge"] for share in state["fee"]["shares"]}) == (2_000, {1_000})
        spent = [share | {"reference": f"F-{share['region']}"} for share in state["fee"]["shares"]]
        assert (await act(permits, state, "/payment", paid(state, shares=spent))).status_code == 422
        new = [share | {"reference": f"N-{share['region']}"} for share in state["fee"]["shares"]]
        extended = await done(permits, state, "/payment", paid(state, shares=new))
        assert (extended["status"], await places(permits, 2027)) == ("extended", (2, 0, 1))
        read = await permit(permits, id)
        assert (read["record"]["valid_until"], read["record"]["further_regions"]) == ("2029-03-31", ["71"])
    assert (await quota_check.imbalances(permits.engine))[0] == []


async def test_a_transfer_is_extended_without_fee_and_place_and_once_only(permits: Api) -> None:
    (id,) = await transferred(permits)
    with set_to(IN_TIME):
        extended = await done(permits, await asked(permits, extension(id)), "/decision")
        assert (extended["status"], extended["fee"]) == ("extended", None)
    with set_to(IN_TIME.replace(year=2028)):
        again = await done(permits, await asked(permits, extension(id, valid_until="2029-03-31")), "/decision")
        assert failed(again) == ["extension_times"]


async def transferred(permits: Api) -> list[str]:
    with set_to(DAY):
        await steps.register_employer(permits)
        body = application(kind="intra_corporate")
        return list((await steps.decide(permits, await steps.submit(permits, body)))["permits"])


async def test_every_act_is_done_only_in_the_states_it_leads_from(permits: Api) -> None:
    """But for `set_fee`, which a known fee stands against, and `lapse`, which the clock does."""
    way: dict[Status, tuple[Act, ...]] = {
        "submitted": (),
        "granted": ("decide",),
        "extended": ("decide", "pay"),
        "withdrawn": ("withdraw",),
    }
    acts: tuple[Act, ...] = ("decide", "pay", "withdraw")
    names: dict[Act, str] = {"decide": "/decision", "pay": "/payment", "withdraw": ":withdraw"}
    assert set(way) | {"refused", "lapsed"} == set(get_args(Status))
    pairs = list(product(way, acts))
    ids = await issued(permits, len(pairs))

    def body(act: Act, state: dict[str, Any]) -> Any:
        fee = state["fee"] or {"tenge": FEE}
        payment = {"reference": f"P-{state['id']}", "paid_on": "2027-02-10", "tenge": fee["tenge"]}
        return {"decide": None, "pay": payment, "withdraw": {"reason": "no longer wanted"}}[act]

    with set_to(IN_TIME):
        await quota_of_2027(permits, len(pairs))
        for id, (status, last) in zip(ids, pairs, strict=True):
            state = await asked(permits, extension(id))
            for before in way[status]:
                state = await done(permits, state, names[before], body(before, state))
            assert state["status"] == status
            answer = await act(permits, state, names[last], body(last, state))
            assert answer.status_code == (200 if status in TRANSITIONS[last][0] else 409), (status, last)
    assert (await quota_check.imbalances(permits.engine))[0] == []
