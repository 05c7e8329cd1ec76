"""Notices with a host's digital signature (X3): accepted, and refused each for its own reason.

The signatures are made by openssl against a test certification authority.
"""

import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import text

from services.portal.app import make_app
from shared import clock
from shared.testing.api import Api, StartApi
from tests.portal.authority import NOW, Authority, Signer, enclosing, twin_of
from tests.portal.hosts import HOST_IIN, HOTEL_BIN, PATH, PERSON, as_host, eqonaq, hand_in, notice, number, submit

OTHER_IIN = number("90010130012")


@pytest.fixture
async def portal(trusting: Path, start_api: StartApi) -> AsyncIterator[Api]:
    with clock.set_to(NOW):
        yield await start_api("portal", make_app)


def document(channel: str = "vmp", **changes: Any) -> bytes:
    return orjson.dumps(notice(channel, **changes), option=orjson.OPT_INDENT_2)


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]


async def verdicts(portal: Api) -> list[dict[str, Any]]:
    query = "SELECT outcome, CAST(verdict AS text) AS verdict, signature FROM signed_notice ORDER BY id"
    rows = await portal.rows(query)
    return [row | {"verdict": orjson.loads(row["verdict"])} for row in rows]


async def test_the_head_of_an_organisation_signs_for_it(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    signature = authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path)
    answer = await submit(portal, body, signature)

    assert answer.status_code == 201
    assert answer.json()["outcome"] == "valid"
    receipt = answer.json()["receipt"]
    assert (receipt["channel"], receipt["given_on"], receipt["in_time"]) == ("vmp", "2026-03-27", True)
    (event,) = await portal.events()
    assert event["subject"] == receipt["notification"]
    (kept,) = await verdicts(portal)
    assert bytes(kept["signature"]) == signature
    assert all(demand["met"] for demand in kept["verdict"]["demands"])


async def test_a_person_signs_as_host_through_egov(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document("egov", host=PERSON)
    answer = await submit(portal, body, authority.person(HOST_IIN).sign(body, tmp_path))

    assert answer.json()["receipt"]["channel"] == "egov"


async def test_the_system_in_which_it_was_signed_hands_it_in_and_sees_what_became_of_its_own(
    portal: Api, authority: Authority, tmp_path: Path
) -> None:
    body = document()
    signature = authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path)
    vmp, egov = (portal.token("notifier", agency=name, subject=name) for name in ("vmp", "egov"))
    handed_in = await submit(portal, body, signature, vmp)
    own, other = [await portal.client.get(handed_in.headers["Location"], headers=who) for who in (vmp, egov)]

    assert (handed_in.status_code, own.status_code, other.status_code) == (201, 200, 404)
    assert own.json()["receipt"]["channel"] == "vmp"


async def test_a_notice_is_checked_before_it_is_signed_and_nothing_is_kept(portal: Api) -> None:
    async def checked(body: bytes) -> httpx.Response:
        sent = {"document": b64encode(body).decode()}
        return await portal.client.post(f"{PATH}/signed:check", json=sent, headers=as_host(portal))

    wrong, later = await checked(document(stay_from="2026-02-30")), await checked(document(state="cancelled"))
    no_notice = await checked(b"\xff{")
    none = await portal.client.post(f"{PATH}/signed:check", json={"document": "%"}, headers=as_host(portal))

    assert (await checked(document())).status_code == 204
    for answer, pointer in ((wrong, "/document/stay_from"), (later, "/document/state")):
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert (no_notice.status_code, none.status_code) == (422, 422)
    assert await verdicts(portal) == [] == await portal.events()


async def test_a_repeat_gets_the_first_receipt(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document("egov", host=PERSON)
    signature = authority.person(HOST_IIN).sign(body, tmp_path)
    first, again = await submit(portal, body, signature), await submit(portal, body, signature)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(await portal.events()) == 1


async def test_an_altered_document_is_refused(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    signature = authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path)
    answer = await submit(portal, body.replace(b"2026-04-10", b"2026-05-10"), signature)

    assert problem(answer) == (422, "signature-altered")


async def test_even_one_blank_more_is_another_document(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    signature = authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path)

    assert problem(await submit(portal, body + b" ", signature)) == (422, "signature-altered")


async def test_a_signature_under_another_notice_is_a_replay(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    signature = authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path)
    await submit(portal, body, signature)
    answer = await submit(portal, document(), signature)

    assert problem(answer) == (422, "signature-replayed")
    assert [kept["outcome"] for kept in await verdicts(portal)] == ["valid", "refused"]


async def test_a_foreign_authority_is_refused(portal: Api, foreign: Authority, tmp_path: Path) -> None:
    body = document()
    answer = await submit(portal, body, foreign.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path))

    assert problem(answer) == (422, "signature-foreign")


async def test_an_authority_that_only_bears_the_name_is_refused(portal: Api, tmp_path: Path) -> None:
    body = document()
    impostor = Authority("NCA TEST", NOW)
    answer = await submit(portal, body, impostor.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path))

    assert problem(answer) == (422, "signature-foreign")


async def test_an_expired_certificate_is_refused(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    answer = await submit(portal, body, authority.of_organisation(HOTEL_BIN, OTHER_IIN, days=-1).sign(body, tmp_path))

    assert problem(answer) == (422, "signature-expired")


async def test_a_revoked_certificate_is_refused(portal: Api, authority: Authority, lists: Path, tmp_path: Path) -> None:
    body, signer = document(), authority.of_organisation(HOTEL_BIN, OTHER_IIN)
    authority.revoke(signer, NOW - timedelta(days=2)).write_list(lists)

    assert problem(await submit(portal, body, signer.sign(body, tmp_path))) == (422, "signature-revoked")


async def test_another_persons_signature_is_refused(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document("egov", host=PERSON)

    assert problem(await submit(portal, body, authority.person(OTHER_IIN).sign(body, tmp_path))) == (
        422,
        "signature-wrong-person",
    )


async def test_another_organisations_signature_is_refused(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    other = authority.of_organisation(number("06054000123"), HOST_IIN)

    assert problem(await submit(portal, body, other.sign(body, tmp_path))) == (422, "signature-wrong-person")


async def test_an_employee_does_not_bind_the_organisation(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()

    assert problem(await submit(portal, body, authority.employee(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path))) == (
        422,
        "signature-role",
    )


async def test_a_key_for_logging_in_does_not_sign(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document("egov", host=PERSON)
    answer = await submit(portal, body, authority.person(HOST_IIN, signs=False).sign(body, tmp_path))

    assert problem(answer) == (422, "signature-key-usage")


@pytest.mark.parametrize(
    "options", [("-nodetach",), ("-nocerts",)], ids=["encloses the document", "encloses no certificate"]
)
async def test_another_form_of_cms_is_refused(
    portal: Api, authority: Authority, tmp_path: Path, options: tuple[str, ...]
) -> None:
    body = document()
    signature = authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path, *options)

    assert problem(await submit(portal, body, signature)) == (422, "signature-malformed")


@pytest.mark.parametrize("signature", [b"", b"no signature", b"\x30\x80", bytes(range(256))])
async def test_what_is_no_cms_is_refused(portal: Api, signature: bytes) -> None:
    assert problem(await submit(portal, document(), signature)) == (422, "signature-malformed")


async def test_two_signers_are_one_too_many(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    second = authority.person(HOST_IIN)
    first = authority.of_organisation(HOTEL_BIN, OTHER_IIN)
    second.sign(b"", tmp_path)
    (tmp_path / "second.pem").write_bytes((tmp_path / "certificate.pem").read_bytes())
    (tmp_path / "second.key").write_bytes((tmp_path / "key.pem").read_bytes())
    signature = first.sign(body, tmp_path, "-signer", "second.pem", "-inkey", "second.key")

    assert problem(await submit(portal, body, signature)) == (422, "signature-malformed")


def with_a_twin(signer: Signer, signature: bytes) -> bytes:
    """Enclosed before the signer's own: one that makes him head of the hotel."""
    twin = twin_of(signer, generate_private_key(65_537, 2_048), HOTEL_BIN, OTHER_IIN)
    return enclosing(signature, [twin, signer.certificate.public_bytes(Encoding.DER)])


async def test_nobody_signs_for_an_organisation_by_a_certificate_that_he_made_himself(
    portal: Api, authority: Authority, tmp_path: Path
) -> None:
    body, signer = document(), authority.person(HOST_IIN)
    signature = signer.sign(body, tmp_path)

    assert problem(await submit(portal, body, signature)) == (422, "signature-wrong-person")
    assert problem(await submit(portal, body, with_a_twin(signer, signature))) == (422, "signature-malformed")


async def test_one_stored_signature_that_is_malformed_by_now_stops_no_run(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path
) -> None:
    """It was taken for one before twins were looked for."""
    (lists / "list.crl").unlink()
    _, signer = await pending(portal, authority, tmp_path)
    await pending(portal, authority, tmp_path)
    (first, _) = await verdicts(portal)
    async with portal.engine.begin() as connection:
        await connection.execute(
            text("UPDATE signed_notice SET signature = :twin WHERE signature = :own"),
            {"own": first["signature"], "twin": with_a_twin(signer, bytes(first["signature"]))},
        )

    assert await judge(portal) == {"valid": 0, "refused": 1, "pending": 1}
    assert [kept["verdict"]["reason"] for kept in await verdicts(portal)] == [
        "signature-malformed",
        "signature-revoked",
    ]


async def test_one_stored_document_that_cannot_be_read_stops_no_run(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path
) -> None:
    (lists / "list.crl").unlink()
    for _ in range(2):
        await pending(portal, authority, tmp_path)
    async with portal.engine.begin() as connection:
        query = "UPDATE signed_notice SET document = '{}' WHERE id = (SELECT id FROM signed_notice ORDER BY id LIMIT 1)"
        await connection.execute(text(query))
    authority.write_list(lists)

    assert await judge(portal) == {"valid": 1, "refused": 0, "pending": 1}


async def pending(portal: Api, authority: Authority, tmp_path: Path) -> tuple[Any, Signer]:
    body, signer = document(), authority.of_organisation(HOTEL_BIN, OTHER_IIN)
    return await submit(portal, body, signer.sign(body, tmp_path)), signer


async def judge(portal: Api) -> Any:
    return (await portal.client.post("/v1/signature-checks", headers=portal.token("operator"))).json()


@pytest.mark.parametrize("known", ["nothing", "an old list"])
async def test_unknown_revocation_waits_and_is_neither_valid_nor_forged(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path, known: str
) -> None:
    (lists / "list.crl").unlink()
    if known == "an old list":
        authority.write_list(lists, age=timedelta(days=3))
    answer, _ = await pending(portal, authority, tmp_path)

    assert answer.status_code == 202
    assert (answer.json()["outcome"], answer.json()["receipt"]) == ("pending", None)
    assert answer.json()["reason"] == "signature-revoked"
    assert await portal.events() == []
    assert await judge(portal) == {"valid": 0, "refused": 0, "pending": 1}


async def test_what_waited_counts_from_the_day_on_which_it_came(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path
) -> None:
    (lists / "list.crl").unlink()
    answer, _ = await pending(portal, authority, tmp_path)
    authority.write_list(lists)
    with clock.set_to(NOW + timedelta(days=12)):
        ran = await judge(portal)
        again = await judge(portal)
        location = answer.headers["Location"]
        found = (await portal.client.get(location, headers=as_host(portal))).json()

    assert ran == {"valid": 1, "refused": 0, "pending": 0}
    assert again == {"valid": 0, "refused": 0, "pending": 0}
    assert (found["outcome"], found["receipt"]["given_on"], found["receipt"]["in_time"]) == (
        "valid",
        "2026-03-27",
        True,
    )
    assert len(await portal.events()) == 1


async def test_what_waited_may_turn_out_to_be_revoked(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path
) -> None:
    (lists / "list.crl").unlink()
    answer, signer = await pending(portal, authority, tmp_path)
    authority.revoke(signer, NOW - timedelta(days=1)).write_list(lists)

    assert await judge(portal) == {"valid": 0, "refused": 1, "pending": 0}
    found = (await portal.client.get(answer.headers["Location"], headers=as_host(portal))).json()
    assert (found["outcome"], found["reason"], found["receipt"]) == ("refused", "signature-revoked", None)
    assert await portal.events() == []


async def test_a_mended_revocation_lets_the_same_signature_in(
    portal: Api, authority: Authority, lists: Path, tmp_path: Path
) -> None:
    """A refusal is no verdict for ever: the list may have been wrong."""
    body, signer = document(), authority.of_organisation(HOTEL_BIN, OTHER_IIN)
    signature = signer.sign(body, tmp_path)
    authority.revoke(signer, NOW - timedelta(days=1)).write_list(lists)
    refused = await submit(portal, body, signature)
    authority.revoked.clear()
    authority.write_list(lists)

    assert (refused.status_code, (await submit(portal, body, signature)).status_code) == (422, 201)


async def test_the_same_stay_signed_and_from_eqonaq_is_one_stay(
    portal: Api, authority: Authority, tmp_path: Path
) -> None:
    checked_in = notice()
    first = (await hand_in(portal, checked_in, eqonaq(portal))).json()["notification"]
    body = document(person=checked_in["person"])
    signature = authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path)

    assert (await submit(portal, body, signature)).json()["receipt"]["joins"] == first


async def test_every_fault_of_the_document_is_named(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = orjson.dumps(notice("eqonaq", stay_from="yesterday", typo=1))
    answer = await submit(portal, body, authority.person(HOST_IIN).sign(body, tmp_path))
    other = orjson.dumps(notice("eqonaq"))
    channel = await submit(portal, other, authority.person(HOST_IIN).sign(other, tmp_path))

    assert {error["pointer"] for error in answer.json()["errors"]} == {"/document/stay_from", "/document/typo"}
    assert [error["pointer"] for error in channel.json()["errors"]] == ["/document/channel"]


async def test_everything_that_contradicts_itself_in_the_document_is_named(
    portal: Api, authority: Authority, tmp_path: Path
) -> None:
    host = {"kind": "person", "bin": HOTEL_BIN}
    paper = {"number": "1", "on": "2026-03-20"}
    body = document(host=host, stay_until="2026-03-01", paper=paper, purpose="leisure")
    answer = await submit(portal, body, authority.person(HOST_IIN).sign(body, tmp_path))

    pointers = {"host/iin", "host/bin", "stay_until", "paper", "purpose"}
    assert {error["pointer"] for error in answer.json()["errors"]} == {f"/document/{name}" for name in pointers}


async def test_each_part_that_is_not_base64_is_named(portal: Api) -> None:
    envelope = {"document": "ä", "signature": "*"}
    answer = await portal.client.post(f"{PATH}/signed", json=envelope, headers=as_host(portal))

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/document", "/signature"]


async def test_a_number_taken_by_another_notice_is_a_conflict(
    portal: Api, authority: Authority, tmp_path: Path
) -> None:
    signer = authority.of_organisation(HOTEL_BIN, OTHER_IIN)
    first, second = document(source_id="V-1"), document(source_id="V-1")
    await submit(portal, first, signer.sign(first, tmp_path))
    answer = await submit(portal, second, signer.sign(second, tmp_path))

    assert answer.status_code == 409
    assert len(await verdicts(portal)) == 1


async def test_a_strangers_signed_notice_is_not_shown(portal: Api, authority: Authority, tmp_path: Path) -> None:
    body = document()
    answer = await submit(portal, body, authority.of_organisation(HOTEL_BIN, OTHER_IIN).sign(body, tmp_path))
    stranger = portal.token("host", iin=OTHER_IIN, subject="stranger")

    assert (await portal.client.get(answer.headers["Location"], headers=stranger)).status_code == 404


async def test_nothing_of_the_signer_is_logged(
    portal: Api, foreign: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = document("egov", host=PERSON)
    with caplog.at_level(logging.DEBUG):
        answer = await submit(portal, body, foreign.person(HOST_IIN).sign(body, tmp_path))

    assert problem(answer) == (422, "signature-foreign")
    assert HOST_IIN not in caplog.text + answer.text
    assert "ИВАНОВ" not in caplog.text + answer.text
