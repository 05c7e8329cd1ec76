"""Where it stands which certificates are revoked: lists (CRL) and answers (OCSP) from files and addresses.

What cannot be had or read is left out; whether a certificate is revoked is then unknown, which its judge must bear.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from asn1crypto import crl, ocsp, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder

from shared import clock

FRESH = timedelta(minutes=10)
"""For so long a list from an address is not asked for again; every list says itself until when it may be relied on."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What asn1crypto raises where bytes are not what they should be."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Lists and answers that may concern one certificate; none of them is verified yet."""

    crls: list[crl.CertificateList]
    ocsps: list[bytes]


@dataclass(slots=True)
class RevocationSources:
    """`folder` holds *.crl and *.ocsp files, which may be replaced at any time; `crl_urls` and `ocsp_url` are asked."""

    client: httpx.AsyncClient
    folder: Path | None = None
    crl_urls: Sequence[str] = ()
    ocsp_url: str | None = None
    _files: dict[Path, tuple[int, crl.CertificateList | None]] = field(default_factory=dict)
    _fetched: dict[str, tuple[datetime, crl.CertificateList]] = field(default_factory=dict)

    async def about(self, certificate: asn1.Certificate, issuer: asn1.Certificate | None) -> Evidence:
        """What is known that may concern `certificate`."""
        fetched = [found for url in self.crl_urls if (found := await self._from(url))]
        answers = [*self._answers(), *await self._asked(certificate, issuer)]
        return Evidence([*self._from_files(), *fetched], [each for each in answers if _is_answer(each)])

    def _from_files(self) -> list[crl.CertificateList]:
        found = [self._from_file(path) for path in self._paths("*.crl")]
        return [each for each in found if each is not None]

    def _from_file(self, path: Path) -> crl.CertificateList | None:
        """The list in the file, looked at again where the file was replaced; None where it cannot be read."""
        try:
            changed = path.stat().st_mtime_ns
            if self._files.get(path, (0, None))[0] != changed:
                self._files[path] = (changed, _file_list(path.read_bytes()))
        except OSError as error:  # it is being replaced, or not for us to read
            log.warning("a revocation list cannot be had: %s", type(error).__name__)
            return None
        return self._files[path][1]

    def _answers(self) -> list[bytes]:
        found = []
        for path in self._paths("*.ocsp"):
            try:
                found.append(path.read_bytes())
            except OSError as error:
                log.warning("an OCSP answer cannot be had: %s", type(error).__name__)
        return found

    def _paths(self, pattern: str) -> list[Path]:
        return sorted(self.folder.glob(pattern)) if self.folder else []

    async def _from(self, url: str) -> crl.CertificateList | None:
        asked_at, known = self._fetched.get(url, (None, None))
        if asked_at is not None and clock.now() - asked_at < FRESH:
            return known
        try:
            answer = (await self.client.get(url)).raise_for_status()
            known = _list(answer.content)
        except (httpx.HTTPError, *UNREADABLE) as error:
            log.warning("the revocation list of %s cannot be had: %s", httpx.URL(url).host, type(error).__name__)
            return known
        self._fetched[url] = (clock.now(), known)
        return known

    async def _asked(self, certificate: asn1.Certificate, issuer: asn1.Certificate | None) -> list[bytes]:
        if self.ocsp_url is None or issuer is None:
            return []
        try:
            question = _question(certificate, issuer)
            headers = {"Content-Type": "application/ocsp-request"}
            answer = (await self.client.post(self.ocsp_url, content=question, headers=headers)).raise_for_status()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("the OCSP responder cannot be asked: %s", type(error).__name__)
            return []
        return [answer.content]


def _file_list(content: bytes) -> crl.CertificateList | None:
    try:
        return _list(content)
    except UNREADABLE as error:
        log.warning("a revocation list cannot be read: %s", type(error).__name__)
        return None


def _is_answer(content: bytes) -> bool:
    """Whether it is an OCSP answer at all: one that is not would spoil the reading of the others."""
    try:
        return bool(ocsp.OCSPResponse.load(content, strict=True).native["response_status"] == "successful")
    except UNREADABLE as error:
        log.warning("an OCSP answer cannot be read: %s", type(error).__name__)
        return False


def _list(content: bytes) -> crl.CertificateList:
    der = pem.unarmor(content)[2] if pem.detect(content) else content
    found: crl.CertificateList = crl.CertificateList.load(der, strict=True)
    head = found["tbs_cert_list"]  # the outer length alone says nothing; the long list itself is read when it is asked
    for name in ("signature", "issuer", "this_update", "next_update", "crl_extensions"):
        head[name].native  # noqa: B018
    return found


def _question(certificate: asn1.Certificate, issuer: asn1.Certificate) -> bytes:
    asked, by = (x509.load_der_x509_certificate(each.dump()) for each in (certificate, issuer))
    request = OCSPRequestBuilder().add_certificate(asked, by, SHA1()).build()  # noqa: S303  (it only names the issuer)
    return request.public_bytes(Encoding.DER)
