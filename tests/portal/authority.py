"""A certification authority of the tests' own: certificates of the national profile, lists, answers, signatures.

Signatures are made by the openssl command line, as any host's software might make them.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from services.portal.rules.stays.signature import EMPLOYEE, HEAD, ORGANISATION, PERSON

NOW = datetime(2026, 3, 27, 7, tzinfo=UTC)  # noon in Almaty, Friday after Nauryz
EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string
RESPONDER = x509.AuthorityInformationAccess(
    [
        x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.kosh.invalid")
        )
    ]
)
"""As national certificates name theirs; nobody asks it."""
_serials = count(1_000)


@dataclass(frozen=True)
class Signer:
    """A holder of a key and its certificate."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    def sign(self, document: bytes, folder: Path, *options: str, digest: str = "sha256") -> bytes:
        """A CMS signature in DER; detached unless `options` say otherwise."""
        (folder / "key.pem").write_bytes(_private(self.key))
        (folder / "certificate.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        (folder / "document").write_bytes(document)
        command = ["openssl", "cms", "-sign", "-binary", "-in", "document", "-signer", "certificate.pem"]
        command += ["-inkey", "key.pem", "-md", digest, "-outform", "DER", *options]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


@dataclass
class Authority:
    """Issues certificates valid from a year before `now` to a year after it, unless asked otherwise."""

    name: str
    now: datetime
    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65_537, 2_048))
    signer_key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65_537, 2_048))
    revoked: list[x509.RevokedCertificate] = field(default_factory=list)
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        usage = _usage(key_cert_sign=True, crl_sign=True)
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]), self.key, 3650)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self.certificate = builder.add_extension(usage, True).sign(self.key, SHA256())

    def write_trust(self, folder: Path) -> None:
        (folder / "authority.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def person(self, iin: str, **options: Any) -> Signer:
        return self._issue([(NameOID.SERIAL_NUMBER, f"IIN{iin}")], (PERSON,), **options)

    def of_organisation(self, bin: str, iin: str, *roles: str, **options: Any) -> Signer:
        subject = [(NameOID.SERIAL_NUMBER, f"IIN{iin}"), (NameOID.ORGANIZATIONAL_UNIT_NAME, f"BIN{bin}")]
        return self._issue(subject, (ORGANISATION, *(roles or (HEAD,))), **options)

    def employee(self, bin: str, iin: str) -> Signer:
        return self.of_organisation(bin, iin, EMPLOYEE)

    def _issue(
        self,
        subject: list[tuple[x509.ObjectIdentifier, str]],
        roles: tuple[str, ...],
        *,
        days: int = 365,
        signs: bool = True,
        key: RSAPrivateKey | None = None,
    ) -> Signer:
        names = [x509.NameAttribute(NameOID.COMMON_NAME, "ИВАНОВ ИВАН"), x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ")]
        names += [x509.NameAttribute(oid, value) for oid, value in subject]
        purposes = x509.ExtendedKeyUsage([x509.ObjectIdentifier(role) for role in (EMAIL, *roles)])
        usage = _usage(digital_signature=True, content_commitment=signs, key_encipherment=not signs)
        key = key or self.signer_key
        builder = self._builder(x509.Name(names), key, days).add_extension(usage, True)
        builder = builder.add_extension(purposes, False).add_extension(RESPONDER, False)
        return Signer(key, builder.sign(self.key, SHA256()))

    def by_sha1(self, signer: Signer) -> Signer:
        """The same certificate as if it were signed by SHA-1, which no present library does any more."""
        certificate = asn1.Certificate.load(signer.certificate.public_bytes(Encoding.DER))
        certificate["tbs_certificate"]["signature"] = certificate["signature_algorithm"] = {"algorithm": "sha1_rsa"}
        certificate["signature_value"] = self.key.sign(certificate["tbs_certificate"].dump(), PKCS1v15(), SHA1())  # noqa: S303
        return Signer(signer.key, x509.load_der_x509_certificate(certificate.dump()))

    def _builder(self, subject: x509.Name, key: RSAPrivateKey, days: int) -> x509.CertificateBuilder:
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(next(_serials))
            .not_valid_before(self.now - timedelta(days=365))
            .not_valid_after(self.now + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        )

    def revoke(self, signer: Signer, at: datetime) -> Self:
        builder = x509.RevokedCertificateBuilder().serial_number(signer.certificate.serial_number)
        self.revoked.append(builder.revocation_date(at).build())
        return self

    def write_list(self, folder: Path, *, age: timedelta = timedelta(hours=1)) -> None:
        """The revocation list, issued `age` ago, good for a day."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(self.now - age).next_update(self.now - age + timedelta(days=1))
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False
        ).add_extension(x509.CRLNumber(1), False)
        for revoked in self.revoked:
            builder = builder.add_revoked_certificate(revoked)
        (folder / "list.crl").write_bytes(builder.sign(self.key, SHA256()).public_bytes(Encoding.DER))

    def answer(self, signer: Signer, status: ocsp.OCSPCertStatus) -> bytes:
        """An OCSP answer about one certificate."""
        revoked_at = self.now - timedelta(days=2) if status is ocsp.OCSPCertStatus.REVOKED else None
        builder = ocsp.OCSPResponseBuilder().add_response(
            signer.certificate,
            self.certificate,
            SHA1(),  # noqa: S303  (names the issuer only)
            status,
            self.now - timedelta(hours=1),
            self.now + timedelta(hours=1),
            revoked_at,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
        return builder.sign(self.key, SHA256()).public_bytes(Encoding.DER)


def _usage(**usages: bool) -> x509.KeyUsage:
    every = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(every | usages))


def twin_of(signer: Signer, key: RSAPrivateKey, bin: str, iin: str) -> bytes:
    """A certificate that its holder made alone, in DER: issuer, serial number and key identifier are the signer's, name
    and roles those of another."""
    own = signer.certificate
    subject = [(NameOID.SERIAL_NUMBER, f"IIN{iin}"), (NameOID.ORGANIZATIONAL_UNIT_NAME, f"BIN{bin}")]
    roles = x509.ExtendedKeyUsage([x509.ObjectIdentifier(role) for role in (PERSON, ORGANISATION, HEAD)])
    builder = x509.CertificateBuilder().serial_number(own.serial_number).issuer_name(own.issuer)
    builder = builder.subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in subject]))
    builder = builder.not_valid_before(own.not_valid_before_utc).not_valid_after(own.not_valid_after_utc)
    for copied in (x509.SubjectKeyIdentifier, x509.KeyUsage):
        builder = builder.add_extension(own.extensions.get_extension_for_class(copied).value, False)
    builder = builder.public_key(key.public_key()).add_extension(roles, False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def enclosing(der: bytes, certificates: Sequence[bytes]) -> bytes:
    """The signature `der` with these certificates in it, in this order, in the place of its own."""
    content = cms.ContentInfo.load(der)
    signed = content["content"]
    parts = [signed[name].dump() for name in ("version", "digest_algorithms", "encap_content_info")]
    parts += [_tagged(0xA0, b"".join(certificates)), signed["signer_infos"].dump()]
    return _tagged(0x30, content["content_type"].dump() + _tagged(0xA0, _tagged(0x30, b"".join(parts))))


def _tagged(tag: int, content: bytes) -> bytes:
    """A DER element with a length of the long form."""
    length = len(content).to_bytes(4)
    return bytes([tag, 0x84]) + length + content


def _private(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
