"""Whether the certificates of a proved path are revoked (RFC 5280, 6.3; RFC 6960): each list and answer by itself.

pyHanko stops at the first that says good, so that a list which names the certificate is never opened behind an answer
that does not. Here all of them are heard, and what cannot be followed tells nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from asn1crypto import crl, x509
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import RevokedError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from services.portal.rules.stays.signature import Revocation, RevocationEvidence, decided
from services.portal.signatures.revocation import Evidence

log = logging.getLogger(__name__)

Standing = tuple[Revocation, tuple[RevocationEvidence, ...]]
"""What is known of revocation, and by what."""


def standing(path: ValidationPath, trusted: Sequence[x509.Certificate], at: datetime, evidence: Evidence) -> Standing:
    """Of all certificates on `path` but the trusted one, at the moment `at`: good only where each of them is."""
    return asyncio.run(_standing(path, trusted, at, evidence))


async def _standing(
    path: ValidationPath, trusted: Sequence[x509.Certificate], at: datetime, evidence: Evidence
) -> Standing:
    relied: list[RevocationEvidence] = []
    found: list[Revocation] = []
    for certificate in path.iter_certs(include_root=False):
        told = [each async for each in _told(certificate, path, trusted, at, evidence)]
        relied += [item for says, item in told if says is not Revocation.UNKNOWN]
        found.append(decided(says for says, _ in told))
    if Revocation.REVOKED in found:
        return Revocation.REVOKED, tuple(relied)
    return Revocation.GOOD if found and set(found) == {Revocation.GOOD} else Revocation.UNKNOWN, tuple(relied)


async def _told(
    certificate: x509.Certificate,
    path: ValidationPath,
    trusted: Sequence[x509.Certificate],
    at: datetime,
    evidence: Evidence,
) -> AsyncIterator[tuple[Revocation, RevocationEvidence]]:
    """What each list (with the changes to it, which are lists as well) and each answer tells of one certificate."""

    def known(crls: Sequence[crl.CertificateList], ocsps: Sequence[bytes]) -> ValidationContext:
        between = list(path.iter_certs(include_root=False))
        return ValidationContext(
            trust_roots=list(trusted),
            other_certs=between,
            moment=at,
            crls=crls,
            ocsps=ocsps,
            revocation_mode="require",
            retroactive_revinfo=True,
        )

    changes = [each for each in evidence.crls if each.delta_crl_indicator_value is not None]
    for listed in (each for each in evidence.crls if each not in changes):
        of_it = [listed, *(change for change in changes if change.issuer == listed.issuer)]
        says = await _asked(verify_crl, certificate, path, partial(known, of_it, []))
        for each in of_it:
            yield says, RevocationEvidence("crl", each.dump())
    for answer in evidence.ocsps:
        # Lists only tell of the responder's own certificate; one that is broken must not spoil the answer.
        for lists in ([], evidence.crls):
            says = await _asked(verify_ocsp_response, certificate, path, partial(known, lists, [answer]))
            if says is not Revocation.UNKNOWN:
                break
        yield says, RevocationEvidence("ocsp", answer)


async def _asked(
    verify: Callable[[x509.Certificate, ValidationPath, ValidationContext], Awaitable[None]],
    certificate: x509.Certificate,
    path: ValidationPath,
    context: Callable[[], ValidationContext],
) -> Revocation:
    try:
        await verify(certificate, path, context())
    except RevokedError:
        return Revocation.REVOKED
    except ValidationError:  # about another certificate, of another authority, out of date
        return Revocation.UNKNOWN
    except Exception as error:  # whatever a stranger's bytes lead to: it must not decide about the signature
        log.warning("evidence of revocation cannot be followed: %s", type(error).__name__)
        return Revocation.UNKNOWN
    return Revocation.GOOD
