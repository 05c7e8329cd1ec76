"""Where revocation is known from: files and addresses of lists (CRL) and of answers (OCSP)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl, ocsp
from fastapi import FastAPI, Request, Response

from services.portal.rules.stays.signature import Revocation
from services.portal.signatures.detached import Detached
from services.portal.signatures.setup import make_verifier
from shared import clock
from shared.testing.serving import serving
from tests.portal.authority import NOW, Authority, Signer
from tests.portal.hosts import HOST_IIN

DOCUMENT = b"{}"
GOOD, REVOKED, UNKNOWN = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("NCA TEST", NOW)


@dataclass
class Scene:
    """A signer, a folder of trust, a folder of revocation data, and a signature."""

    authority: Authority
    signer: Signer
    signature: Detached
    trust: Path
    revocation: Path
    client: httpx.AsyncClient

    async def known(self, **options: str) -> Revocation:
        verifier = make_verifier(self.client, trusted=self.trust, revocation=self.revocation, **options)
        return (await verifier.verify(DOCUMENT, self.signature, NOW)).revocation


@pytest.fixture
async def scene(authority: Authority, tmp_path: Path) -> AsyncIterator[Scene]:
    for name in ("trust", "revocation"):
        (tmp_path / name).mkdir()
    authority.revoked.clear()
    authority.write_trust(tmp_path / "trust")
    signer = authority.person(HOST_IIN)
    signature = Detached.parse(signer.sign(DOCUMENT, tmp_path))
    async with httpx.AsyncClient(timeout=5) as client:
        with clock.set_to(NOW):
            yield Scene(authority, signer, signature, tmp_path / "trust", tmp_path / "revocation", client)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(GOOD, Revocation.GOOD), (REVOKED, Revocation.REVOKED), (UNKNOWN, Revocation.UNKNOWN)],
)
async def test_answers_from_files(scene: Scene, status: ocsp.OCSPCertStatus, expected: Revocation) -> None:
    (scene.revocation / "signer.ocsp").write_bytes(scene.authority.answer(scene.signer, status))

    assert await scene.known() is expected


async def test_an_answer_about_another_certificate_tells_nothing(scene: Scene) -> None:
    other = scene.authority.person(HOST_IIN)
    (scene.revocation / "other.ocsp").write_bytes(scene.authority.answer(other, GOOD))

    assert await scene.known() is Revocation.UNKNOWN


async def test_a_forged_list_or_answer_tells_nothing(scene: Scene) -> None:
    forger = Authority(scene.authority.name, NOW)
    forger.write_list(scene.revocation)
    (scene.revocation / "forged.ocsp").write_bytes(forger.answer(scene.signer, GOOD))

    assert await scene.known() is Revocation.UNKNOWN


async def test_a_list_in_pem_is_read_and_a_replaced_one_counts_at_once(scene: Scene) -> None:
    scene.authority.write_list(scene.revocation)
    path = scene.revocation / "list.crl"
    path.write_bytes(load_der_x509_crl(path.read_bytes()).public_bytes(Encoding.PEM))
    verifier = make_verifier(scene.client, trusted=scene.trust, revocation=scene.revocation)
    before = await verifier.verify(DOCUMENT, scene.signature, NOW)
    scene.authority.revoke(scene.signer, NOW - timedelta(hours=2)).write_list(scene.revocation)
    after = await verifier.verify(DOCUMENT, scene.signature, NOW)

    assert (before.revocation, after.revocation) == (Revocation.GOOD, Revocation.REVOKED)


async def test_who_was_revoked_only_later_had_signed_well(scene: Scene) -> None:
    scene.authority.revoke(scene.signer, NOW + timedelta(minutes=5)).write_list(scene.revocation)

    assert await scene.known() is Revocation.GOOD


@dataclass
class Publisher:
    """A stand-in that publishes a list and answers OCSP."""

    scene: Scene
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/list.crl")
        async def published() -> Response:
            self.asked.append("list")
            return Response((self.scene.revocation / "list.crl").read_bytes(), self.status)

        @app.post("/ocsp")
        async def answer(request: Request) -> Response:
            question = ocsp.load_der_ocsp_request(await request.body())
            self.asked.append(str(question.serial_number))
            return Response(self.scene.authority.answer(self.scene.signer, GOOD), self.status)

        return app


async def test_a_list_from_an_address_is_fetched_once_in_ten_minutes(scene: Scene) -> None:
    scene.authority.write_list(scene.revocation)
    publisher = Publisher(scene)
    async with serving(publisher.app()) as served:
        verifier = make_verifier(scene.client, trusted=scene.trust, crl_urls=f"{served.url}/list.crl")
        found = [(await verifier.verify(DOCUMENT, scene.signature, NOW)).revocation for _ in range(3)]
        with clock.set_to(NOW + timedelta(minutes=11)):
            found.append((await verifier.verify(DOCUMENT, scene.signature, NOW)).revocation)

    assert found == [Revocation.GOOD] * 4
    assert publisher.asked == ["list", "list"]


async def test_a_responder_is_asked_about_the_very_certificate(scene: Scene) -> None:
    publisher = Publisher(scene)
    async with serving(publisher.app()) as served:
        found = await scene.known(ocsp_url=f"{served.url}/ocsp")

    assert found is Revocation.GOOD
    assert publisher.asked == [str(scene.signer.certificate.serial_number)]


async def test_where_nobody_is_trusted_yet_nothing_is_foreign(scene: Scene) -> None:
    (scene.trust / "authority.pem").unlink()
    (scene.trust / "README.md").write_text("Put the issuers' certificates here.")
    verifier = make_verifier(scene.client, trusted=scene.trust)

    assert (await verifier.verify(DOCUMENT, scene.signature, NOW)).trusted is None


async def test_addresses_that_do_not_answer_leave_it_unknown(scene: Scene) -> None:
    publisher = Publisher(scene, status=503)
    scene.authority.write_list(scene.revocation)
    async with serving(publisher.app()) as served:
        verifier = make_verifier(
            scene.client, trusted=scene.trust, crl_urls=f"{served.url}/list.crl", ocsp_url=f"{served.url}/ocsp"
        )
        finding = await verifier.verify(DOCUMENT, scene.signature, NOW)

    assert (finding.intact, finding.trusted, finding.revocation) == (True, True, Revocation.UNKNOWN)
