"""The submission of a signed notice is in the log of guest and host, whatever becomes of it (X2)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.portal.app import make_app
from shared import clock
from shared.testing.api import Api, StartApi
from shared.testing.people import person
from tests.portal.authority import NOW, Authority
from tests.portal.guests import foreigner, invitation, key
from tests.portal.hosts import HOST_IIN, PERSON, as_host, hand_in, notice, number, submit

GUEST_IIN = number("90050130012")


@pytest.fixture
async def portal(trusting: Path, start_api: StartApi) -> AsyncIterator[Api]:
    with clock.set_to(NOW):
        yield await start_api("portal", make_app)


def document(**changes: Any) -> bytes:
    return orjson.dumps(notice("egov", host=PERSON, person=person(iin=GUEST_IIN), **changes))


async def uses(portal: Api, iin: str) -> list[tuple[str, str]]:
    """What the person sees of signed notices, oldest first."""
    answer = await portal.client.get("/v1/me/access-log", headers=portal.token("citizen", iin=iin))
    found = [use for use in answer.json()["usage"] if use["record_kind"] == "signed_notice"]
    return [(use["action_code"], use["reason"]) for use in reversed(found)]


async def test_what_waits_and_what_is_refused_later_is_seen_by_guest_and_host(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path
) -> None:
    (lists / "list.crl").unlink()
    body, signer = document(), authority.person(HOST_IIN)
    signature, host = signer.sign(body, tmp_path), as_host(portal, iin=HOST_IIN)
    assert (await submit(portal, body, signature, host)).status_code == 202
    assert (await submit(portal, body, signature, host)).status_code == 202
    operator = portal.token("operator")
    await portal.client.post("/v1/signature-checks", headers=operator)
    authority.revoke(signer, NOW - timedelta(days=1)).write_list(lists)
    await portal.client.post("/v1/signature-checks", headers=operator)

    expected = [
        ("create", "own affairs"),
        ("repeat", "own affairs"),
        ("change", "signature judged again: signature-revoked"),
    ]
    assert await uses(portal, GUEST_IIN) == expected
    assert await uses(portal, HOST_IIN) == expected


async def test_whoever_is_named_as_host_sees_who_used_the_notice_and_each_use_once(portal: Api) -> None:
    """The guest has no IIN: rows of theirs on the same record are not the host's."""
    body = notice("office", host=PERSON)
    clerk = portal.token("clerk")
    answer = await hand_in(portal, body)
    path = f"/v1/host-notifications/{answer.json()['notification']}"
    for address in (path, f"{path}/history"):
        assert (await portal.client.get(address, headers=clerk)).status_code == 200
    assert (await hand_in(portal, body)).status_code == 200
    seen = await portal.client.get("/v1/me/access-log", headers=portal.token("citizen", iin=HOST_IIN))
    assert [use["action_code"] for use in seen.json()["usage"]] == ["repeat", "read", "read", "create"]
    passed = await portal.client.get("/v1/me/access-log/passed-on", headers=portal.token("citizen", iin=HOST_IIN))
    assert passed.json() == {"passed_on": []}
    holder = {"document": body["person"]["document"], "birth_date": body["person"]["birth_date"]}
    told = await portal.client.post("/v1/access-log:search", json=holder, headers=clerk)
    assert [use["action_code"] for use in told.json()["usage"]] == ["search", "repeat", "read", "read", "create"]


async def test_whoever_invites_sees_who_read_the_invitation(portal: Api) -> None:
    headers = as_host(portal, iin=HOST_IIN)
    asked = invitation(foreigner(), inviter=PERSON)
    answer = await portal.client.post("/v1/invitations", json=asked, headers=headers | key())
    path = f"/v1/invitations/{answer.json()['id']}"
    police = portal.token("migration-police")
    assert (await portal.client.get(path, headers=police)).status_code == 200
    seen = await portal.client.get("/v1/me/access-log", headers=portal.token("citizen", iin=HOST_IIN))
    assert [use["action_code"] for use in seen.json()["usage"]] == ["read", "create"]


async def test_a_refused_submission_is_seen_by_guest_and_host(
    portal: Api, authority: Authority, tmp_path: Path
) -> None:
    body, other, host = document(), document(), as_host(portal, iin=HOST_IIN)
    signature = authority.person(HOST_IIN).sign(body, tmp_path)
    assert (await submit(portal, body.replace(b"2026-04-10", b"2026-05-10"), signature, host)).status_code == 422
    assert (await submit(portal, body, signature, host)).status_code == 201
    assert (await submit(portal, other, signature, host)).status_code == 422
    expected = [
        ("create", "signature refused: signature-altered"),
        ("create", "own affairs"),
        ("create", "signature refused: signature-replayed"),
    ]
    assert await uses(portal, GUEST_IIN) == expected
    assert await uses(portal, HOST_IIN) == expected
