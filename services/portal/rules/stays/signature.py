"""What a signature under a host's notice proves: the demands on a national certificate, put to what was found.

A verifier (services.portal.signatures) finds out; this rule judges. What is unknown makes a signature pending: it is
then neither valid nor forged. Source: law 370-II of 07.01.2003 on electronic documents and digital signatures, and
the certificate profile of the national certification authority (neither read in the original).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal

PERSON = "1.2.398.3.3.4.1.1"
ORGANISATION = "1.2.398.3.3.4.1.2"
HEAD = "1.2.398.3.3.4.1.2.1"
MAY_SIGN = "1.2.398.3.3.4.1.2.2"
EMPLOYEE = "1.2.398.3.3.4.1.2.5"  # belongs to the organisation, but does not bind it

SIGNING = frozenset({"digital_signature", "non_repudiation"})


WEAK_DIGESTS = frozenset({"md2", "md4", "md5", "sha1"})
"""For which two documents of one digest can be made: RFC 6149, 6150, 6151 and 6194."""

LEAST_BITS = {"rsa": 2_048, "rsassa_pss": 2_048, "dsa": 2_048, "ec": 224, "gost": 256}
"""Of a key by which one may sign: the national profile asks for RSA-2048 or GOST; the others as NIST SP 800-131A."""


class Revocation(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


def decided(told: Iterable[Revocation]) -> Revocation:
    """Of what several lists and answers tell about one certificate: any that says revoked wins over all that say good,
    whatever their order."""
    known = set(told)
    return next((each for each in (Revocation.REVOKED, Revocation.GOOD) if each in known), Revocation.UNKNOWN)


@dataclass(frozen=True, slots=True)
class RevocationEvidence:
    """What was relied on: a list (CRL) or an answer (OCSP) in DER, or an answer of NCANode in JSON."""

    kind: Literal["crl", "ocsp", "ncanode"]
    content: bytes

    @property
    def digest(self) -> bytes:
        return sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the certificate that was verified with says: `iin` from serialNumber=IIN..., `bin` from OU=BIN..., `roles`
    as object identifiers, key `usages` as RFC 5280 names them, `digest` as that by which its issuer signed it (None
    where it is not told)."""

    serial: str
    iin: str | None
    bin: str | None
    usages: frozenset[str]
    roles: frozenset[str]
    not_before: datetime
    not_after: datetime
    key_algorithm: str | None
    key_bits: int | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """What a verifier found out about one signature; None is "could not be found out".

    `certificate`: the one by whose key it verified the signature, never one that merely lies beside it; None where no
    certificate was proved. `intact`: the signature fits exactly these bytes and this certificate. `trusted`: the
    certificate comes from an authority that we trust. `digests`: by which hash functions the signature was made.
    `evidence`: what told whether the certificate is revoked.
    """

    verifier: str
    certificate: Certificate | None
    intact: bool | None
    trusted: bool | None
    revocation: Revocation
    digests: frozenset[str]
    evidence: tuple[RevocationEvidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedHost:
    """Whom the notice names as host: by IIN or BIN."""

    kind: Literal["person", "organisation"]
    number: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand and how it was met: None is "not known". `reason` is the name of the refusal."""

    reason: str
    says: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """`reason` and `says` are those of the first demand that was not met, or is not known."""

    outcome: Literal["valid", "refused", "pending"]
    reason: str | None
    says: str | None
    demands: tuple[Requirement, ...]


def judge(finding: CertificateInfo, host: ClaimedHost, at: datetime) -> ValidationResult:
    """The verdict on a signature received at the moment `at`."""
    demands = _demands(finding, host, at)
    outcomes: tuple[tuple[Literal["refused", "pending"], bool | None], ...] = (("refused", False), ("pending", None))
    for outcome, met in outcomes:
        if failed := next((demand for demand in demands if demand.met is met), None):
            return ValidationResult(outcome, failed.reason, failed.says, demands)
    return ValidationResult("valid", None, None, demands)


def _demands(finding: CertificateInfo, host: ClaimedHost, at: datetime) -> tuple[Requirement, ...]:
    good = {Revocation.GOOD: True, Revocation.REVOKED: False, Revocation.UNKNOWN: None}[finding.revocation]

    def certified(demand: Callable[[Certificate], bool]) -> bool | None:
        return None if finding.certificate is None else demand(finding.certificate)

    return (
        Requirement("signature-altered", "The signature fits exactly the submitted document.", finding.intact),
        Requirement(
            "signature-weak-digest",
            "Signature and certificate are made with a digest that cannot be forged: SHA-256 or better, or GOST.",
            _digests_hold(finding),
        ),
        Requirement(
            "signature-weak-key",
            "The certificate's key is long enough: RSA of 2048 bits or more, or GOST.",
            None if finding.certificate is None else _key_holds(finding.certificate),
        ),
        Requirement("signature-foreign", "The certificate comes from a trusted authority.", finding.trusted),
        Requirement(
            "signature-expired",
            "The certificate is within its time when the notice is received.",
            certified(lambda certificate: certificate.not_before <= at <= certificate.not_after),
        ),
        Requirement("signature-revoked", "The certificate is known not to be revoked.", good),
        Requirement(
            "signature-key-usage",
            "The certificate's key is for signing.",
            certified(lambda certificate: certificate.usages >= SIGNING),
        ),
        Requirement(
            "signature-wrong-person",
            "The certificate belongs to the host of the notice.",
            certified(lambda certificate: _is_host(certificate, host)),
        ),
        Requirement(
            "signature-role",
            "The signer may act for the host.",
            certified(lambda certificate: _may_act(certificate, host)),
        ),
    )


def _digests_hold(finding: CertificateInfo) -> bool | None:
    """One weak one is enough; that of the certificate is known once it is proved."""
    used = {*finding.digests, finding.certificate.digest if finding.certificate else None}
    if used & WEAK_DIGESTS:
        return False
    return None if None in used or not finding.digests else True


def _key_holds(certificate: Certificate) -> bool | None:
    least = LEAST_BITS.get(certificate.key_algorithm or "")
    return None if least is None or certificate.key_bits is None else certificate.key_bits >= least


def _is_host(certificate: Certificate, host: ClaimedHost) -> bool:
    """The national profile names a person in every certificate; an organisation's names whoever acts for it too."""
    if host.kind == "person":
        return certificate.iin == host.number
    return certificate.bin == host.number and certificate.iin is not None


def _may_act(certificate: Certificate, host: ClaimedHost) -> bool:
    if host.kind == "person":
        return PERSON in certificate.roles
    return bool(certificate.roles & {HEAD, MAY_SIGN})
