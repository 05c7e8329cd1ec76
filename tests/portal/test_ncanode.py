"""GOST keys through NCANode: a stand-in that speaks its documented answers, its known gaps included.

Real GOST keys need licensed software; here a signature bears their algorithm's identifier, and the stand-in says what
the real server would.
"""

from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from asn1crypto import cms
from fastapi import FastAPI, Request, Response

from services.portal.rules.stays.signature import CertificateInfo, ClaimedHost, Revocation, ValidationResult, judge
from services.portal.signatures.detached import Detached
from services.portal.signatures.ncanode import NcaNodeVerifier
from services.portal.signatures.setup import make_verifier
from shared import clock
from shared.http.answers import json_response
from shared.testing.serving import serving
from tests.portal.authority import NOW, Authority
from tests.portal.hosts import HOST_IIN, HOTEL_BIN, number

DOCUMENT = b'{"channel": "vmp"}'
GOST_2015 = "1.2.398.3.10.1.1.2.3.2"
HOST = ClaimedHost("person", HOST_IIN)

Answer = dict[str, Any]
Change = Callable[[Answer], Any]


@dataclass
class StandIn:
    """`plain` is answered where no revocation is asked for, `full` where it is."""

    plain: Any
    full: Any
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/cms/verify")
        async def verify(request: Request) -> Response:
            question = await request.json()
            self.asked.append(question)
            return json_response(self.full if question["revocationCheck"] else self.plain, self.status)

        return app


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("NCA GOST TEST", NOW)


@pytest.fixture
def signature(authority: Authority, tmp_path: Path) -> Detached:
    return gost(authority.person(HOST_IIN).sign(DOCUMENT, tmp_path))


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5) as client:
        with clock.set_to(NOW):
            yield client


def gost(der: bytes) -> Detached:
    """The signature with the identifier of a GOST algorithm."""
    content = cms.ContentInfo.load(der)
    content["content"]["signer_infos"][0]["signature_algorithm"] = {"algorithm": GOST_2015}
    return Detached.parse(content.dump(force=True))


def answers(signature: Detached) -> StandIn:
    """What NCANode 3 answers about a good signature."""
    certificate = {
        "valid": True,
        "notBefore": "2025-03-27T07:00:00.000+00:00",
        "notAfter": "2027-03-27T07:00:00.000+00:00",
        "keyUsage": "SIGN",
        "serialNumber": signature.serial,
        "signAlg": "ECGOST3410-2015-512",
        "keyUser": ["INDIVIDUAL"],
        "subject": {"commonName": "ИВАНОВ ИВАН", "iin": HOST_IIN, "bin": None, "country": "KZ"},
    }
    revocations = [
        {"revoked": False, "by": "CRL", "revocationTime": None, "reason": None},
        {"revoked": False, "by": "OCSP", "revocationTime": None, "reason": "OK"},
    ]
    return StandIn(
        plain=_answer(certificate | {"revocations": []}), full=_answer(certificate | {"revocations": revocations})
    )


def _answer(certificate: dict[str, Any]) -> Answer:
    return {"status": 200, "message": "OK", "valid": True, "signers": [{"certificates": [certificate], "tsp": None}]}


async def found(
    stand_in: StandIn, signature: Detached, client: httpx.AsyncClient
) -> tuple[CertificateInfo, ValidationResult]:
    async with serving(stand_in.app()) as served:
        verifier = make_verifier(client, ncanode_url=served.url)
        finding = await verifier.verify(DOCUMENT, signature, NOW)
    return finding, judge(finding, HOST, NOW)


def seen(answer: Answer) -> dict[str, Any]:
    certificate: dict[str, Any] = answer["signers"][0]["certificates"][0]
    return certificate


async def test_a_good_signature_is_valid(signature: Detached, client: httpx.AsyncClient) -> None:
    stand_in = answers(signature)
    finding, verdict = await found(stand_in, signature, client)

    assert verdict.outcome == "valid"
    assert finding.certificate is not None
    assert (finding.verifier, finding.certificate.iin) == ("ncanode", HOST_IIN)
    assert [question["revocationCheck"] for question in stand_in.asked] == [[], ["OCSP", "CRL"]]
    assert all(b64decode(question["data"]) == DOCUMENT for question in stand_in.asked)
    assert all(b64decode(question["cms"]) == signature.der for question in stand_in.asked)


def no_signers(answer: Answer) -> None:
    answer["signers"] = []


def no_certificate(answer: Answer) -> None:
    answer["signers"][0]["certificates"] = []


def another_certificate(answer: Answer) -> None:
    seen(answer)["serialNumber"] = "60ba4568ae98fa52"


def not_for_signing(answer: Answer) -> None:
    seen(answer)["keyUsage"] = "AUTH"


def no_list_of_signers(answer: Answer) -> None:
    del answer["signers"]


def two_certificates(answer: Answer) -> None:
    """As it answers where two enclosed ones fit the signer."""
    answer["signers"][0]["certificates"].append(seen(answer) | {"subject": {"iin": number("90010130012")}})


def two_signers(answer: Answer) -> None:
    answer["signers"] *= 2


def no_subject(answer: Answer) -> None:
    del seen(answer)["subject"]


def no_roles(answer: Answer) -> None:
    seen(answer)["keyUser"] = None


def no_time(answer: Answer) -> None:
    seen(answer)["notAfter"] = "tomorrow"


GAPS = [
    *(no_signers, no_certificate, another_certificate, not_for_signing, no_list_of_signers),
    *(two_certificates, two_signers, no_subject, no_roles, no_time),
]


@pytest.mark.parametrize("gap", GAPS)
async def test_valid_true_alone_proves_nothing(signature: Detached, client: httpx.AsyncClient, gap: Change) -> None:
    stand_in = answers(signature)
    gap(stand_in.plain)
    gap(stand_in.full)
    finding, verdict = await found(stand_in, signature, client)

    assert stand_in.full["valid"] is True
    assert (finding.trusted, verdict.outcome) == (None, "pending")


def unasked(answer: Answer) -> None:
    seen(answer)["revocations"] = []


def only_lists(answer: Answer) -> None:
    seen(answer)["revocations"] = seen(answer)["revocations"][:1]


def without_revocations(answer: Answer) -> None:
    del seen(answer)["revocations"]


def no_responder(answer: Answer) -> None:
    """OCSP did not answer: revoked is false all the same, only the message tells."""
    answer["valid"] = seen(answer)["valid"] = False
    seen(answer)["revocations"][1]["reason"] = "Unknown status"


def strange(answer: Answer) -> None:
    seen(answer)["revocations"][1]["revoked"] = None


def contradictory(answer: Answer) -> None:
    answer["valid"] = False


@pytest.mark.parametrize("gap", [unasked, only_lists, without_revocations, no_responder, strange, contradictory])
async def test_unknown_revocation_is_pending(signature: Detached, client: httpx.AsyncClient, gap: Change) -> None:
    stand_in = answers(signature)
    gap(stand_in.full)
    finding, verdict = await found(stand_in, signature, client)

    assert finding.revocation is Revocation.UNKNOWN
    assert (verdict.outcome, verdict.reason) == ("pending", "signature-revoked")


@pytest.mark.parametrize("by", [0, 1], ids=["CRL", "OCSP"])
async def test_one_word_of_revocation_is_enough(signature: Detached, client: httpx.AsyncClient, by: int) -> None:
    stand_in = answers(signature)
    stand_in.full["valid"] = seen(stand_in.full)["valid"] = False
    seen(stand_in.full)["revocations"][by] |= {"revoked": True, "revocationTime": "2026-03-20T07:00:00.000+00:00"}
    _, verdict = await found(stand_in, signature, client)

    assert (verdict.outcome, verdict.reason) == ("refused", "signature-revoked")


async def test_an_altered_document_is_refused(signature: Detached, client: httpx.AsyncClient) -> None:
    stand_in = answers(signature)
    stand_in.plain["valid"] = stand_in.full["valid"] = False
    _, verdict = await found(stand_in, signature, client)

    assert (verdict.outcome, verdict.reason) == ("refused", "signature-altered")


async def test_what_it_refuses_to_read_with_the_document_is_altered(
    signature: Detached, client: httpx.AsyncClient
) -> None:
    refusal = {"status": 400, "message": "message-digest attribute value does not match calculated value"}
    _, verdict = await found(StandIn(refusal, refusal, status=400), signature, client)

    assert (verdict.outcome, verdict.reason) == ("refused", "signature-altered")


async def test_an_unknown_issuer_is_foreign(signature: Detached, client: httpx.AsyncClient) -> None:
    stand_in = answers(signature)
    for answer in (stand_in.plain, stand_in.full):
        answer["valid"] = seen(answer)["valid"] = False
    _, verdict = await found(stand_in, signature, client)

    assert (verdict.outcome, verdict.reason) == ("refused", "signature-foreign")


async def test_a_certificate_that_ran_out_while_it_waited_stays_pending(
    signature: Detached, client: httpx.AsyncClient
) -> None:
    stand_in = answers(signature)
    for answer in (stand_in.plain, stand_in.full):
        answer["valid"] = seen(answer)["valid"] = False
    with clock.set_to(NOW + timedelta(days=400)):
        finding, verdict = await found(stand_in, signature, client)

    assert (finding.trusted, verdict.outcome) == (None, "pending")


@pytest.mark.parametrize("enclosed", [HOST_IIN, number("90010130012")])
async def test_the_subject_that_it_names_is_judged_whatever_the_signature_encloses(
    authority: Authority, tmp_path: Path, client: httpx.AsyncClient, enclosed: str
) -> None:
    signature = gost(authority.person(enclosed).sign(DOCUMENT, tmp_path))
    stand_in = answers(signature)
    for answer in (stand_in.plain, stand_in.full):
        seen(answer)["subject"]["iin"] = number("90010130012")
    _, verdict = await found(stand_in, signature, client)

    assert (verdict.outcome, verdict.reason) == ("refused", "signature-wrong-person")


async def test_two_answers_about_two_certificates_prove_neither(signature: Detached, client: httpx.AsyncClient) -> None:
    stand_in = answers(signature)
    seen(stand_in.full)["subject"] = {"iin": number("90010130012")}
    finding, verdict = await found(stand_in, signature, client)

    assert (finding.certificate, verdict.outcome) == (None, "pending")


@pytest.mark.parametrize(
    ("algorithm", "outcome"), [("SHA1WITHRSA", "refused"), ("SHA256WITHRSA", "pending"), (None, "pending")]
)
async def test_a_certificate_that_is_not_gost_is_not_taken_by_its_word(
    signature: Detached, client: httpx.AsyncClient, algorithm: str | None, outcome: str
) -> None:
    stand_in = answers(signature)
    for answer in (stand_in.plain, stand_in.full):
        seen(answer)["signAlg"] = algorithm
    _, verdict = await found(stand_in, signature, client)

    assert verdict.outcome == outcome


async def test_an_employee_does_not_bind_the_organisation(signature: Detached, client: httpx.AsyncClient) -> None:
    stand_in = answers(signature)
    for answer in (stand_in.plain, stand_in.full):
        seen(answer)["subject"] = {"iin": HOST_IIN, "bin": HOTEL_BIN}
        seen(answer)["keyUser"] = ["ORGANIZATION", "EMPLOYEE"]
    finding, _ = await found(stand_in, signature, client)

    assert judge(finding, ClaimedHost("organisation", HOTEL_BIN), NOW).reason == "signature-role"


@pytest.mark.parametrize("status", [500, 503, 404])
async def test_a_server_that_fails_tells_nothing(signature: Detached, client: httpx.AsyncClient, status: int) -> None:
    stand_in = StandIn({"status": status, "message": "failure"}, {}, status=status)
    _, verdict = await found(stand_in, signature, client)

    assert verdict.outcome == "pending"


@pytest.mark.parametrize("nonsense", [[], "OK", {"valid": "true"}, {"status": 200}])
async def test_an_answer_of_another_form_tells_nothing(
    signature: Detached, client: httpx.AsyncClient, nonsense: Any
) -> None:
    _, verdict = await found(StandIn(nonsense, nonsense), signature, client)

    assert verdict.outcome == "pending"


async def test_a_server_that_is_not_there_tells_nothing(signature: Detached, client: httpx.AsyncClient) -> None:
    verifier = NcaNodeVerifier(client, "http://127.0.0.1:9")
    verdict = judge(await verifier.verify(DOCUMENT, signature, NOW), HOST, NOW)

    assert (verdict.outcome, verdict.reason) == ("pending", "signature-altered")


async def test_gost_keys_wait_where_no_server_is_set_up(signature: Detached, client: httpx.AsyncClient) -> None:
    finding = await make_verifier(client).verify(DOCUMENT, signature, NOW)

    assert (finding.verifier, judge(finding, HOST, NOW).outcome) == ("none", "pending")
