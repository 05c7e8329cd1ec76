"""From the application to the permit and its end, over HTTP (L2, L3): every step leaves its record and its event."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import set_to
from shared.http.paging import cursor_at
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.steps import APPLICATIONS, DAY, application, pool, worker


@pytest.fixture
async def ready(permits: Api) -> Api:
    """An employer and a quota of three specialists."""
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(3))
    return permits


async def test_from_the_application_to_the_permit(ready: Api) -> None:
    with set_to(DAY):
        submitted = await steps.submit(ready, application(worker(), worker()))
        assert submitted["decide_by"] == "2026-03-12"  # seven working days: 9 March is off

        granted = await steps.decide(ready, submitted)
        assert granted["status"] == "granted"
        assert granted["fee"] == {
            "tenge": 2 * 179 * 4_325,
            "pay_by": "2026-03-17",
            "explanation": "358 MCI of 4325 tenge",
            "rules": ["monthly_index 2026-01-01", "fee_of_category 2026-01-01", "fee_group 2017-01-01"],
            "shares": [],
            "missing": [],
        }
        assert await steps.pools(ready) == [(3, 0, 2, 1)]
        assert await ready.events() == []

        issued = await steps.pay(ready, granted)
        assert issued["status"] == "issued"
        assert await steps.pools(ready) == [(3, 2, 0, 1)]

        events = await ready.events()
    assert [event["subject"] for event in events] == issued["permits"]
    permit = events[0]["data"]
    assert (permit["status"], permit["issued_on"], permit["valid_from"]) == ("issued", "2026-03-02", "2026-04-01")
    assert (permit["activity"], permit["region"], permit["qualified"]) == ("J", "75", True)


async def test_a_decision_names_every_check_with_rule_version_and_basis(ready: Api) -> None:
    with set_to(DAY):
        decided = await steps.decide(ready, await steps.submit(ready, application()))
    decision = decided["decision"]
    assert (decision["outcome"], decision["day"]) == ("granted", "2026-03-02")
    assert [(check["rule"], check["version"]) for check in decision["checks"]] == [
        ("free_of_permit", "2015-01-01"),
        ("free_persons", "2025-08-31"),
        ("vacancy_term", "2025-09-01"),
        ("vacancy_code", "2025-09-01"),
        ("worker_iin", "2025-09-01"),
        ("block_after_illegal_work", "2025-09-01"),
        ("replacement_of_category_4", "2020-12-31"),
        ("category_of_occupation", "2017-01-01"),
        ("education_of_occupation", "2017-01-01"),
        ("demanded_occupations", "2023-07-01"),
        ("seasonal_occupations", "2022-01-01"),
        ("sector_limits", "2017-09-29"),
        ("medical_insurance", "2017-09-29"),
        ("experience_of_category", "2023-07-01"),
        ("entry_ban", "2012-01-01"),
        ("minimum_wage", "2024-01-01"),
        ("shortest_term", "2017-09-29"),
        ("longest_term_category_2_to_4", "2017-01-01"),
        ("local_content_specialists", "2023-07-01"),
        ("quota_kinds", "2019-01-01"),
    ]
    assert all(check["basis"] and check["explanation"] for check in decision["checks"])


async def test_a_refusal_lists_every_failed_check_and_what_would_make_it_pass(ready: Api) -> None:
    workers = [worker(wage=1), worker(person=person(citizenship="KGZ")), worker(), worker()]
    with set_to(DAY):
        refused = await steps.decide(ready, await steps.submit(ready, application(*workers)))
    failed = {check["rule"]: check["remedy"] for check in refused["decision"]["checks"] if check["remedy"]}
    assert refused["status"] == "refused"
    assert failed == {
        "free_of_permit": "leave out worker 2 and declare foreigners as EAEU workers",
        "minimum_wage": "raise the wage of worker 1 to 85000 tenge a month",
        "quota_kinds": "ask for at most 3 in employer category 3",
    }
    assert refused["fee"] is None
    assert await steps.pools(ready) == [(3, 0, 0, 3)]


async def test_what_no_register_can_tell_is_said_and_refuses_nobody(ready: Api) -> None:
    with set_to(DAY):
        granted = await steps.decide(ready, await steps.submit(ready, application(worker())))
    checks = granted["decision"]["checks"]
    unknown = {check["rule"]: check["explanation"] for check in checks if check["outcome"] == "unknown"}
    assert granted["status"] == "granted"
    assert set(unknown) == {
        "worker_iin",
        "vacancy_code",
        "block_after_illegal_work",
        "education_of_occupation",
        "demanded_occupations",
        "sector_limits",
        "medical_insurance",
        "experience_of_category",
    }
    assert "not connected" in unknown["block_after_illegal_work"]


@pytest.mark.parametrize("vacancy", [None, {"code": "V-1", "published_on": "2026-02-16"}])
async def test_without_a_vacancy_of_fifteen_days_there_is_no_permit(ready: Api, vacancy: Any) -> None:
    with set_to(DAY):
        refused = await steps.decide(ready, await steps.submit(ready, application(worker(vacancy=vacancy))))
    failed = [check["rule"] for check in refused["decision"]["checks"] if check["outcome"] == "failed"]
    assert (refused["status"], failed) == ("refused", ["vacancy_term"])


async def test_what_the_refusal_asks_for_passes(ready: Api) -> None:
    with set_to(DAY):
        granted = await steps.decide(
            ready, await steps.submit(ready, application(worker(wage=85_000), worker(), worker()))
        )
    assert granted["status"] == "granted"


async def test_an_intra_corporate_transfer_needs_neither_place_nor_fee(ready: Api) -> None:
    transfer = application(worker(category="2"), kind="intra_corporate")
    with set_to(DAY):
        issued = await steps.decide(ready, await steps.submit(ready, transfer))
        (event,) = await ready.events()
    assert (issued["status"], issued["fee"]) == ("issued", None)
    assert await steps.pools(ready) == [(3, 0, 0, 3)]
    assert event["data"]["kind"] == "intra_corporate"


async def revoke(ready: Api, id: str, ended_on: str, version: int = 1) -> Any:
    body = {"reason": "the contract ended", "ended_on": ended_on}
    headers = steps.once(steps.officer(ready), version)
    return await ready.client.post(f"/v1/work-permits/{id}:revoke", json=body, headers=headers)


async def test_a_permit_revoked_before_it_was_in_force_gives_its_place_back(ready: Api) -> None:
    with set_to(DAY):
        issued = await steps.issue(ready, application())
        answer = await revoke(ready, issued["permits"][0], "2026-04-01")
        events = await ready.events()
    assert answer.status_code == 200
    assert await steps.pools(ready) == [(3, 0, 0, 3)]
    assert [(event["recordversion"], event["data"]["status"]) for event in events] == [(1, "issued"), (2, "revoked")]
    assert events[1]["data"]["ended_on"] == "2026-04-01"


async def test_a_permit_revoked_later_keeps_its_place_used(ready: Api) -> None:
    with set_to(DAY):
        issued = await steps.issue(ready, application())
        first = await revoke(ready, issued["permits"][0], "2026-04-02")
        again = await revoke(ready, issued["permits"][0], "2026-04-02", version=2)
    assert (first.status_code, again.status_code) == (200, 409)
    assert await steps.pools(ready) == [(3, 1, 0, 2)]


async def test_a_permit_cannot_end_outside_its_time(ready: Api) -> None:
    with set_to(DAY):
        issued = await steps.issue(ready, application())
        answer = await revoke(ready, issued["permits"][0], "2026-03-01")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/ended_on"]


async def test_a_correction_mends_the_person_and_nothing_that_was_decided(ready: Api) -> None:
    with set_to(DAY):
        issued = await steps.issue(ready, application())
        path = f"/v1/work-permits/{issued['permits'][0]}"
        permit = (await ready.client.get(path, headers=steps.officer(ready))).json()["record"]
        versioned = steps.officer(ready) | {"If-Match": '"1"'}
        wrong = {"reason": "longer", "record": permit | {"valid_until": "2028-01-01"}}
        right = {"reason": "misspelt", "record": permit | {"person": permit["person"] | {"given_names": "ALIM"}}}
        refused = await ready.client.put(path, json=wrong, headers=versioned)
        done = await ready.client.put(path, json=right, headers=versioned)
        history = await ready.client.get(f"{path}/history", headers=steps.officer(ready))
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/record/valid_until"]
    assert done.status_code == 200
    assert [v["record"]["person"]["given_names"] for v in history.json()] == ["AZIZ", "ALIM"]


async def test_a_correction_can_be_repeated_under_its_key(ready: Api) -> None:
    with set_to(DAY):
        issued = await steps.issue(ready, application())
        path, keyed = f"/v1/work-permits/{issued['permits'][0]}", steps.once(steps.officer(ready), 1)
        permit = (await ready.client.get(path, headers=steps.officer(ready))).json()["record"]
        right = {"reason": "misspelt", "record": permit | {"person": permit["person"] | {"given_names": "ALIM"}}}
        first = await ready.client.put(path, json=right, headers=keyed)
        again = await ready.client.put(path, json=right, headers=keyed)
        other = await ready.client.put(path, json=right | {"reason": "another"}, headers=keyed)
    assert [answer.status_code for answer in (first, again, other)] == [200, 200, 409]
    assert (again.content, again.headers["ETag"]) == (first.content, '"2"')


async def test_a_repeated_decision_answers_as_the_first_did_and_reserves_once(ready: Api) -> None:
    with set_to(DAY):
        submitted = await steps.submit(ready, application())
        path, headers = f"{APPLICATIONS}/{submitted['id']}/decision", steps.once(steps.officer(ready), 1)
        first = await ready.client.post(path, headers=headers)
        again = await ready.client.post(path, headers=headers)
        other = await ready.client.post(path, headers=headers | {"Idempotency-Key": str(uuid4())})
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 412)
    assert again.json() == first.json()
    assert await steps.pools(ready) == [(3, 0, 1, 2)]


async def test_a_repeated_application_is_one_application(ready: Api) -> None:
    body = application()
    with set_to(DAY):
        first = await ready.client.post(APPLICATIONS, json=body, headers=steps.employer(ready))
        again = await ready.client.post(APPLICATIONS, json=body, headers=steps.employer(ready))
        other = await ready.client.post(APPLICATIONS, json=body | {"region": "71"}, headers=steps.employer(ready))
        await steps.decide(ready, first.json())
        later = await ready.client.post(APPLICATIONS, json=body, headers=steps.employer(ready))
    assert [answer.status_code for answer in (first, again, other, later)] == [201, 200, 409, 200]
    assert first.json() == again.json() == later.json()
    assert first.headers["ETag"] == later.headers["ETag"] == '"1"'


async def test_a_wrong_payment_says_everything_that_is_wrong(ready: Api) -> None:
    with set_to(DAY):
        granted = await steps.decide(ready, await steps.submit(ready, application()))
        body = {"reference": "P-1", "paid_on": "2026-03-18", "tenge": 1}
        headers = steps.once(steps.officer(ready), granted["version"])
        answer = await ready.client.post(f"{APPLICATIONS}/{granted['id']}/payment", json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/fee-not-settled")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/paid_on", "/paid_on", "/tenge"]
    assert await steps.pools(ready) == [(3, 0, 1, 2)]


async def pay(permits: Api, granted: dict[str, Any], **changes: Any) -> Any:
    body = {"reference": "P-7", "paid_on": "2026-03-02", "tenge": granted["fee"]["tenge"]} | changes
    headers = steps.once(steps.officer(permits), granted["version"])
    return await permits.client.post(f"{APPLICATIONS}/{granted['id']}/payment", json=body, headers=headers)


async def set_fee(permits: Api, granted: dict[str, Any], tenge: int) -> Any:
    body = {"tenge": tenge, "reason": "decree 819, annex, line 6"}
    headers = steps.once(steps.officer(permits), granted["version"])
    return await permits.client.post(f"{APPLICATIONS}/{granted['id']}:set-fee", json=body, headers=headers)


async def test_a_fee_of_which_the_annex_was_not_read_is_a_default_until_an_officer_sets_it(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits, activity="F")
        await steps.set_quota(permits, pool(3))
        granted = await steps.decide(permits, await steps.submit(permits, application()))
        assert granted["fee"]["tenge"] == 224 * 4_325
        assert granted["fee"]["missing"] == ["the group of activity F was not read, the high one is taken"]
        early = await pay(permits, granted, tenge=granted["fee"]["tenge"] - 1)
        assert early.status_code == 422
        assert [error["pointer"] for error in early.json()["errors"]] == ["/tenge"]

        known = (await set_fee(permits, granted, 900_000)).json()
        assert (known["status"], known["fee"]["tenge"], known["fee"]["missing"]) == ("granted", 900_000, [])
        assert (await set_fee(permits, known, 1)).status_code == 409
        assert (await pay(permits, known, tenge=899_999)).status_code == 422
        issued = await pay(permits, known)
    assert issued.json()["status"] == "issued"


async def test_a_payment_settles_one_application(ready: Api) -> None:
    with set_to(DAY):
        first, second = [await steps.decide(ready, await steps.submit(ready, application())) for _ in range(2)]
        answers = await asyncio.gather(pay(ready, first), pay(ready, second))
        assert sorted(answer.status_code for answer in answers) == [200, 422]
        (refused,) = [answer for answer in answers if answer.status_code == 422]
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/reference"]
        unpaid = second if answers[1] is refused else first
        assert (await pay(ready, unpaid, reference="P-8")).json()["status"] == "issued"


async def test_local_content_counts_who_is_promised_a_permit(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(100))
        counts = {"citizens": {"3": 9}}
        path = f"/v1/employers/{steps.EMPLOYER}/staff/2026-03-01"
        (await permits.client.put(path, json=counts, headers=steps.employer(permits))).raise_for_status()
        first = await steps.decide(permits, await steps.submit(permits, application()))
        second = await steps.decide(permits, await steps.submit(permits, application()))
        await steps.pay(permits, first)
        third = await steps.decide(permits, await steps.submit(permits, application()))
    assert [one["status"] for one in (first, second, third)] == ["granted", "refused", "refused"]


async def test_who_does_not_pay_gives_the_place_to_the_next(ready: Api) -> None:
    with set_to(DAY):
        slow = await steps.decide(ready, await steps.submit(ready, application(worker(), worker(), worker())))
        waiting = await steps.submit(ready, application(worker(), worker()))
    with set_to(DAY.replace(day=18)):  # the day after the term of payment
        granted = await steps.decide(ready, waiting)
        late = await ready.client.get(f"{APPLICATIONS}/{slow['id']}", headers=steps.officer(ready))
        run = await ready.client.post("/v1/quota-lapse-runs", headers=ready.token("operator"))
    assert (granted["status"], late.json()["status"]) == ("granted", "lapsed")
    assert run.json() == {"lapsed": 0}
    assert await steps.pools(ready) == [(3, 0, 2, 1)]


async def test_who_did_not_pay_lapses_in_one_transaction_together_with_the_others(ready: Api) -> None:
    with set_to(DAY):
        slow = [await steps.decide(ready, await steps.submit(ready, application())) for _ in range(3)]
    with set_to(DAY.replace(day=17)):  # the last day for the fee
        early = await ready.client.post("/v1/quota-lapse-runs", headers=ready.token("operator"))
    with set_to(DAY.replace(day=18)):
        runs = [ready.client.post("/v1/quota-lapse-runs", headers=ready.token("operator")) for _ in range(2)]
        done = [answer.raise_for_status().json()["lapsed"] for answer in await asyncio.gather(*runs)]
    assert (early.json(), sum(done)) == ({"lapsed": 0}, 3)
    assert await steps.pools(ready) == [(3, 0, 0, 3)]
    held = await ready.rows("SELECT status, version, reason, xmin::text AS writer FROM work_permit_application")
    assert len({row.pop("writer") for row in held}) == 1
    assert (
        held
        == [{"status": "lapsed", "version": slow[0]["version"] + 1, "reason": "the fee was not paid in its term"}] * 3
    )
    places = await ready.rows("SELECT state FROM quota_place")
    assert places == [{"state": "expired"}] * 3
    changes = await ready.rows("SELECT reason FROM access_log WHERE action = 'change' AND reason LIKE 'the fee%'")
    assert len(changes) == 3


async def test_an_application_taken_back_gives_its_places_back(ready: Api) -> None:
    with set_to(DAY):
        granted = await steps.decide(ready, await steps.submit(ready, application(worker(), worker())))
        headers = steps.once(steps.employer(ready), granted["version"])
        path = f"{APPLICATIONS}/{granted['id']}:withdraw"
        answer = await ready.client.post(path, json={"reason": "the project was cancelled"}, headers=headers)
    assert answer.json()["status"] == "withdrawn"
    assert await steps.pools(ready) == [(3, 0, 0, 3)]


async def test_an_act_is_done_only_in_a_state_that_it_leads_from(ready: Api) -> None:
    payment = {"reference": "P-1", "paid_on": "2026-03-02", "tenge": 1}
    acts = {"/decision": None, "/payment": payment, ":withdraw": {"reason": "too late"}}
    with set_to(DAY):
        issued = await steps.issue(ready, application())
        path, headers = f"{APPLICATIONS}/{issued['id']}", steps.officer(ready)
        answers = [
            await ready.client.post(path + act, json=body, headers=steps.once(headers, issued["version"]))
            for act, body in acts.items()
        ]
        now = await ready.client.get(path, headers=headers)
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert now.json() == issued


async def test_a_path_that_is_no_id_is_not_found(ready: Api) -> None:
    keyed = steps.once(steps.officer(ready), 1)
    assert (await ready.client.get(f"{APPLICATIONS}/none", headers=keyed)).status_code == 404
    assert (await ready.client.post(f"{APPLICATIONS}/none/decision", headers=keyed)).status_code == 404


async def test_the_work_list_shows_what_is_due_first_and_no_persons(ready: Api) -> None:
    with set_to(DAY.replace(day=3)):
        later = await steps.submit(ready, application())
    with set_to(DAY):
        sooner = await steps.submit(ready, application())
    first = await ready.client.get(f"{APPLICATIONS}?status=submitted&limit=1", headers=steps.officer(ready))
    cursor = first.json()["next"]
    second = await ready.client.get(f"{APPLICATIONS}?limit=1&cursor={cursor}", headers=steps.officer(ready))
    assert [page.json()["applications"][0]["id"] for page in (first, second)] == [sooner["id"], later["id"]]
    assert second.json()["next"] is None
    assert "KARIMOV" not in first.text + second.text
    forged = await ready.client.get(f"{APPLICATIONS}?cursor={cursor_at('no', 'date')}", headers=steps.officer(ready))
    assert forged.status_code == 422


async def test_reading_an_application_leaves_a_row_for_every_worker(ready: Api) -> None:
    with set_to(DAY):
        submitted = await steps.submit(ready, application(worker(), worker()))
        await ready.client.get(f"{APPLICATIONS}/{submitted['id']}", headers=steps.officer(ready))
    rows = await ready.rows("SELECT action, record_kind FROM access_log")
    kind = {"record_kind": "work_permit_application"}
    assert rows == [kind | {"action": "create"}] * 2 + [kind | {"action": "read"}] * 2


async def test_an_employer_sees_and_does_only_its_own(ready: Api) -> None:
    with set_to(DAY):
        issued = await steps.issue(ready, application())
    stranger = steps.employer(ready, steps.OTHER_EMPLOYER)
    reads = [f"{APPLICATIONS}/{issued['id']}", f"/v1/work-permits/{issued['permits'][0]}"]
    assert [(await ready.client.get(path, headers=stranger)).status_code for path in reads] == [404, 404]
    assert [(await ready.client.get(path, headers=steps.employer(ready))).status_code for path in reads] == [200, 200]
    assert (await ready.client.get(APPLICATIONS, headers=stranger)).json()["applications"] == []
    answer = await ready.client.post(APPLICATIONS, json=application(), headers=stranger)
    assert answer.status_code == 403
    without = ready.token("employer")
    assert (await ready.client.post(APPLICATIONS, json=application(), headers=without)).status_code == 403


async def test_an_employer_cannot_decide_pay_or_revoke(ready: Api) -> None:
    own = steps.once(steps.employer(ready), 1)
    payment = {"reference": "P-1", "paid_on": "2026-03-02", "tenge": 1}
    revocation = {"reason": "mine", "ended_on": "2026-04-01"}
    asked = [
        await ready.client.post(f"{APPLICATIONS}/{uuid4()}/decision", headers=own),
        await ready.client.post(f"{APPLICATIONS}/{uuid4()}/payment", json=payment, headers=own),
        await ready.client.post(f"/v1/work-permits/{uuid4()}:revoke", json=revocation, headers=own),
    ]
    assert [answer.status_code for answer in asked] == [403, 403, 403]


async def test_no_term_leaves_the_calendar(ready: Api) -> None:
    endless = application(worker(valid_from="9999-12-31", valid_until="9999-12-31"))
    answer = await ready.client.post(APPLICATIONS, json=endless, headers=steps.officer(ready))
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/workers/0/valid_from", "/workers/0/valid_until"]


async def test_every_worker_that_contradicts_the_application_is_named(ready: Api) -> None:
    one, backwards = worker(), worker(valid_until="2026-03-31", wage="300000")
    twice, uncategorised = worker(person=one["person"]), worker(category=None)
    asked = [
        (application(one, twice, uncategorised), {"/workers/1/person/document", "/workers/2/category"}),
        (application(one, backwards, region="99"), {"/workers/1/wage", "/workers/1/valid_until", "/region"}),
        (
            application(worker(), worker(category=None), kind="seasonal", region="99"),
            {"/workers/0/category", "/region"},
        ),
    ]
    for body, pointers in asked:
        answer = await ready.client.post(APPLICATIONS, json=body, headers=steps.officer(ready))
        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.json()["errors"]} == pointers


async def test_an_unknown_employer_is_told_what_to_do(permits: Api) -> None:
    answer = await permits.client.post(APPLICATIONS, json=application(), headers=steps.officer(permits))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/employer_bin"
