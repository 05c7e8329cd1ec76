"""An X.509 certificate (RFC 5280) read by the national profile, once a verifier has proved it."""

from asn1crypto import x509

from services.portal.rules.stays.signature import Certificate


def read_certificate(certificate: x509.Certificate) -> Certificate:
    """What the rule asks of it. Raises ValueError and its kin for what cannot be read."""
    usage, roles = certificate.key_usage_value, certificate.extended_key_usage_value
    validity = certificate["tbs_certificate"]["validity"]
    algorithm, bits = _key(certificate)
    return Certificate(
        serial=format(certificate.serial_number, "x"),
        iin=_number(certificate, "serial_number", "IIN"),
        bin=_number(certificate, "organizational_unit_name", "BIN"),
        usages=frozenset(usage.native) if usage else frozenset(),
        roles=frozenset(role.dotted for role in roles) if roles else frozenset(),
        not_before=validity["not_before"].native,
        not_after=validity["not_after"].native,
        key_algorithm=algorithm,
        key_bits=bits,
        digest=_digest(certificate),
    )


def _key(certificate: x509.Certificate) -> tuple[str | None, int | None]:
    try:
        return certificate.public_key.algorithm, certificate.public_key.bit_size
    except ValueError:  # of an algorithm that asn1crypto does not know
        return None, None


def _digest(certificate: x509.Certificate) -> str | None:
    try:
        found: str | None = certificate["signature_algorithm"].hash_algo
    except ValueError:
        return None
    return found


def _number(certificate: x509.Certificate, attribute: str, prefix: str) -> str | None:
    """The number behind `prefix`; None where the subject names none, or more than one."""
    values = certificate.subject.native.get(attribute, [])
    named = [value for value in (values if isinstance(values, list) else [values]) if value.startswith(prefix)]
    return named[0].removeprefix(prefix) if len(named) == 1 else None
