"""RSA signatures, verified here by pyHanko: bytes, chain to our trust store, revocation.

Answers of OCSP count only for certificates that name a responder (as the national ones do); lists count for all.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus as _Status
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import AuthorityWithCert

from services.portal.rules.stays.signature import Certificate, CertificateInfo, Revocation
from services.portal.signatures.certificate import read_certificate
from services.portal.signatures.detached import Detached
from services.portal.signatures.revocation import Evidence, RevocationSources

_REVOKED = {AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE}
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
        """Two questions, because a certificate of which nothing is known and a foreign one look alike in one answer:
        first what the bytes and the chain say, then, where they are good, what is known of revocation."""
        # A long list takes a while to look through: not on the loop that answers everybody.
        finding, proved = await asyncio.to_thread(self._prove, document, signature, at)
        if proved is None:
            return finding
        evidence = await self.sources.about(proved.signing_cert, _issuer(proved))
        return await asyncio.to_thread(self._look_up, document, signature, at, finding, evidence)

    def _prove(self, document: bytes, signature: Detached, at: datetime) -> tuple[CertificateInfo, _Status | None]:
        """What is found but for revocation; the status too where that is worth asking for."""
        unproved = CertificateInfo("pyhanko", None, False, None, Revocation.UNKNOWN, signature.digests)
        try:
            status = self._ask(document, signature, at, Evidence([], []), "soft-fail")
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

    def _look_up(
        self, document: bytes, signature: Detached, at: datetime, finding: CertificateInfo, evidence: Evidence
    ) -> CertificateInfo:
        try:
            return replace(finding, revocation=_revocation(self._ask(document, signature, at, evidence, "require")))
        except _ASTRAY as error:  # what cannot be read tells nothing of a signature that was proved
            log.warning("what is known of revocation cannot be followed: %s", type(error).__name__)
            return finding

    def _ask(self, document: bytes, signature: Detached, at: datetime, evidence: Evidence, mode: str) -> _Status:
        context = ValidationContext(
            trust_roots=list(self.trusted),
            moment=at,
            crls=evidence.crls,
            ocsps=evidence.ocsps,
            revocation_mode=mode,
            retroactive_revinfo=True,
        )
        return asyncio.run(
            async_validate_detached_cms(document, signature.signed_data, context, key_usage_settings=_ANY_USAGE)
        )


def _issuer(proved: _Status) -> x509.Certificate | None:
    authority = proved.validation_path.find_issuing_authority(proved.signing_cert) if proved.validation_path else None
    return authority.certificate if isinstance(authority, AuthorityWithCert) else None


def _trusted(certificate: Certificate, at: datetime) -> bool | None:
    """Without a good chain: False, unless the certificate is out of its time. Then that is what is wrong with it, and
    where it comes from was not looked at."""
    return False if certificate.not_before <= at <= certificate.not_after else None


def _revocation(status: _Status) -> Revocation:
    if status.trust_problem_indic is None:
        return Revocation.GOOD
    return Revocation.REVOKED if status.trust_problem_indic in _REVOKED else Revocation.UNKNOWN
