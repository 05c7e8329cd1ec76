"""A detached CMS signature (RFC 5652) as it is read here, before anything about it is believed."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from asn1crypto import cms, core, x509

GOST_ARCS = ("1.2.398.", "1.2.643.", "1.3.6.1.4.1.6801.")
"""Where the algorithms of Kazakhstan (GOST 34.310 and 34.10-2015) and their forerunners are registered."""


class MalformedSignature(ValueError):
    """It is no detached CMS signature by one signer who encloses the certificate. The message says what it is not."""


@dataclass(frozen=True, slots=True)
class Detached:
    """`der` is the signature as it came; `key` tells one signature from another, however they are wrapped.

    `serial` is the number (hexadecimal) of the one enclosed certificate that fits the signer. What else a certificate
    says is for a verifier to answer, of the one that it verified with: strangers enclose what they like. `digests` are
    the hash functions that the signature names: an unknown one by its object identifier.
    """

    der: bytes
    signed_data: Any
    serial: str
    key: bytes
    is_gost: bool
    digests: frozenset[str]

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
        serial = format(signer.serial_number, "x")
        is_gost = any(each.startswith(GOST_ARCS) for each in algorithms)
        return cls(der, signed_data, serial, key, is_gost, _digests(info))


def _digests(info: Any) -> frozenset[str]:
    """Of the document, and of what the key signed: some algorithms name it, for others it is the same."""
    try:
        signed = info["signature_algorithm"].hash_algo
    except ValueError:
        signed = None
    return frozenset({info["digest_algorithm"]["algorithm"].native} | ({signed} if signed else set()))


def _signer(signed_data: Any, sid: Any) -> x509.Certificate:
    """The enclosed certificate that fits the signer identifier (RFC 5652, 5.3). Raises MalformedSignature where none
    does, or where another one could be taken for it, by whatever reading of names a verifier has."""
    certificates = [choice.chosen for choice in signed_data["certificates"] if choice.name == "certificate"]
    found: x509.Certificate | None = next((each for each in certificates if _is(each, sid)), None)
    if found is None:
        raise MalformedSignature("does not enclose the signer's certificate")
    if any(each is not found and _is_twin(each, found) for each in certificates):
        raise MalformedSignature("encloses more than one certificate that fits its signer")
    return found


def _is(certificate: x509.Certificate, sid: Any) -> bool:
    if sid.name == "issuer_and_serial_number":
        return bool(
            certificate.issuer == sid.chosen["issuer"]
            and certificate.serial_number == sid.chosen["serial_number"].native
        )
    return bool(certificate.key_identifier == sid.chosen.native)


def _is_twin(certificate: x509.Certificate, signer: x509.Certificate) -> bool:
    """Issuers are not compared: two readings of a name differ (case, order, kind of string), two of a number do not.
    Nor is the key identifier alone: some verifiers reckon it from the key where a certificate names none."""
    own, other = (each["tbs_certificate"]["subject_public_key_info"].dump() for each in (signer, certificate))
    same_identifier = signer.key_identifier is not None and certificate.key_identifier == signer.key_identifier
    return bool(certificate.serial_number == signer.serial_number or same_identifier or own == other)
