"""Notices, invitations, stays and lists of the portal belong to a region and to the host."""

from datetime import UTC, datetime

import pytest

from shared import clock
from shared.testing.api import Api
from tests.portal.guests import HOST_BIN, foreigner, invitation, invited, key, visa
from tests.portal.hosts import PATH, as_host, eqonaq, hand_in, notice, number, step

MARCH = datetime(2026, 3, 4, 7, tzinfo=UTC)
OTHER_BIN = number("06034000123")
HERE, ELSEWHERE = "75", "11"
UNKNOWN = "an office of which nobody knows"


async def test_two_hotels_behind_one_credential_see_each_its_own_notices(portal: Api) -> None:
    own, other, nobody = eqonaq(portal), eqonaq(portal, bin=OTHER_BIN), eqonaq(portal, agency="eqonaq")
    body = notice()
    id = (await hand_in(portal, body, own)).json()["notification"]
    for path in ("", "/history", "/receipt"):
        assert (await portal.client.get(f"{PATH}/{id}{path}", headers=own)).status_code == 200
        for stranger in (other, nobody):
            assert (await portal.client.get(f"{PATH}/{id}{path}", headers=stranger)).status_code == 404
    for stranger in (other, nobody):
        for version in (1, 7):
            assert (await step(portal, id, "cancel", stranger, version, reason="x")).status_code == 404
    assert (await hand_in(portal, body, other)).status_code == 422, "not even what it repeats word for word"
    assert (await hand_in(portal, notice(), other)).json()["errors"][0]["pointer"] == "/host"
    assert (await hand_in(portal, notice(), nobody)).status_code == 201, "what speaks for no host hands in for all"
    assert (await step(portal, id, "cancel", own, reason="x")).status_code == 200


@pytest.mark.parametrize("role", ["clerk", "migration-police"])
async def test_a_notice_is_for_the_officers_of_its_region(portal: Api, role: str) -> None:
    id = (await hand_in(portal, notice("office"))).json()["notification"]
    for path in ("", "/history", "/receipt"):
        for agency, status in ((HERE, 200), (f"police-{HERE}", 200), (ELSEWHERE, 404), (UNKNOWN, 404)):
            answer = await portal.client.get(f"{PATH}/{id}{path}", headers=portal.token(role, agency=agency))
            assert answer.status_code == status, (path, agency)
    if role == "clerk":
        stranger = portal.token("clerk", agency=ELSEWHERE)
        assert (await step(portal, id, "cancel", stranger, 7, reason="x")).status_code == 404
        assert (await hand_in(portal, notice("office"), stranger)).json()["errors"][0]["pointer"] == "/address"


async def test_a_host_is_not_lent_the_reach_of_its_other_roles(portal: Api) -> None:
    """Whoever is a host and an officer of the whole country acts on a host's route as a host."""
    id = (await hand_in(portal, notice("office"))).json()["notification"]
    both = portal.token("host", "operator", bin=OTHER_BIN)
    assert (await portal.client.get(f"{PATH}/{id}", headers=both)).status_code == 404
    assert (await portal.client.get(PATH, headers=both)).json()["notices"] == []
    assert len((await portal.client.get(PATH, headers=as_host(portal))).json()["notices"]) == 1


async def test_an_invitation_is_for_its_host_its_region_and_every_mission(portal: Api) -> None:
    with clock.set_to(MARCH):
        once = portal.token("clerk") | key()
        body = invitation(foreigner())
        issued = (await portal.client.post("/v1/invitations", json=body, headers=once)).raise_for_status().json()
        path = f"/v1/invitations/{issued['id']}"
        reached = [
            portal.token("clerk", agency=HERE),
            portal.token("migration-police", agency="migration-service"),
            portal.token("host", bin=HOST_BIN),
            portal.token("consul", agency="embassy-berlin"),
        ]
        strangers = [
            portal.token("clerk", agency=ELSEWHERE),
            portal.token("migration-police", agency=UNKNOWN),
            portal.token("host", bin=OTHER_BIN),
            portal.token("host"),
        ]
        for headers in reached:
            assert (await portal.client.get(path, headers=headers)).status_code == 200
        for number_, headers in enumerate(strangers):
            assert (await portal.client.get(path, headers=headers)).status_code == 404
            for version in ('"1"', '"7"'):
                once = headers | {"If-Match": version, "Idempotency-Key": f"{number_}{version}"}
                assert (
                    await portal.client.post(f"{path}:annul", json={"reason": "x"}, headers=once)
                ).status_code == 404


async def test_lists_show_what_the_caller_reaches(portal: Api) -> None:
    refugee = {
        "source_id": "PS-1",
        "person": notice()["person"],
        "kind": "refugee",
        "country_of_origin": "AFG",
        "region": HERE,
        "granted_on": "2025-04-01",
    }
    police = portal.token("migration-police", agency=HERE)
    taken = await portal.client.post("/v1/protection-statuses", json=refugee, headers=police)
    assert taken.status_code == 201, taken.text
    for agency, shown in ((HERE, 1), ("migration-service", 1), (ELSEWHERE, 0), (UNKNOWN, 0)):
        headers = portal.token("migration-police", agency=agency)
        due = await portal.client.get("/v1/protection-statuses/reviews-due?by=2027-01-01", headers=headers)
        assert len(due.raise_for_status().json()["due"]) == shown, agency
        duties = await portal.client.post("/v1/host-duties:search", json={}, headers=headers)
        assert duties.raise_for_status().json()["duties"] == []
        alerts = await portal.client.get("/v1/border-alerts", headers=headers)
        assert alerts.raise_for_status().json()["alerts"] == []


async def test_a_visa_belongs_to_the_mission_that_issued_it(portal: Api) -> None:
    with clock.set_to(MARCH):
        seoul, berlin = portal.token("consul", agency="Seoul"), portal.token("consul", agency="embassy-berlin")
        own = await portal.client.post("/v1/visas", json=visa(foreigner(), mission="Seoul"), headers=seoul)
        id = own.raise_for_status().json()["id"]
        for foreign in (visa(foreigner(), mission="Seoul"), visa(foreigner())):
            refused = await portal.client.post("/v1/visas", json=foreign, headers=berlin)
            assert [error["pointer"] for error in refused.json()["errors"]] == ["/mission"]
        for version in ('"1"', '"7"'):
            once = {"If-Match": version, **key()}
            late = await portal.client.post(f"/v1/visas/{id}:annul", json={"reason": "x"}, headers=berlin | once)
            assert late.status_code == 404
        police = portal.token("migration-police", agency=ELSEWHERE) | {"If-Match": '"1"', **key()}
        annulled = await portal.client.post(f"/v1/visas/{id}:annul", json={"reason": "x"}, headers=police)
        assert annulled.status_code == 200


async def test_a_consul_issues_in_the_name_of_the_own_mission(portal: Api) -> None:
    with clock.set_to(MARCH):
        guest = foreigner()
        number_ = (await invited(portal, guest))["number"]
        asked = visa(guest, entries="single", valid_from="2026-03-10", valid_until="2026-06-07", stay_days=30)
        told = ("number", "issued_on", "state", "annulled_on")
        asked = {n: v for n, v in asked.items() if n not in told} | {"invitation": number_}
        berlin = portal.token("consul", agency="Berlin")
        other = await portal.client.post("/v1/visas:issue", json=asked | {"mission": "Seoul"}, headers=berlin | key())
        assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (403, "outside-your-reach")
        nowhere = portal.token("consul") | key()
        unlisted = await portal.client.post("/v1/visas:issue", json=asked | {"mission": "Moon"}, headers=nowhere)
        assert [error["pointer"] for error in unlisted.json()["errors"]] == ["/mission"]
        issued = (await portal.client.post("/v1/visas:issue", json=asked, headers=berlin | key())).json()
        read = await portal.client.get(f"/v1/visas/{issued['id']}", headers=berlin)
        assert read.json()["record"]["mission"] == "Berlin"
