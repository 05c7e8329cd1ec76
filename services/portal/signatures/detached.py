"""A detached CMS signature (RFC 5652) as it is read here, before anything about it is believed."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from asn1crypto import cms, core, x509

from services.portal.rules.stays.signature import Certificate

GOST_ARCS = ("1.2.398.", "1.2.643.", "1.3.6.1.4.1.6801.")
"""Where the algorithms of Kazakhstan (GOST 34.310 and 34.10-2015) and their forerunners are registered."""


class MalformedSignature(ValueError):
    """It is no detached CMS signature by one signer who encloses the certificate. The message says what it is not."""


@dataclass(frozen=True, slots=True)
class Detached:
    """`der` is the signature as it came; `key` tells one signature from another, however they are wrapped."""

    der: bytes
    signed_data: Any
    signer: Any
    certificate: Certificate
    key: bytes
    is_gost: bool

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Raises MalformedSignature. Nothing is verified yet."""
        try:
            return cls._parse(der)
        except MalformedSignature:
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:  # what asn1crypto raises
            raise MalformedSignature("is not a CMS signature in DER or BER") from error

    @classmethod
    def _parse(cls, der: bytes) -> Self:
        content = cms.ContentInfo.load(der, strict=True)
        if content["content_type"].native != "signed_data":
            raise MalformedSignature("is CMS, but not a signature")
        signed_data = content["content"]
        if not isinstance(signed_data["encap_content_info"]["content"], core.Void):
            raise MalformedSignature("encloses a document; a detached signature is expected")
        if len(signed_data["signer_infos"]) != 1:
            raise MalformedSignature("must be the signature of exactly one signer")
        info = signed_data["signer_infos"][0]
        signer = _signer(signed_data, info["sid"])
        algorithms = (
            info["signature_algorithm"]["algorithm"].dotted,
            signer["tbs_certificate"]["subject_public_key_info"]["algorithm"]["algorithm"].dotted,
        )
        key = sha256(info["signature"].native).digest()
        return cls(der, signed_data, signer, _read(signer), key, any(a.startswith(GOST_ARCS) for a in algorithms))


def _signer(signed_data: Any, sid: Any) -> x509.Certificate:
    certificates = [choice.chosen for choice in signed_data["certificates"] if choice.name == "certificate"]
    found: x509.Certificate | None = next((each for each in certificates if _is(each, sid)), None)
    if found is None:
        raise MalformedSignature("does not enclose the signer's certificate")
    return found


def _is(certificate: x509.Certificate, sid: Any) -> bool:
    if sid.name == "issuer_and_serial_number":
        return bool(
            certificate.issuer == sid.chosen["issuer"]
            and certificate.serial_number == sid.chosen["serial_number"].native
        )
    return bool(certificate.key_identifier == sid.chosen.native)


def _read(certificate: x509.Certificate) -> Certificate:
    usage, roles = certificate.key_usage_value, certificate.extended_key_usage_value
    validity = certificate["tbs_certificate"]["validity"]
    return Certificate(
        serial=format(certificate.serial_number, "x"),
        iin=_number(certificate, "serial_number", "IIN"),
        bin=_number(certificate, "organizational_unit_name", "BIN"),
        usages=frozenset(usage.native) if usage else frozenset(),
        roles=frozenset(role.dotted for role in roles) if roles else frozenset(),
        not_before=validity["not_before"].native,
        not_after=validity["not_after"].native,
    )


def _number(certificate: x509.Certificate, attribute: str, prefix: str) -> str | None:
    """The number behind `prefix`; None where the subject names none, or more than one."""
    values = certificate.subject.native.get(attribute, [])
    named = [value for value in (values if isinstance(values, list) else [values]) if value.startswith(prefix)]
    return named[0].removeprefix(prefix) if len(named) == 1 else None
