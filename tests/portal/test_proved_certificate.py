"""Whose certificate was proved: what a stranger encloses beside it lends the signature nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.portal.rules.stays.signature import ClaimedHost, judge
from services.portal.signatures.detached import Detached, MalformedSignature
from services.portal.signatures.revocation import RevocationSources
from services.portal.signatures.rsa import RsaVerifier, trusted_certificates
from shared import clock
from tests.portal.authority import NOW, Authority, Signer, enclosing, twin_of
from tests.portal.hosts import HOST_IIN, HOTEL_BIN, number

DOCUMENT = b"{}"
OTHER_IIN = number("90010130012")


@dataclass(frozen=True)
class Scene:
    """A signer of our authority, what others made, and a verifier that trusts our authority."""

    signer: Signer
    der: bytes
    by_key: bytes
    strangers: Sequence[bytes]
    twins: Sequence[bytes]
    verifier: RsaVerifier


@pytest.fixture(scope="module")
def scene(authorities: tuple[Authority, Authority], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder: Path = tmp_path_factory.mktemp("proved")
    ours, foreign = authorities
    trust = tmp_path_factory.mktemp("trusted")
    ours.write_trust(trust)
    ours.write_list(trust)
    signer = ours.person(HOST_IIN)
    thief = generate_private_key(65_537, 2_048)
    authority = ours.certificate.public_bytes(Encoding.DER)
    others = [foreign.of_organisation(HOTEL_BIN, OTHER_IIN), foreign.person(OTHER_IIN)]
    return Scene(
        signer,
        signer.sign(DOCUMENT, folder),
        signer.sign(DOCUMENT, folder, "-keyid"),
        [authority, *(each.certificate.public_bytes(Encoding.DER) for each in others)],
        [twin_of(signer, key, HOTEL_BIN, OTHER_IIN) for key in (thief, signer.key)],
        RsaVerifier(trusted_certificates(trust), RevocationSources(httpx.AsyncClient(), trust)),
    )


def own(scene: Scene) -> bytes:
    return scene.signer.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("twin", [0, 1], ids=["another key", "the signer's key"])
@pytest.mark.parametrize("first", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize("by_key", [False, True], ids=["by issuer and serial", "by key identifier"])
def test_a_twin_of_the_signers_certificate_is_malformed(scene: Scene, twin: int, first: bool, by_key: bool) -> None:
    enclosed = [scene.twins[twin], own(scene)] if first else [own(scene), scene.twins[twin]]

    with pytest.raises(MalformedSignature, match="more than one certificate"):
        Detached.parse(enclosing(scene.by_key if by_key else scene.der, enclosed))


def test_not_even_the_same_certificate_twice(scene: Scene) -> None:
    with pytest.raises(MalformedSignature, match="more than one certificate"):
        Detached.parse(enclosing(scene.der, [own(scene), own(scene)]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_order_of_enclosed_certificates_decides_nothing(scene: Scene, data: st.DataObject) -> None:
    """What is found is what is found of the signer's certificate alone, whoever else's lie around it; a twin is
    malformed wherever it lies."""
    others = data.draw(st.lists(st.sampled_from([*scene.strangers, *scene.twins]), unique=True))
    der = enclosing(
        data.draw(st.sampled_from([scene.der, scene.by_key])), data.draw(st.permutations([own(scene), *others]))
    )
    if set(others) & set(scene.twins):
        with pytest.raises(MalformedSignature):
            Detached.parse(der)
        return
    with clock.set_to(NOW):
        finding = asyncio.run(scene.verifier.verify(DOCUMENT, Detached.parse(der), NOW))
        alone = asyncio.run(scene.verifier.verify(DOCUMENT, Detached.parse(scene.der), NOW))

    assert finding == alone
    assert finding.certificate is not None
    assert (finding.certificate.iin, finding.certificate.bin) == (HOST_IIN, None)
    assert (finding.intact, finding.trusted, finding.revocation) == (True, True, "good")


def test_a_signature_that_fits_nothing_proves_no_certificate(scene: Scene) -> None:
    finding = asyncio.run(scene.verifier.verify(b"[]", Detached.parse(scene.der), NOW))

    assert (finding.intact, finding.certificate) == (False, None)


@pytest.mark.parametrize("alone", ["twin", "stranger"])
def test_a_certificate_that_did_not_sign_proves_nothing_alone(scene: Scene, alone: str) -> None:
    """In the place of the signer's: a twin by another key fits no signature, a stranger's is nobody's."""
    if alone == "stranger":
        with pytest.raises(MalformedSignature, match="does not enclose"):
            Detached.parse(enclosing(scene.der, scene.strangers))
        return
    finding = asyncio.run(scene.verifier.verify(DOCUMENT, Detached.parse(enclosing(scene.der, scene.twins[:1])), NOW))

    assert (finding.intact, finding.certificate) == (False, None)


def test_a_self_made_certificate_with_the_signers_key_is_foreign(scene: Scene) -> None:
    finding = asyncio.run(scene.verifier.verify(DOCUMENT, Detached.parse(enclosing(scene.der, scene.twins[1:])), NOW))

    assert (finding.intact, finding.trusted) == (True, False)


def test_an_enclosed_empty_document_is_no_detached_signature(scene: Scene) -> None:
    content = cms.ContentInfo.load(scene.der)
    content["content"]["encap_content_info"]["content"] = b""

    with pytest.raises(MalformedSignature, match="encloses a document"):
        Detached.parse(content.dump(force=True))


@dataclass(frozen=True)
class Weak:
    """What of a signature is weak, by the name of the refusal."""

    reason: str
    digest: str = "sha256"
    bits: int = 2_048
    by_sha1: bool = False


WEAK = [
    Weak("signature-weak-digest", digest="sha1"),
    Weak("signature-weak-digest", digest="md5"),
    Weak("signature-weak-digest", by_sha1=True),
    Weak("signature-weak-key", bits=1_024),
]


@pytest.mark.parametrize("weak", WEAK, ids=["SHA-1", "MD5", "certificate by SHA-1", "RSA-1024"])
def test_what_is_weak_is_refused_by_its_own_name(
    scene: Scene, authorities: tuple[Authority, Authority], tmp_path: Path, weak: Weak
) -> None:
    """Made by the authority that is trusted, and good in every other respect."""
    key = generate_private_key(65_537, weak.bits)
    signer = authorities[0].person(HOST_IIN, key=key)
    signer = authorities[0].by_sha1(signer) if weak.by_sha1 else signer
    signature = Detached.parse(signer.sign(DOCUMENT, tmp_path, digest=weak.digest))
    with clock.set_to(NOW):
        finding = asyncio.run(scene.verifier.verify(DOCUMENT, signature, NOW))
    verdict = judge(finding, ClaimedHost("person", HOST_IIN), NOW)

    assert (verdict.outcome, verdict.reason) == ("refused", weak.reason)
