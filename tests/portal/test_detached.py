"""Reading a CMS signature that a stranger sent: it is one, or it is malformed; nothing else can happen."""

import asyncio
from pathlib import Path

import httpx
import pytest
from asn1crypto import cms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.portal.rules.stays.signature import Revocation
from services.portal.signatures.detached import Detached, MalformedSignature
from services.portal.signatures.revocation import RevocationSources
from services.portal.signatures.rsa import RsaVerifier, trusted_certificates
from tests.portal.authority import NOW, Authority
from tests.portal.hosts import HOST_IIN


@pytest.fixture(scope="module")
def der(authorities: tuple[Authority, Authority], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder: Path = tmp_path_factory.mktemp("signature")
    return authorities[0].person(HOST_IIN).sign(b"{}", folder)


@pytest.fixture(scope="module")
def verifier(authorities: tuple[Authority, Authority], tmp_path_factory: pytest.TempPathFactory) -> RsaVerifier:
    """It trusts the signer's authority, and knows nothing of revocation."""
    folder: Path = tmp_path_factory.mktemp("trust")
    authorities[0].write_trust(folder)
    return RsaVerifier(trusted_certificates(folder), RevocationSources(httpx.AsyncClient()))


def parses(der: bytes) -> bool:
    try:
        Detached.parse(der)
    except MalformedSignature:
        return False
    return True


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    assert not parses(content)


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=8), cut=st.booleans()
)
def test_a_signature_with_changed_bytes(der: bytes, changes: list[tuple[int, int]], cut: bool) -> None:
    changed = bytearray(der)
    for place, value in changes:
        changed[place % len(changed)] = value
    parses(bytes(changed[: changes[0][0]] if cut else changed))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2_000), value=st.integers(0, 255))
def test_whatever_can_be_read_can_be_judged(verifier: RsaVerifier, der: bytes, place: int, value: int) -> None:
    changed = bytearray(der)
    changed[place % len(changed)] = value
    if parses(bytes(changed)):
        finding = asyncio.run(verifier.verify(b"{}", Detached.parse(bytes(changed)), NOW))
        assert finding.revocation is Revocation.UNKNOWN


@pytest.mark.parametrize("algorithm", ["2.16.840.1.101.3.4.56.1", "1.3.14.3.2.26"], ids=["unknown", "SHA-1"])
def test_another_digest_fits_no_document(verifier: RsaVerifier, der: bytes, algorithm: str) -> None:
    content = cms.ContentInfo.load(der)
    content["content"]["signer_infos"][0]["digest_algorithm"] = {"algorithm": algorithm}
    finding = asyncio.run(verifier.verify(b"{}", Detached.parse(content.dump(force=True)), NOW))

    assert finding.intact is False


def test_the_key_is_that_of_the_signatures_value_alone(der: bytes) -> None:
    assert parses(der)
    assert Detached.parse(der).key == Detached.parse(Detached.parse(der).der).key
    assert not parses(der + b"\0")
