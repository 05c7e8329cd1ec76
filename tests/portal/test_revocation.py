"""Where revocation is known from: files and addresses of lists (CRL) and of answers (OCSP)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl, ocsp
from fastapi import FastAPI, Request, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.portal.rules.stays.signature import (
    CertificateInfo,
    ClaimedHost,
    Revocation,
    RevocationEvidence,
    decided,
    judge,
)
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

    async def find(self, **options: str) -> CertificateInfo:
        verifier = make_verifier(self.client, trusted=self.trust, revocation=self.revocation, **options)
        return await verifier.verify(DOCUMENT, self.signature, NOW)

    async def known(self, **options: str) -> Revocation:
        return (await self.find(**options)).revocation

    def write(self, name: str, status: ocsp.OCSPCertStatus) -> None:
        """A list or an answer of the authority that says so of the signer."""
        path = self.revocation / name
        if path.suffix == ".ocsp":
            path.write_bytes(self.authority.answer(self.signer, status))
            return
        if status is REVOKED:
            self.authority.revoke(self.signer, NOW - timedelta(days=2))
        self.authority.write_list(self.revocation)
        (self.revocation / "list.crl").rename(path)
        self.authority.revoked.clear()


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


GARBAGE = [b"", b"no list", b"\x30\x00", b"\x30\x03\x02\x01\x05", bytes(range(256))]


@pytest.mark.parametrize("garbage", [*GARBAGE, b"\x30\x0b" + b"\x30\x02\x05\x00" + b"\x30\x00" + b"\x03\x03\x00ab"])
@pytest.mark.parametrize("name", ["broken.crl", "broken.ocsp"])
async def test_evidence_that_cannot_be_read_leaves_it_unknown(scene: Scene, garbage: bytes, name: str) -> None:
    """Neither altered, nor a fault of ours; and it spoils nothing that can be read."""
    (scene.revocation / name).write_bytes(garbage)
    finding = await scene.find()
    scene.authority.write_list(scene.revocation)
    (scene.revocation / "good.ocsp").write_bytes(scene.authority.answer(scene.signer, GOOD))
    beside = await scene.find()

    assert (finding.intact, finding.trusted, finding.revocation) == (True, True, Revocation.UNKNOWN)
    assert judge(finding, ClaimedHost("person", HOST_IIN), NOW).outcome == "pending"
    assert (beside.intact, beside.revocation) == (True, Revocation.GOOD)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2_000), value=st.integers(0, 255), cut=st.booleans(), name=st.sampled_from(["crl", "ocsp"]))
async def test_changed_evidence_never_says_that_the_signature_is_altered(
    scene: Scene, place: int, value: int, cut: bool, name: str
) -> None:
    scene.authority.write_list(scene.revocation)
    lists = (scene.revocation / "list.crl").read_bytes()
    (scene.revocation / "list.crl").unlink()
    changed = bytearray(lists if name == "crl" else scene.authority.answer(scene.signer, GOOD))
    place %= len(changed)
    changed[place] = value
    path = scene.revocation / f"changed.{name}"
    path.write_bytes(changed[:place] if cut else changed)
    finding = await scene.find()
    path.unlink()

    assert (finding.intact, finding.trusted) == (True, True)
    assert finding.revocation in (Revocation.UNKNOWN, Revocation.GOOD)


async def test_broken_bytes_from_an_address_leave_it_unknown(scene: Scene) -> None:
    app = FastAPI()

    @app.api_route("/{name}", methods=["GET", "POST"])
    async def broken(name: str) -> Response:
        return Response(b"\x30\x03\x02\x01\x05")

    async with serving(app) as served:
        found = await scene.find(crl_urls=f"{served.url}/list.crl", ocsp_url=f"{served.url}/ocsp")

    assert (found.intact, found.revocation) == (True, Revocation.UNKNOWN)


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")], ids=["good first", "revoked first"])
@pytest.mark.parametrize("kinds", [("crl", "crl"), ("crl", "ocsp"), ("ocsp", "crl"), ("ocsp", "ocsp")])
async def test_any_revoked_wins_over_any_good(scene: Scene, kinds: tuple[str, str], order: tuple[str, str]) -> None:
    """Of lists and answers, in whatever order they are found; `kinds` are those of the good and of the other."""
    good, revoked = (f"{number}.{kind}" for number, kind in zip(order, kinds, strict=True))
    scene.write(good, GOOD)
    scene.write(revoked, REVOKED)
    finding = await scene.find()

    assert finding.revocation is Revocation.REVOKED
    assert {each.content for each in finding.evidence} == {
        (scene.revocation / name).read_bytes() for name in (good, revoked)
    }


@given(st.lists(st.sampled_from(Revocation)), st.randoms())
def test_the_order_in_which_it_is_told_decides_nothing(told: list[Revocation], random: Random) -> None:
    shuffled = random.sample(told, len(told))

    assert decided(told) is decided(shuffled)
    assert (decided(told) is Revocation.REVOKED) == (Revocation.REVOKED in told)
    assert (decided(told) is Revocation.GOOD) == (set(told) - {Revocation.UNKNOWN} == {Revocation.GOOD})


async def test_what_was_relied_on_is_told_and_nothing_else(scene: Scene) -> None:
    scene.authority.write_list(scene.revocation)
    forger = Authority(scene.authority.name, NOW)
    (scene.revocation / "forged.ocsp").write_bytes(forger.answer(scene.signer, GOOD))
    finding = await scene.find()

    assert finding.evidence == (RevocationEvidence("crl", (scene.revocation / "list.crl").read_bytes()),)


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
