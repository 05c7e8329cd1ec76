"""RSA signatures, verified here by pyHanko: bytes, chain to our trust store, revocation."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.path import ValidationPath

from services.portal.rules.stays.signature import Certificate, CertificateInfo, Revocation
from services.portal.signatures.certificate import read_certificate
from services.portal.signatures.detached import Detached
from services.portal.signatures.revocation import RevocationSources
from services.portal.signatures.standing import standing

_ASTRAY = (
    *(SignatureValidationError, CMSExtractionError, CMSStructuralError, UnsupportedAlgorithm),
    *(ArithmeticError, AttributeError, LookupError, NameError, TypeError, ValueError),
)
"""What pyHanko raises where a stranger's bytes lead it: such a signature fits no document."""

CERTIFICATES = {".pem", ".crt", ".cer", ".der"}
_ANY_USAGE = KeyUsageConstraints(key_usage=set(), match_all_key_usages=False)  # our own rule judges the usage

log = logging.getLogger(__name__)
for _name in ("pyhanko", "pyhanko_certvalidator"):  # their warnings name the certificate's holder
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def trusted_certificates(folder: Path) -> list[x509.Certificate]:
    """Every certificate in the files of `folder` (PEM, several in a file, or DER): each of them is a trusted issuer.
    Raises ValueError where a file holds anything else."""
    found: list[x509.Certificate] = []
    for path in sorted(path for path in folder.iterdir() if path.suffix in CERTIFICATES):
        content = path.read_bytes()
        ders = [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
        found += [_certificate(der) for der in ders]
    return found


def _certificate(der: bytes) -> x509.Certificate:
    found: x509.Certificate = x509.Certificate.load(der, strict=True)
    found["tbs_certificate"].native  # noqa: B018  (a key in DER is one sequence as well: only its content tells)
    return found


@dataclass(frozen=True, slots=True)
class RsaVerifier:
    """Trusts what comes from `trusted`; relies on `sources` for revocation."""

    trusted: Sequence[x509.Certificate]
    sources: RevocationSources

    async def verify(self, document: bytes, signature: Detached, at: datetime) -> CertificateInfo:
        """Two questions: first what the bytes and the chain say, then, where they are good, what is known of
        revocation. So a stranger's certificate is asked about nowhere."""
        # A long list takes a while to look through: not on the loop that answers everybody.
        finding, proved = await asyncio.to_thread(self._prove, document, signature, at)
        if proved is None or proved.validation_path is None:
            return finding
        path = proved.validation_path
        evidence = await self.sources.about(proved.signing_cert, _issuer(path, proved.signing_cert))
        known, relied = await asyncio.to_thread(standing, path, self.trusted, at, evidence)
        return replace(finding, revocation=known, evidence=relied)

    def _prove(
        self, document: bytes, signature: Detached, at: datetime
    ) -> tuple[CertificateInfo, StandardCMSSignatureStatus | None]:
        """What is found but for revocation; the status too where that is worth asking for."""
        unproved = CertificateInfo("pyhanko", None, False, None, Revocation.UNKNOWN, signature.digests)
        try:
            status = self._ask(document, signature, at)
            if not (status.intact and status.valid):
                return unproved, None
            certificate = read_certificate(status.signing_cert)
        except _ASTRAY as error:
            log.warning("a signature cannot be followed: %s", type(error).__name__)
            return unproved, None
        proved = replace(unproved, certificate=certificate, intact=True)
        if status.trust_problem_indic is not None:
            return replace(proved, trusted=_trusted(certificate, at)), None
        return replace(proved, trusted=True), status

    def _ask(self, document: bytes, signature: Detached, at: datetime) -> StandardCMSSignatureStatus:
        context = ValidationContext(trust_roots=list(self.trusted), moment=at, revocation_mode="soft-fail")
        return asyncio.run(
            async_validate_detached_cms(document, signature.signed_data, context, key_usage_settings=_ANY_USAGE)
        )


def _issuer(path: ValidationPath, certificate: x509.Certificate) -> x509.Certificate | None:
    authority = path.find_issuing_authority(certificate)
    return authority.certificate if isinstance(authority, AuthorityWithCert) else None


def _trusted(certificate: Certificate, at: datetime) -> bool | None:
    """Without a good chain: False, unless the certificate is out of its time. Then that is what is wrong with it, and
    where it comes from was not looked at."""
    return False if certificate.not_before <= at <= certificate.not_after else None
