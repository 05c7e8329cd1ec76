"""Nobody fills the register with signatures that it refuses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.portal.app import make_app
from services.portal.cases.stays import refused_signature
from shared import clock
from shared.testing.api import Api, StartApi
from tests.portal.authority import NOW, Authority
from tests.portal.hosts import HOST_IIN, PERSON, as_host, notice, number, submit

OTHER_IIN = number("90010130012")
OTHER = {"kind": "person", "iin": OTHER_IIN}
MOST = 3


@pytest.fixture
async def portal(trusting: Path, start_api: StartApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    monkeypatch.setattr(refused_signature, "MOST", MOST)
    monkeypatch.setattr(refused_signature, "MOST_OF_SYSTEM", MOST + 2)
    with clock.set_to(NOW):
        yield await start_api("portal", make_app)


class Hosts:
    """Documents that name one host, and signatures of that host's or of another's certificate."""

    def __init__(self, authority: Authority, folder: Path) -> None:
        self.own, self.other = authority.person(HOST_IIN), authority.person(OTHER_IIN)
        self.folder = folder

    def forged(self, host: dict[str, Any] = PERSON) -> tuple[bytes, bytes]:
        body = orjson.dumps(notice("egov", host=host))
        return body, (self.other if host is PERSON else self.own).sign(body, self.folder)

    def honest(self) -> tuple[bytes, bytes]:
        body = orjson.dumps(notice("egov", host=PERSON))
        return body, self.own.sign(body, self.folder)


@pytest.fixture
def hosts(authority: Authority, tmp_path: Path) -> Hosts:
    return Hosts(authority, tmp_path)


async def kept(portal: Api) -> int:
    (row,) = await portal.rows("SELECT count(*) AS count FROM signed_notice WHERE outcome = 'refused'")
    count: int = row["count"]
    return count


async def test_a_host_with_too_many_refusals_waits_and_no_other_does(portal: Api, hosts: Hosts) -> None:
    bad, good = as_host(portal, iin=OTHER_IIN, subject="bad"), as_host(portal, iin=HOST_IIN, subject="good")
    statuses = [(await submit(portal, *hosts.forged(), bad)).status_code for _ in range(MOST)]
    beyond = await submit(portal, *hosts.forged(), bad)
    with clock.set_to(NOW + timedelta(minutes=61)):
        later = await submit(portal, *hosts.forged(), as_host(portal, iin=OTHER_IIN, subject="bad"))

    assert statuses == [422] * MOST
    assert (beyond.status_code, beyond.headers["Retry-After"]) == (429, "3600")
    assert beyond.json()["type"].endswith("/too-many-refusals")
    assert later.status_code == 422
    assert await kept(portal) == MOST + 1
    assert (await submit(portal, *hosts.honest(), good)).status_code == 201


async def test_one_user_of_a_system_holds_up_nobody_there_and_fills_nothing(portal: Api, hosts: Hosts) -> None:
    egov = portal.token("notifier", agency="egov", subject="egov")
    of_one = [(await submit(portal, *hosts.forged(), egov)).status_code for _ in range(MOST + 2)]
    after_one = await kept(portal)
    of_another = [(await submit(portal, *hosts.forged(OTHER), egov)).status_code for _ in range(MOST + 1)]

    assert {*of_one, *of_another} == {422}
    assert (after_one, await kept(portal)) == (MOST, MOST + 2)
    assert (await submit(portal, *hosts.honest(), egov)).status_code == 201


async def test_requests_at_the_same_time_do_not_pass_the_bound(portal: Api, hosts: Hosts) -> None:
    caller = as_host(portal, iin=OTHER_IIN, subject="bad")
    forged = [hosts.forged() for _ in range(MOST * 3)]
    answers = await asyncio.gather(*(submit(portal, *each, caller) for each in forged))

    assert {answer.status_code for answer in answers} <= {422, 429}
    assert await kept(portal) == MOST


async def test_replays_are_bounded_too_and_a_repeat_is_always_answered(portal: Api, hosts: Hosts) -> None:
    caller = as_host(portal, iin=HOST_IIN)
    body, signature = hosts.honest()
    await submit(portal, body, signature, caller)
    replays = [
        await submit(portal, orjson.dumps(notice("egov", host=PERSON)), signature, caller) for _ in range(MOST + 1)
    ]

    assert [replay.status_code for replay in replays] == [422] * MOST + [429]
    assert await kept(portal) == MOST
    assert (await submit(portal, body, signature, caller)).status_code == 200


@pytest.mark.parametrize("member", [0, 1], ids=["document", "signature"])
async def test_what_is_far_too_long_is_not_even_read(portal: Api, hosts: Hosts, member: int) -> None:
    body, signature = hosts.honest()
    padding = b" " * 60_000
    answer = await submit(portal, body + padding * (member == 0), signature + padding * (member == 1))

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [("/document", "/signature")[member]]
