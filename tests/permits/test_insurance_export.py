"""The social medical insurance fund reads who works here, from and until when: resumable, and on record (L5b)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from uuid import uuid4

import orjson

from shared.clock import set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.test_eaeu_worker import PATH, declaration, declare
from tests.permits.test_household_family import member
from tests.permits.test_labour_control import COMPLAINTS, complaint
from tests.permits.test_labour_immigrant import PATH as HOUSEHOLDS
from tests.permits.test_labour_immigrant import act, application, decided, quota

EXPORT = "/v1/insurance-export"
MEMBERS = {"record", "version", "withdrawn", "iin", "document", "kind", "works_from", "works_until", "family"}


def fund(api: Api) -> dict[str, str]:
    return api.token("insurance-fund", agency="insurance-fund")


async def read(api: Api, cursor: str | None = None, limit: int = 1_000) -> dict[str, Any]:
    asked: dict[str, str] = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    answer = await api.client.get(EXPORT, params=asked, headers=fund(api))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def test_it_goes_on_from_its_cursor_and_tells_of_corrections_and_revocations(permits: Api) -> None:
    with set_to(steps.DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, steps.pool(10))
        workers = [steps.worker(person=person()), steps.worker(person=person(iin="900501300120"))]
        issued = await steps.issue(permits, steps.application(*workers))
        headers = steps.once(steps.officer(permits), 1)
    (await permits.client.post(COMPLAINTS, json=complaint(), headers=steps.officer(permits))).raise_for_status()
    body = declaration()
    declared = (await declare(permits, body, steps.officer(permits))).json()["id"]
    told, cursor = [], None
    while True:
        found = await read(permits, cursor, limit=1)
        told += found["workers"]
        cursor = found["next"]
        if not found["more"]:
            break
    assert {each["record"] for each in told} == {*issued["permits"], declared}
    assert len(told) == 3
    assert all(set(each) == MEMBERS for each in told), "and no more"
    assert {each["kind"] for each in told} == {"employer", "eaeu"}
    assert sorted((each["iin"] is None, each["document"] is None) for each in told) == [
        (False, True),
        (True, False),
        (True, False),
    ]
    assert await read(permits, cursor) == {"workers": [], "next": cursor, "more": False}

    revocation = {"reason": "x", "ended_on": "2026-03-02"}
    with set_to(steps.DAY):
        path = f"/v1/work-permits/{issued['permits'][0]}:revoke"
        (await permits.client.post(path, json=revocation, headers=headers)).raise_for_status()
    versioned = steps.officer(permits) | {"If-Match": '"1"'}
    mended = {"reason": "x", "record": body | {"works_until": "2026-04-30"}}
    (await permits.client.put(f"{PATH}/{declared}", json=mended, headers=versioned)).raise_for_status()
    versioned |= {"If-Match": '"2"'}
    (
        await permits.client.post(f"{PATH}/{declared}:withdraw", json={"reason": "x"}, headers=versioned)
    ).raise_for_status()
    later = (await read(permits, cursor))["workers"]
    assert [(each["record"], each["version"], each["withdrawn"], each["works_until"]) for each in later] == [
        (issued["permits"][0], 2, True, "2026-03-01"),  # ended before it began
        (declared, 2, False, "2026-04-30"),
        (declared, 3, True, "2026-04-30"),
    ]
    logged = await permits.rows(
        "SELECT record_id, agency, reason FROM access_log WHERE roles = '{insurance-fund}' AND action = 'read'"
    )
    assert sorted(row["record_id"] for row in logged) == sorted(each["record"] for each in [*told, *later])
    assert {row["agency"] for row in logged} == {"insurance-fund"}
    assert None not in {row["reason"] for row in logged}


async def test_the_family_of_a_labour_immigrant_comes_with_the_worker_and_again_when_it_changes(permits: Api) -> None:
    worker = member(0)["person"]
    spouse, child = member(1, iin="900501300120"), member(2, relation="child", stays_from="2026-04-10")
    with set_to(steps.DAY):
        await quota(permits, 2)
        twice = application(person=worker, family=[spouse, spouse, member(0)])
        refused = await permits.client.post(HOUSEHOLDS, json=twice, headers=steps.officer(permits))
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/family/1/person", "/family/2/person"]
        unborn = application(family=[member(1, stays_from="1900-01-01")])
        refused = await permits.client.post(HOUSEHOLDS, json=unborn, headers=steps.officer(permits))
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/family/0/stays_from"]
        issued = await decided(
            permits, application(person=worker, family=[spouse, member(3, stays_until="2026-03-01")])
        )
    first = await read(permits)
    (line,) = first["workers"]
    assert set(line) == MEMBERS
    assert line["family"] == [  # who left before the permit began is none; who stays on is so as long as the permit
        {"iin": "900501300120", "document": None, "stays_from": "2026-03-02", "stays_until": "2026-06-01"}
    ]
    with set_to(steps.DAY):
        change = {"family": [spouse | {"stays_until": "2026-05-01"}, child], "reason": "a child came"}
        again = change | {"family": [child, member(0)]}
        assert (await act(permits, issued, ":change-family", again)).json()["errors"][0][
            "pointer"
        ] == "/family/1/person"
        address, stranger = f"{HOUSEHOLDS}/{issued['id']}:change-family", permits.token("permits-officer", agency="11")
        headers = steps.once(stranger, issued["version"])
        assert (await permits.client.post(address, json=change, headers=headers)).status_code == 404
        changed = (await act(permits, issued, ":change-family", change)).raise_for_status().json()
    assert (changed["status"], len(changed["family"])) == ("issued", 2)
    second = await read(permits, first["next"])
    (line,) = second["workers"]
    assert (line["version"], line["withdrawn"]) == (2, False)
    assert [(each["stays_from"], each["stays_until"], each["document"]["number"]) for each in line["family"][1:]] == [
        ("2026-04-10", "2026-06-01", child["person"]["document"]["number"])
    ]
    assert line["family"][0]["stays_until"] == "2026-05-01"
    assert child["person"]["document"]["number"] not in str(await permits.events()), "no fact names the family"

    with set_to(steps.DAY):
        revocation = {"reason": "left", "ended_on": "2026-03-02"}
        path = f"/v1/work-permits/{issued['permit']}:revoke"
        revoked = await permits.client.post(path, json=revocation, headers=steps.once(steps.officer(permits), 2))
        revoked.raise_for_status()
    (line,) = (await read(permits, second["next"]))["workers"]
    assert (line["withdrawn"], line["family"]) == (True, [])
    logged = await permits.rows(
        "SELECT person_iin, person_document FROM access_log WHERE roles = '{insurance-fund}' AND action = 'read'"
    )
    assert len(logged) == 2 + 3 + 1, "a row for everybody whom a line names"
    assert len({(row["person_iin"], row["person_document"]) for row in logged}) == 3


async def test_nobody_else_reads_it_and_a_cursor_of_another_life_is_refused(permits: Api) -> None:
    assert (await read(permits))["workers"] == [], "an outbox that holds nothing yet has an epoch too"
    (await declare(permits, declaration(), steps.officer(permits))).raise_for_status()
    epoch = orjson.loads(urlsafe_b64decode((await read(permits))["next"] + "=="))[0]
    for role in ("permits-officer", "employer", "statistician", "operator", "system"):
        assert (await permits.client.get(EXPORT, headers=permits.token(role))).status_code == 403
    unknown = permits.token("insurance-fund", agency="an office of which nobody knows")
    assert (await permits.client.get(EXPORT, headers=unknown)).status_code == 403
    for cursor, status in (
        ([epoch, 1], 200),
        ([epoch, 10**9], 409),
        ([str(uuid4()), 1], 409),
        ([epoch, 2**63], 422),
        ([epoch, "1"], 422),
        (["\0", 1], 422),
        ([epoch, -1], 422),
        ([epoch, True], 422),
    ):
        forged = urlsafe_b64encode(orjson.dumps(cursor)).decode().rstrip("=")
        answer = await permits.client.get(EXPORT, params={"cursor": forged}, headers=fund(permits))
        assert answer.status_code == status, (cursor, answer.text)
    await permits.as_owner("UPDATE outbox SET data = '{}'")
    assert (await read(permits))["workers"] == [], "what cannot be read keeps nothing back"
