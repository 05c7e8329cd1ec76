"""Accepted signatures judged again: what no longer holds is withdrawn with its reason, once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import text

from services.portal.app import make_app
from services.portal.background import BACKGROUND
from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.stays import signature_review
from services.portal.cases.stays.signature_review import ReviewRun
from services.portal.rules.stays.signature import CertificateInfo
from services.portal.signatures.detached import Detached
from services.portal.signatures.port import SignatureVerifier
from services.portal.signatures.setup import make_verifier
from shared import clock
from shared.testing.api import Api, StartApi
from tests.portal.authority import NOW, Authority, Signer, enclosing, twin_of
from tests.portal.hosts import HOST_IIN, HOTEL_BIN, PERSON, as_host, notice, submit


@pytest.fixture
async def portal(trusting: Path, start_api: StartApi) -> AsyncIterator[Api]:
    with clock.set_to(NOW):
        yield await start_api("portal", make_app)


async def signed(portal: Api, signer: Signer, tmp_path: Path) -> dict[str, Any]:
    """An accepted notice of the person who is host."""
    body = orjson.dumps(notice("egov", host=PERSON))
    answer = await submit(portal, body, signer.sign(body, tmp_path), as_host(portal, iin=HOST_IIN))
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


async def review(
    portal: Api, trust: Path, lists: Path, at: timedelta = timedelta(hours=1), stop_after: int | None = None
) -> ReviewRun:
    async with httpx.AsyncClient() as client:
        with clock.set_to(NOW + at):
            verifier = make_verifier(client, trusted=trust, revocation=lists)
            stopping = verifier if stop_after is None else Stopping(verifier, stop_after)
            return await signature_review.review(portal.engine, stopping, PORTAL)


async def history(portal: Api, notification: str) -> list[dict[str, Any]]:
    answer = await portal.client.get(f"/v1/host-notifications/{notification}/history", headers=portal.token("clerk"))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def enclose_twin(portal: Api, id: str, signer: Signer) -> None:
    """As it was accepted before twins were looked for."""
    (row,) = await portal.rows("SELECT signature FROM signed_notice WHERE id = :id", id=id)
    twin = twin_of(signer, generate_private_key(65_537, 2_048), HOTEL_BIN, HOST_IIN)
    changed = enclosing(bytes(row["signature"]), [twin, signer.certificate.public_bytes(Encoding.DER)])
    async with portal.engine.begin() as connection:
        query = text("UPDATE signed_notice SET signature = :changed WHERE id = :id")
        await connection.execute(query, {"changed": changed, "id": id})


async def test_what_no_longer_holds_is_withdrawn_with_its_reason(
    portal: Api, authority: Authority, trusting: Path, lists: Path, tmp_path: Path
) -> None:
    twin, revoked, good = [authority.person(HOST_IIN) for _ in range(3)]
    kept = [await signed(portal, signer, tmp_path) for signer in (twin, revoked, good)]
    await enclose_twin(portal, kept[0]["id"], twin)
    authority.revoke(revoked, NOW - timedelta(days=1)).write_list(lists)
    before = len(await portal.events())

    assert await review(portal, trusting, lists) == ReviewRun(valid=1, withdrawn=2)
    versions = [(await history(portal, each["receipt"]["notification"]))[-1] for each in kept]
    assert [(each["version"], each["withdrawn"], each["reason"]) for each in versions] == [
        (2, True, "signature judged again: signature-malformed"),
        (2, True, "signature judged again: signature-revoked"),
        (1, False, None),
    ]
    events = (await portal.events())[before:]
    assert [event["subject"] for event in events] == [each["receipt"]["notification"] for each in kept[:2]]
    path = f"/v1/host-notifications/signed/{kept[0]['id']}"
    state = (await portal.client.get(path, headers=as_host(portal, iin=HOST_IIN))).json()
    assert (state["outcome"], state["reason"], state["receipt"]) == ("refused", "signature-malformed", None)
    query = "SELECT verdict -> 'former' ->> 'verifier' AS former FROM signed_notice WHERE id = :id"
    assert await portal.rows(query, id=kept[0]["id"]) == [{"former": "pyhanko"}]


async def test_a_review_repeated_does_nothing_twice(
    portal: Api, authority: Authority, trusting: Path, lists: Path, tmp_path: Path
) -> None:
    signer = authority.person(HOST_IIN)
    kept = await signed(portal, signer, tmp_path)
    await enclose_twin(portal, kept["id"], signer)
    first = await review(portal, trusting, lists)
    events = await portal.events()
    again = await review(portal, trusting, lists, timedelta(hours=2))

    assert (first, again) == (ReviewRun(withdrawn=1), ReviewRun())
    assert await portal.events() == events
    assert len(await history(portal, kept["receipt"]["notification"])) == 2


async def test_what_cannot_be_found_out_any_more_stays(
    portal: Api, authority: Authority, trusting: Path, lists: Path, tmp_path: Path
) -> None:
    kept = await signed(portal, authority.person(HOST_IIN), tmp_path)
    (lists / "list.crl").unlink()

    assert await review(portal, trusting, lists) == ReviewRun(unknown=1)
    assert len(await history(portal, kept["receipt"]["notification"])) == 1
    assert await portal.rows("SELECT outcome FROM signed_notice") == [{"outcome": "valid"}]


class Stopped(Exception):
    """The process ends in the middle."""


@dataclass
class Stopping:
    """A verifier whose process ends after so many signatures."""

    verifier: SignatureVerifier
    left: int

    async def verify(self, document: bytes, signature: Detached, at: datetime) -> CertificateInfo:
        if not self.left:
            raise Stopped
        self.left -= 1
        return await self.verifier.verify(document, signature, at)


async def test_a_stopped_review_goes_on_where_it_was_and_an_ended_one_begins_anew(
    portal: Api, authority: Authority, trusting: Path, lists: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        await signed(portal, authority.person(HOST_IIN), tmp_path)
    with pytest.raises(Stopped):
        await review(portal, trusting, lists, stop_after=2)

    assert await review(portal, trusting, lists, timedelta(hours=2)) == ReviewRun(valid=1)
    assert await review(portal, trusting, lists, timedelta(hours=3)) == ReviewRun(valid=3)


async def test_a_document_that_cannot_be_read_stops_no_review(
    portal: Api, authority: Authority, trusting: Path, lists: Path, tmp_path: Path
) -> None:
    kept = [await signed(portal, authority.person(HOST_IIN), tmp_path) for _ in range(2)]
    async with portal.engine.begin() as connection:
        query = text("UPDATE signed_notice SET document = :nothing WHERE id = :id")
        await connection.execute(query, {"nothing": b"{}", "id": kept[0]["id"]})

    assert await review(portal, trusting, lists) == ReviewRun(valid=1, unread=1)


async def test_a_list_is_kept_once_with_the_verdicts_that_rely_on_it(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        await signed(portal, authority.person(HOST_IIN), tmp_path)
    (kept,) = await portal.rows("SELECT kind, content, digest FROM revocation_evidence")
    verdicts = await portal.rows("SELECT CAST(verdict -> 'evidence' AS text) AS evidence FROM signed_notice")

    assert (kept["kind"], bytes(kept["content"])) == ("crl", (lists / "list.crl").read_bytes())
    named = {"kind": "crl", "sha256": sha256(kept["content"]).hexdigest()}
    assert [orjson.loads(row["evidence"]) for row in verdicts] == [[named], [named]]


def test_it_is_done_by_command_only() -> None:
    (job,) = [job for job in BACKGROUND.jobs if job.name == "signature-review"]

    assert not job.is_due(None, NOW)
    assert not job.is_due(NOW - timedelta(days=1_000), NOW)
