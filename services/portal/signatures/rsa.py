"""RSA signatures, verified here by pyHanko: bytes, chain to our trust store, revocation.

Answers of OCSP count only for certificates that name a responder (as the national ones do); lists count for all.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext

from services.portal.rules.stays.signature import CertificateInfo, Revocation
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
    """Every certificate in the files of `folder` (PEM, several in a file, or DER): each of them is a trusted issuer."""
    found: list[x509.Certificate] = []
    for path in sorted(path for path in folder.iterdir() if path.suffix in CERTIFICATES):
        content = path.read_bytes()
        ders = [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
        found += [x509.Certificate.load(der, strict=True) for der in ders]
    return found


@dataclass(frozen=True, slots=True)
class RsaVerifier:
    """Trusts what comes from `trusted`; relies on `sources` for revocation."""

    trusted: Sequence[x509.Certificate]
    sources: RevocationSources

    async def verify(self, document: bytes, signature: Detached, at: datetime) -> CertificateInfo:
        issuer = next((each for each in self.trusted if each.subject == signature.signer.issuer), None)
        evidence = await self.sources.about(signature.signer, issuer)
        # A long list takes a while to look through: not on the loop that answers everybody.
        return await asyncio.to_thread(self._verify, document, signature, at, evidence)

    def _verify(self, document: bytes, signature: Detached, at: datetime, evidence: Evidence) -> CertificateInfo:
        """Two questions, because a certificate of which nothing is known and a foreign one look alike in one answer:
        first what the bytes and the chain say, then, where they are good, what is known of revocation."""
        unknown = Revocation.UNKNOWN
        try:
            plain = self._ask(document, signature, at, Evidence([], []), "soft-fail")
            if not (plain.intact and plain.valid):
                return CertificateInfo("pyhanko", signature.certificate, False, None, unknown)
            if plain.trust_problem_indic is not None:
                return CertificateInfo("pyhanko", signature.certificate, True, _trusted(signature, at), unknown)
            full = self._ask(document, signature, at, evidence, "require")
        except _ASTRAY as error:
            log.warning("a signature cannot be followed: %s", type(error).__name__)
            return CertificateInfo("pyhanko", signature.certificate, False, None, unknown)
        return CertificateInfo("pyhanko", signature.certificate, True, True, _revocation(full))

    def _ask(
        self, document: bytes, signature: Detached, at: datetime, evidence: Evidence, mode: str
    ) -> StandardCMSSignatureStatus:
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


def _trusted(signature: Detached, at: datetime) -> bool | None:
    """Without a good chain: False, unless the certificate is out of its time. Then that is what is wrong with it, and
    where it comes from was not looked at."""
    return False if signature.certificate.not_before <= at <= signature.certificate.not_after else None


def _revocation(status: StandardCMSSignatureStatus) -> Revocation:
    if status.trust_problem_indic is None:
        return Revocation.GOOD
    return Revocation.REVOKED if status.trust_problem_indic in _REVOKED else Revocation.UNKNOWN
