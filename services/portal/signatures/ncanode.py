"""GOST signatures, verified by the operator's NCANode (HTTP, `POST /cms/verify`, versions 3.x).

Its `valid: true` alone proves nothing; what is known of its answers:
- a CMS without signers, or whose signer encloses no certificate, is `valid`;
- it verifies with each certificate that fits the signer, and names all of them as that signer's;
- a document inside the CMS is verified in the place of the one that was sent with it (we take detached ones only);
- `revoked: false` also stands for "could not be asked": only OCSP with the message OK has really answered;
- lists (CRL) that are switched off, missing or another authority's answer `revoked: false` as well, so that a list
  can prove a revocation, never its absence;
- `subject` and `keyUser` are read from the certificate that it verified with: these are judged, no other;
- with revocation asked for, `valid: false` does not say what is wrong, so that it is asked twice: without and with.
"""

import logging
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx
import orjson

from services.portal.rules.stays.signature import (
    EMPLOYEE,
    HEAD,
    MAY_SIGN,
    ORGANISATION,
    PERSON,
    SIGNING,
    Certificate,
    CertificateInfo,
    Revocation,
    RevocationEvidence,
)
from services.portal.signatures.detached import Detached
from shared import clock

_ROLES = {
    "INDIVIDUAL": PERSON,
    "ORGANIZATION": ORGANISATION,
    "CEO": HEAD,
    "CAN_SIGN": MAY_SIGN,
    "EMPLOYEE": EMPLOYEE,
}
"""`keyUser`: its words for the national profile's extended key usages."""

log = logging.getLogger(__name__)


class _NoAnswer(Exception):
    """The server did not answer, or not as documented."""


@dataclass(frozen=True, slots=True)
class NcaNodeVerifier:
    """`url` is the server's address, `http://host:14579`."""

    client: httpx.AsyncClient
    url: str

    async def verify(self, document: bytes, signature: Detached, at: datetime) -> CertificateInfo:
        unknown = CertificateInfo("ncanode", None, None, None, Revocation.UNKNOWN, signature.digests)
        try:
            plain = await self._ask(document, signature, [])
            full = await self._ask(document, signature, ["OCSP", "CRL"])
        except _NoAnswer as reason:
            log.warning("NCANode does not tell: %s", reason)
            return unknown
        if plain is None or full is None:
            return replace(unknown, intact=False)
        return _finding(signature, plain, full, unknown)

    async def _ask(self, document: bytes, signature: Detached, revocation: Sequence[str]) -> dict[str, Any] | None:
        """Its answer; None where it refuses to read the signature with this document. Raises _NoAnswer."""
        question = {
            "cms": b64encode(signature.der).decode(),
            "data": b64encode(document).decode(),
            "revocationCheck": list(revocation),
        }
        try:
            answer = await self.client.post(f"{self.url.rstrip('/')}/cms/verify", json=question)
            if answer.status_code == httpx.codes.BAD_REQUEST:
                return None
            content = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise _NoAnswer(type(error).__name__) from None
        if not isinstance(content, dict) or not isinstance(content.get("valid"), bool):
            raise _NoAnswer("an answer of another form")
        return content


def _finding(
    signature: Detached, plain: dict[str, Any], full: dict[str, Any], unknown: CertificateInfo
) -> CertificateInfo:
    """A proof needs the very certificate that signed, as the server saw it; without it nothing is known."""
    seen, seen_fully = _sole_certificate(plain, signature.serial), _sole_certificate(full, signature.serial)
    certificate = None if seen is None else _read(seen)
    if seen is None or seen_fully is None or certificate is None or _read(seen_fully) != certificate:
        return replace(unknown, intact=None if plain["valid"] else False)
    intact = True if plain["valid"] else (False if seen.get("valid") is True else None)
    revocation = _revocation(seen_fully)
    if revocation is Revocation.GOOD and not full["valid"]:
        revocation = Revocation.UNKNOWN  # it contradicts itself
    relied = () if revocation is Revocation.UNKNOWN else (RevocationEvidence("ncanode", orjson.dumps(full)),)
    trusted = _trusted(certificate, seen)
    return replace(
        unknown, certificate=certificate, intact=intact, trusted=trusted, revocation=revocation, evidence=relied
    )


def _sole_certificate(answer: dict[str, Any], serial: str) -> dict[str, Any] | None:
    """What the answer says of the certificate with this serial number, which it must name alone and as one for signing:
    it verifies with every certificate that fits the signer, and tells of all of them."""
    certificates = list(_certificates(answer))
    number = certificates[0].get("serialNumber") if len(certificates) == 1 else None
    if not isinstance(number, str) or number.lstrip("0").lower() != serial.lstrip("0"):
        return None
    return certificates[0] if certificates[0].get("keyUsage") == "SIGN" else None


def _certificates(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    signers = answer.get("signers")
    for signer in signers if isinstance(signers, list) else []:
        listed = signer.get("certificates") if isinstance(signer, dict) else None
        yield from (each for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict))


def _read(seen: dict[str, Any]) -> Certificate | None:
    """The certificate as the answer names it: holder, roles and times; None where it leaves any of them out."""
    subject, roles = seen.get("subject"), seen.get("keyUser")
    not_before, not_after = _moment(seen.get("notBefore")), _moment(seen.get("notAfter"))
    if not isinstance(subject, dict) or not isinstance(roles, list) or not_before is None or not_after is None:
        return None
    return Certificate(
        serial=seen["serialNumber"].lstrip("0").lower(),
        iin=_text(subject.get("iin")),
        bin=_text(subject.get("bin")),
        usages=SIGNING,  # what SIGN stands for
        roles=frozenset(_ROLES[role] for role in roles if isinstance(role, str) and role in _ROLES),
        not_before=not_before,
        not_after=not_after,
        **_strength(seen.get("signAlg")),
    )


def _strength(algorithm: Any) -> dict[str, Any]:
    """Digest and key as the algorithm tells by which the certificate is signed (SHA1WITHRSA, ECGOST3410-2015-512): the
    national authority signs by GOST what is GOST, and the length of such a key is fixed by the standard."""
    if not isinstance(algorithm, str):
        return {"key_algorithm": None, "key_bits": None, "digest": None}
    is_gost = "GOST" in algorithm.upper()
    digest = algorithm.upper().partition("WITH")[0].lower()
    return {"key_algorithm": "gost" if is_gost else None, "key_bits": 256 if is_gost else None, "digest": digest}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _trusted(certificate: Certificate, seen: dict[str, Any]) -> bool | None:
    """It says whether the issuer is known and the certificate in its time now; one that ran out meanwhile cannot be
    told from a foreign one any more."""
    if seen.get("valid") is True:
        return True
    return False if certificate.not_before <= clock.now() <= certificate.not_after else None


def _revocation(seen: dict[str, Any]) -> Revocation:
    listed = seen.get("revocations")
    told = [each for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict)]
    if any(each.get("revoked") is not False for each in told):
        return Revocation.REVOKED if any(each.get("revoked") is True for each in told) else Revocation.UNKNOWN
    by_ocsp = [each for each in told if each.get("by") == "OCSP"]
    answered = by_ocsp and all(each.get("reason") == "OK" for each in by_ocsp)
    return Revocation.GOOD if answered else Revocation.UNKNOWN
