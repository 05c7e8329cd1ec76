"""The verdict on a signature, whatever was found out (services.portal.rules.stays.signature)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.rules.stays.signature import (
    EMPLOYEE,
    HEAD,
    MAY_SIGN,
    ORGANISATION,
    PERSON,
    SIGNING,
    Certificate,
    CertificateInfo,
    ClaimedHost,
    Revocation,
    judge,
)

AT = datetime(2026, 3, 27, 7, tzinfo=UTC)
IIN, BIN = "800515300126", "050340001235"
HOLDER = Certificate(
    serial="1",
    iin=IIN,
    bin=BIN,
    usages=SIGNING,
    roles=frozenset({PERSON}),
    not_before=AT - timedelta(days=1),
    not_after=AT + timedelta(days=1),
    key_algorithm="rsa",
    key_bits=2_048,
    digest="sha256",
)
GOOD = CertificateInfo("test", HOLDER, True, True, Revocation.GOOD, frozenset({"sha256"}))
SELF = ClaimedHost("person", IIN)

maybe = st.sampled_from([True, False, None])
certificates = st.builds(
    Certificate,
    serial=st.just("1"),
    iin=st.sampled_from([IIN, BIN, None]),
    bin=st.sampled_from([BIN, IIN, None]),
    usages=st.sets(st.sampled_from([*SIGNING, "key_encipherment"])).map(frozenset),
    roles=st.sets(st.sampled_from([PERSON, ORGANISATION, HEAD, MAY_SIGN, EMPLOYEE])).map(frozenset),
    not_before=st.sampled_from([AT - timedelta(days=1), AT + timedelta(days=1)]),
    not_after=st.sampled_from([AT, AT + timedelta(days=1)]),
    key_algorithm=st.sampled_from(["rsa", "gost", "ed25519", None]),
    key_bits=st.sampled_from([1_024, 2_048, None]),
    digest=st.sampled_from(["sha256", "sha1", None]),
)
digests = st.frozensets(st.sampled_from(["sha256", "sha1", "md5", "1.2.398.3.10.1.3.1"]))
findings = st.builds(
    CertificateInfo, st.just("test"), st.none() | certificates, maybe, maybe, st.sampled_from(Revocation), digests
)
hosts = st.sampled_from([SELF, ClaimedHost("organisation", BIN)])


@given(findings, hosts)
def test_only_what_is_known_and_good_in_every_respect_is_valid(finding: CertificateInfo, host: ClaimedHost) -> None:
    verdict = judge(finding, host, AT)
    met = {demand.met for demand in verdict.demands}

    assert (verdict.outcome == "valid") == (met == {True})
    assert (verdict.outcome == "refused") == (False in met)
    assert (verdict.reason is None) == (verdict.outcome == "valid")


@given(findings, hosts, st.sampled_from(["certificate", "intact", "trusted", "revocation", "digests"]))
def test_knowing_less_never_makes_a_signature_valid(finding: CertificateInfo, host: ClaimedHost, lost: str) -> None:
    less = {
        "certificate": replace(finding, certificate=None),
        "intact": replace(finding, intact=None),
        "digests": replace(finding, digests=frozenset()),
        "trusted": replace(finding, trusted=None),
        "revocation": replace(finding, revocation=Revocation.UNKNOWN),
    }[lost]

    assert judge(less, host, AT).outcome != "valid"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"intact": False}, "signature-altered"),
        ({"digests": frozenset({"sha256", "sha1"})}, "signature-weak-digest"),
        ({"digests": frozenset({"md5"}), "trusted": False}, "signature-weak-digest"),
        ({"certificate": replace(HOLDER, digest="sha1")}, "signature-weak-digest"),
        ({"digests": frozenset()}, "signature-weak-digest"),
        ({"certificate": replace(HOLDER, key_bits=1_024)}, "signature-weak-key"),
        ({"certificate": replace(HOLDER, key_bits=2_047), "trusted": False}, "signature-weak-key"),
        ({"certificate": replace(HOLDER, key_algorithm="ed25519")}, "signature-weak-key"),
        ({"trusted": False}, "signature-foreign"),
        ({"revocation": Revocation.REVOKED}, "signature-revoked"),
        ({"certificate": replace(HOLDER, not_after=AT - timedelta(seconds=1))}, "signature-expired"),
        ({"certificate": replace(HOLDER, not_before=AT + timedelta(seconds=1))}, "signature-expired"),
        ({"certificate": replace(HOLDER, usages=frozenset({"digital_signature"}))}, "signature-key-usage"),
        ({"certificate": replace(HOLDER, iin=None)}, "signature-wrong-person"),
        ({"certificate": replace(HOLDER, roles=frozenset({ORGANISATION, HEAD}))}, "signature-role"),
    ],
)
def test_each_demand_has_its_own_reason(change: dict[str, object], reason: str) -> None:
    assert judge(GOOD, SELF, AT).outcome == "valid"
    assert judge(replace(GOOD, **change), SELF, AT).reason == reason  # type: ignore[arg-type]


def test_the_number_of_a_person_is_no_number_of_an_organisation() -> None:
    """A certificate whose unit names somebody's IIN does not make its holder that person."""
    certificate = replace(HOLDER, iin=BIN, bin=IIN)

    assert judge(replace(GOOD, certificate=certificate), SELF, AT).reason == "signature-wrong-person"


def test_an_organisations_certificate_names_who_acts_for_it() -> None:
    head = replace(HOLDER, roles=frozenset({ORGANISATION, HEAD}))
    host = ClaimedHost("organisation", BIN)

    assert judge(replace(GOOD, certificate=head), host, AT).outcome == "valid"
    nameless = replace(head, iin=None)
    assert judge(replace(GOOD, certificate=nameless), host, AT).reason == "signature-wrong-person"


@pytest.mark.parametrize("roles", [(), (ORGANISATION,), (ORGANISATION, EMPLOYEE), (PERSON,)])
def test_without_the_right_to_sign_nobody_binds_an_organisation(roles: tuple[str, ...]) -> None:
    certificate = replace(HOLDER, roles=frozenset(roles))
    verdict = judge(replace(GOOD, certificate=certificate), ClaimedHost("organisation", BIN), AT)

    assert (verdict.outcome, verdict.reason) == ("refused", "signature-role")
