"""The port: what a case asks of whoever can verify signatures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.portal.rules.stays.signature import CertificateInfo, Revocation
from services.portal.signatures.detached import Detached


class SignatureVerifier(Protocol):
    """Finds out what a signature is worth; never judges, and never raises because a service does not answer: what
    could not be found out is unknown. It answers the certificate that it verified with, so that nobody else needs to
    read one from the signature."""

    async def verify(self, document: bytes, signature: Detached, at: datetime) -> CertificateInfo:
        """About `signature` under exactly the bytes of `document`, received at the moment `at`."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """Where no verifier is set up for a kind of key, nothing can be found out: such signatures wait."""

    async def verify(self, document: bytes, signature: Detached, at: datetime) -> CertificateInfo:
        return CertificateInfo("none", None, None, None, Revocation.UNKNOWN, signature.digests)


@dataclass(frozen=True, slots=True)
class ByAlgorithm:
    """Asks the verifier that understands the signer's key."""

    rsa: SignatureVerifier
    gost: SignatureVerifier

    async def verify(self, document: bytes, signature: Detached, at: datetime) -> CertificateInfo:
        return await (self.gost if signature.is_gost else self.rsa).verify(document, signature, at)
