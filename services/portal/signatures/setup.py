"""The verifier that the settings describe."""

from pathlib import Path

import httpx

from services.portal.signatures.ncanode import NcaNodeVerifier
from services.portal.signatures.port import ByAlgorithm, Nobody, SignatureVerifier
from services.portal.signatures.revocation import RevocationSources


def make_verifier(
    client: httpx.AsyncClient,
    *,
    trusted: Path | None = None,
    revocation: Path | None = None,
    crl_urls: str = "",
    ocsp_url: str | None = None,
    ncanode_url: str | None = None,
) -> SignatureVerifier:
    """RSA here, GOST by NCANode, each as far as it is set up. Where nobody is trusted yet, no signature is refused as
    foreign: it waits. Raises OSError, ValueError for a bad trust folder."""
    rsa = _rsa(trusted, RevocationSources(client, revocation, crl_urls.split(), ocsp_url)) if trusted else Nobody()
    return ByAlgorithm(rsa, NcaNodeVerifier(client, ncanode_url) if ncanode_url else Nobody())


def _rsa(trusted: Path, sources: RevocationSources) -> SignatureVerifier:
    # Here: pyHanko is a second of CPU to load, and has nothing to do where no trust folder is set.
    from services.portal.signatures.rsa import RsaVerifier, trusted_certificates

    issuers = trusted_certificates(trusted)
    return RsaVerifier(issuers, sources) if issuers else Nobody()
