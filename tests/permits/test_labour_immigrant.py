"""Labour immigrants at private households: from the application to the extension (L4), over HTTP on real PostgreSQL."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.permits.cases import quota_check
from services.permits.rules.labour_immigrant import Span, at_once
from shared import clock
from shared.kernel.calendar import add_days
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.test_declared_kinds import BIOMETRICS, biometrics
from tests.portal.hosts import HOST_IIN

PATH = "/v1/labour-immigrant-applications"
OTHER_HOST_IIN = "910202300454"
MONTH = 4 * 4325  # 4 MCI of 2026
_numbers = count(1)


@pytest.fixture(autouse=True)
def _on_a_monday() -> Iterator[None]:
    with clock.set_to(steps.DAY):
        yield


def tax(months: int, **changes: Any) -> dict[str, Any]:
    return {"reference": f"T-{next(_numbers)}", "paid_on": "2026-03-02", "tenge": months * MONTH} | changes


def application(months: int = 3, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"H-{next(_numbers)}",
        "person": person(citizenship="UZB"),
        "household_iin": HOST_IIN,
        "region": "75",
        "valid_from": "2026-03-02",
        "months": months,
        "advance_tax": tax(months),
    } | changes


async def act(permits: Api, state: dict[str, Any], name: str, body: Any = None, role: str = "permits-officer") -> Any:
    headers = steps.once(permits.token(role), state["version"])
    return await permits.client.post(f"{PATH}/{state['id']}{name}", json=body, headers=headers)


async def answered(permits: Api, body: dict[str, Any], *, objects: bool = False, registered: bool = True) -> Any:
    """The application with the answer of the migration police."""
    if registered:
        taken = biometrics(source_id=f"BR-{next(_numbers)}", person=body["person"])
        (await permits.client.post(BIOMETRICS, json=taken, headers=steps.officer(permits))).raise_for_status()
    submitted = await permits.client.post(PATH, json=body, headers=steps.officer(permits))
    assert submitted.status_code == 201, submitted.text
    said = {"reference": "MP-1", "answered_on": "2026-03-02", "objects": objects}
    answer = await act(permits, submitted.json(), ":answer", said, "migration-police")
    return answer.raise_for_status().json()


async def decided(permits: Api, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await act(permits, await answered(permits, body, **more), "/decision")
    state: dict[str, Any] = answer.raise_for_status().json()
    return state


def failed(decision: dict[str, Any]) -> list[str]:
    return [check["rule"] for check in decision["checks"] if check["outcome"] == "failed"]


async def quota(permits: Api, size: int) -> None:
    await steps.set_quota(permits, steps.pool(size, kind="labour_immigrant", category=None))


async def test_a_permit_is_issued_extended_and_withdrawn(permits: Api) -> None:
    await quota(permits, 2)
    issued = await decided(permits, application())
    assert issued["status"] == "issued"
    assert await steps.pools(permits) == [(2, 1, 0, 1)]
    told = [event["data"] for event in await permits.events() if event["type"].endswith("work_permit.v1")]
    assert [(e["kind"], e["activity"], e["employer_bin"], e["valid_until"]) for e in told] == [
        ("labour_immigrant", "T", None, "2026-06-01")
    ]
    assert HOST_IIN not in str(told)

    too_long = (await act(permits, issued, ":extend", {"months": 10, "advance_tax": tax(10)})).json()
    assert (too_long["months"], failed(too_long["extensions"][0]["decision"])) == (
        3,
        ["longest_term_labour_immigrant"],
    )
    longer = (await act(permits, too_long, ":extend", {"months": 9, "advance_tax": tax(9)})).json()
    assert (longer["months"], failed(longer["extensions"][1]["decision"])) == (12, [])
    permit = f"/v1/work-permits/{issued['permit']}"
    read = (await permits.client.get(permit, headers=steps.officer(permits))).json()
    assert (read["record"]["valid_until"], read["version"]) == ("2027-03-01", 2)

    revocation = {"reason": "left", "ended_on": "2026-03-02"}
    headers = steps.once(steps.officer(permits), 2)
    (await permits.client.post(f"{permit}:revoke", json=revocation, headers=headers)).raise_for_status()
    assert await steps.pools(permits) == [(2, 0, 0, 2)]
    assert (await act(permits, longer, ":extend", {"months": 1, "advance_tax": tax(1)})).status_code == 409


async def test_an_extension_is_of_the_permit_as_it_is_and_of_the_worker_as_corrected(permits: Api) -> None:
    await quota(permits, 1)
    issued = await decided(permits, application())
    permit = f"/v1/work-permits/{issued['permit']}"
    suspension = {"reason": "an inquiry", "suspended_on": "2026-03-02"}
    headers = steps.once(steps.officer(permits), 1)
    held = (await permits.client.post(f"{permit}:suspend", json=suspension, headers=headers)).raise_for_status().json()
    refused = (await act(permits, issued, ":extend", {"months": 1, "advance_tax": (paid := tax(1))})).json()
    (check,) = [c for c in refused["extensions"][0]["decision"]["checks"] if c["outcome"] == "failed"]
    assert (refused["months"], check["remedy"]) == (3, "have the permit resumed")

    headers = steps.once(steps.officer(permits), held["version"])
    resumed = await permits.client.post(f"{permit}:resume", json={"reason": "it ended"}, headers=headers)
    record = resumed.raise_for_status().json()["permit"]
    corrected = {"reason": "misread", "record": record | {"person": record["person"] | {"citizenship": "KGZ"}}}
    headers = steps.once(steps.officer(permits), held["version"] + 1)
    (await permits.client.put(permit, json=corrected, headers=headers)).raise_for_status()
    free = (await act(permits, refused, ":extend", {"months": 1, "advance_tax": paid})).json()
    assert (free["months"], failed(free["extensions"][1]["decision"])) == (3, ["free_of_permit"])


async def test_an_extension_into_a_new_year_takes_a_place_of_it_and_gives_it_back_unbegun(permits: Api) -> None:
    await quota(permits, 2)
    with clock.set_to(datetime(2026, 11, 2, 4, tzinfo=UTC)):
        paid = tax(3, paid_on="2026-11-02")
        first, other = [
            await decided(
                permits,
                application(person=each, valid_from="2026-11-02", advance_tax=paid | {"reference": f"N-{number}"}),
            )
            for number, each in enumerate([person(citizenship="UZB"), person(citizenship="UZB")])
        ]
    with clock.set_to(datetime(2027, 1, 11, 4, tzinfo=UTC)):
        more = {"months": 1, "advance_tax": tax(1, paid_on="2026-12-30")}
        none_set = (await act(permits, first, ":extend", more)).raise_for_status().json()
        assert (none_set["months"], failed(none_set["extensions"][0]["decision"])) == (3, ["quota_kinds"])
        await steps.set_quota(permits, steps.pool(1, kind="labour_immigrant", category=None), year=2027)

        several = await asyncio.gather(
            *(
                act(permits, each, ":extend", more | {"advance_tax": tax(1, paid_on="2026-12-30")})
                for each in (none_set, other)
            )
        )
        states = [answer.raise_for_status().json() for answer in several]
        assert sorted(failed(each["extensions"][-1]["decision"]) for each in states) == [[], ["quota_kinds"]]
        longer = next(each for each in states if each["months"] == 4)
        assert await steps.pools(permits, 2027) == [(1, 1, 0, 0)]
        again = {"months": 1, "advance_tax": tax(1, paid_on="2026-12-30")}
        longer = (await act(permits, longer, ":extend", again)).raise_for_status().json()
        assert (longer["months"], await steps.pools(permits, 2027)) == (5, [(1, 1, 0, 0)])

        revocation = {"reason": "left", "ended_on": "2027-01-11"}
        headers = steps.once(steps.officer(permits), 3)
        revoked = await permits.client.post(
            f"/v1/work-permits/{longer['permit']}:revoke", json=revocation, headers=headers
        )
        revoked.raise_for_status()
        assert (await steps.pools(permits, 2027), await steps.pools(permits)) == ([(1, 0, 0, 1)], [(2, 2, 0, 0)])
    assert (await quota_check.imbalances(permits.engine))[0] == []


async def test_a_refusal_lists_every_failed_check_and_takes_neither_place_nor_payment(permits: Api) -> None:
    await quota(permits, 2)
    paid = tax(2)
    body = application(13, advance_tax=paid, person=person(citizenship="KGZ"))
    refused = await decided(permits, body, objects=True, registered=False)
    assert (refused["status"], failed(refused["decision"])) == (
        "refused",
        ["biometrics_first", "police_answer_term", "free_of_permit", "longest_term_labour_immigrant",
         "labour_immigrant_fee"],
    )  # fmt: skip
    assert await steps.pools(permits) == [(2, 0, 0, 2)]
    assert (await decided(permits, application(2, advance_tax=paid)))["status"] == "issued"
    again = await act(permits, await answered(permits, application(2, advance_tax=paid)), "/decision")
    assert [error["pointer"] for error in again.json()["errors"]] == ["/advance_tax/reference"]
    assert await steps.pools(permits) == [(2, 1, 0, 1)]
    assert (await decided(permits, application()))["status"] == "issued"
    assert failed((await decided(permits, application()))["decision"]) == ["quota_kinds"]


async def test_without_a_quota_of_the_year_the_refusal_says_so(permits: Api) -> None:
    refused = await decided(permits, application())
    (check,) = [each for each in refused["decision"]["checks"] if each["outcome"] == "failed"]
    assert "no quota of 2026 is set" in check["explanation"]


async def test_of_seven_at_the_same_time_a_household_gets_five(permits: Api) -> None:
    await quota(permits, 10)
    waiting = [await answered(permits, application(1)) for _ in range(7)]
    answers = await asyncio.gather(*(act(permits, each, "/decision") for each in waiting))
    states = [answer.raise_for_status().json() for answer in answers]
    assert sorted(state["status"] for state in states) == ["issued"] * 5 + ["refused"] * 2
    assert {tuple(failed(s["decision"])) for s in states if s["status"] == "refused"} == {("household_most",)}
    assert await steps.pools(permits) == [(10, 5, 0, 5)]
    assert (await decided(permits, application(1, household_iin=OTHER_HOST_IIN)))["status"] == "issued"


async def test_a_check_beforehand_is_the_decision_and_keeps_nothing(permits: Api) -> None:
    await quota(permits, 2)

    async def check(body: dict[str, Any], agency: str = "75") -> Any:
        token = permits.token("permits-officer", agency=agency)
        return await permits.client.post(f"{PATH}:check", json=body, headers=token)

    body = application()
    taken = biometrics(source_id=f"BR-{next(_numbers)}", person=body["person"])
    before = (await check(body)).raise_for_status().json()["decision"]
    assert failed(before) == ["biometrics_first"]
    (await permits.client.post(BIOMETRICS, json=taken, headers=steps.officer(permits))).raise_for_status()
    said = (await check(body)).raise_for_status().json()["decision"]
    (police,) = [each for each in said["checks"] if each["outcome"] == "unknown"]
    assert (said["outcome"], police["rule"]) == ("granted", "police_answer_term")
    assert (await permits.client.get(PATH, headers=steps.officer(permits))).json()["applications"] == []
    assert [e for e in await permits.events() if e["type"].endswith("work_permit.v1")] == []
    assert await steps.pools(permits) == [(2, 0, 0, 2)]

    issued = await decided(permits, body, registered=False)
    others = [each for each in said["checks"] if each != police]
    assert [each for each in issued["decision"]["checks"] if each["rule"] != police["rule"]] == others
    spent = await check(application(person=body["person"], advance_tax=body["advance_tax"]))
    assert [error["pointer"] for error in spent.json()["errors"]] == ["/advance_tax/reference"]

    logged = "SELECT record_id, person_iin, agency FROM access_log WHERE record_id LIKE 'check:%' AND action = 'read'"
    rows = [row for row in await permits.rows(logged) if row["person_iin"] == HOST_IIN]
    assert len(rows) == 3, "the refused one too"
    assert {row["agency"] for row in rows} == {"75"}
    assert (await check(application(), agency="71")).status_code == 403
    for odd in (application(source_id="\0"), application(valid_from="9999-12-31"), application() | {"months": 2**63}):
        assert (await check(odd)).status_code == 422


async def test_nothing_is_decided_before_the_police_have_answered_nor_by_the_police(permits: Api) -> None:
    submitted = (await permits.client.post(PATH, json=application(), headers=steps.officer(permits))).json()
    assert submitted["answer_by"] == "2026-03-03"
    assert (await act(permits, submitted, "/decision")).status_code == 409
    assert (await act(permits, submitted, "/decision", role="migration-police")).status_code == 403
    other = permits.token("permits-officer", agency="astana")
    assert (await permits.client.get(f"{PATH}/{submitted['id']}", headers=other)).status_code in (403, 404)
    withdrawn = await act(permits, submitted, ":withdraw", {"reason": "not needed"})
    assert withdrawn.json()["status"] == "withdrawn"


async def test_what_waits_is_listed_without_persons_page_by_page(permits: Api) -> None:
    waiting = []
    for region in ("75", "75", "71"):
        body = application(1, region=region)
        answer = await permits.client.post(PATH, json=body, headers=steps.officer(permits))
        waiting.append(answer.raise_for_status().json()["id"])
    taken = await answered(permits, application(1))

    async def listed(headers: dict[str, str], **asked: Any) -> Any:
        return await permits.client.get(PATH, params=asked, headers=headers)

    police = permits.token("migration-police")
    first = (await listed(police, limit=2)).json()
    rest = (await listed(police, limit=2, cursor=first["next"])).json()
    assert [line["id"] for line in first["applications"] + rest["applications"]] == waiting
    assert rest["next"] is None
    assert set(first["applications"][0]) == {"id", "status", "region", "submitted_on", "answer_by", "valid_from"}
    to_decide = (await listed(steps.officer(permits), status="answered")).json()["applications"]
    assert [line["id"] for line in to_decide] == [taken["id"]]
    own = (await listed(permits.token("permits-officer", agency="71"))).json()["applications"]
    assert [line["id"] for line in own] == waiting[2:], "of the agency's region"
    assert (await listed(permits.token("employer", bin=steps.EMPLOYER))).status_code == 403
    for odd in ({"status": "none"}, {"cursor": "x"}, {"limit": 0}, {"limit": 2**63}):
        assert (await listed(police, **odd)).status_code == 422, odd


async def test_a_household_is_found_and_the_householder_sees_who_looked(permits: Api) -> None:
    mine = await answered(permits, application(1, person=person(citizenship="UZB")))
    await answered(permits, application(1, household_iin=OTHER_HOST_IIN))
    path = f"{PATH}:find"
    found = await permits.client.post(path, json={"household_iin": HOST_IIN}, headers=steps.officer(permits))
    assert [state["id"] for state in found.json()["applications"]] == [mine["id"]]
    elsewhere = permits.token("permits-officer", agency="71")
    none = await permits.client.post(path, json={"household_iin": HOST_IIN}, headers=elsewhere)
    assert none.json() == {"applications": []}
    bad = await permits.client.post(path, json={"household_iin": "1\0"}, headers=elsewhere)
    assert bad.status_code == 422
    logged = await permits.client.get("/v1/me/access-log", headers=permits.token(iin=HOST_IIN))
    seen = [(use["action_code"], use["record_id"]) for use in logged.json()["usage"]]
    assert seen == [("search", None), ("search", mine["id"]), ("change", mine["id"]), ("create", mine["id"])]
    kinds = {use["record_kind"] for use in logged.json()["usage"]}
    assert kinds == {"labour_immigrant_application"}, "and nothing of the worker's own rows"


async def test_every_fault_of_a_form_is_told_at_once(permits: Api) -> None:
    wrong = application(household_iin="1", valid_from="9999-12-31") | {"months": 2**63, "photo": "QUJD"}
    answer = await permits.client.post(PATH, json=wrong, headers=steps.officer(permits))
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert (answer.status_code, pointers) == (422, {"/household_iin", "/months", "/valid_from", "/photo"})


DAYS = st.integers(0, 40).map(lambda days: add_days(steps.DAY.date(), days))
SPANS = st.tuples(DAYS, DAYS).map(lambda days: Span(min(days), max(days)))


@given(st.lists(SPANS, max_size=8), SPANS)
def test_at_once_is_the_fullest_day(spans: list[Span], within: Span) -> None:
    length = (within.last - within.first).days + 1
    days = [add_days(within.first, n) for n in range(length)]
    assert at_once(spans, within) == max(sum(s.first <= day <= s.last for s in spans) for day in days)
