"""Who of the settlers is granted state support, and how much.

Source: concept of migration policy, decree 602 of 29.09.2017, section 4.2 (only in the regions that the government
names, by the expected term of employment); reports of the sums from 2023 on. NOT modelled: how rent is graded by
place and size of the family, preferential loans, the debt of who leaves (support_payback), and whether a mobility
certificate is given once only, which was not read. Rent over the turn of a year is counted by the index of the day of
the grant; whether the sum follows the index was not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.kandas.rules.regional_quota import Kind, named_regions, norm_of
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce

SupportKind = Literal["one_off", "rent", "mobility_certificate", "other"]
Employment = Literal["temporary", "one_to_three_years", "long_term"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for. `mci` are monthly calculation indices, of rent a month; `housing_price` and `amount` tenge,
    `amount` only where it is not counted in MCI."""

    kind: SupportKind
    region: str
    employment: Employment
    mci: int | None = None
    months: int | None = None
    housing_price: int | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """The inclusion by which it is asked: `until` is the first day on which it no longer holds."""

    kind: Kind
    region: str
    included_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What the person was granted before."""

    one_off: bool = False
    rent_months: int = 0


def amount(terms: Terms, norms: NormsInForce) -> int:
    """The whole of it in tenge, by the index of the day."""
    if terms.mci is None:
        return terms.amount or 0
    return terms.mci * (terms.months or 1) * norms["monthly_index"].whole()


def decide(
    terms: Terms, place: HeldPlace, received: Received, norms: NormsInForce, of_inclusion: NormsInForce
) -> Decision:
    """Every check of a grant. `of_inclusion` are the norms of the day of the inclusion, whose year's order names the
    regions. Raises NotInForce on a day of which no norm of support is known."""
    checks = (
        _held(place, norms),
        _here(terms, place, norms),
        _named(place, of_inclusion),
        _employed(terms, norms),
        *_measured(terms, received, norms),
    )
    return Decision.by(norms, checks)


def _held(place: HeldPlace, norms: NormsInForce) -> Check:
    norm, day = norms["support_in_quota_regions"], norms.day
    if day < place.included_on:
        remedy = f"grant it on {place.included_on} or later"
        return Check.failed(norm, f"the inclusion holds from {place.included_on} on, not on {day}", remedy)
    if place.until is not None and place.until <= day:
        found = f"the inclusion has ended on {place.until}"
        return Check.failed(norm, found, "include the person in the quota of a region again")
    return Check.passed(norm, f"the inclusion holds on {day}")


def _here(terms: Terms, place: HeldPlace, norms: NormsInForce) -> Check:
    norm = norms["support_in_quota_regions"]
    if terms.region == place.region:
        return Check.passed(norm, f"asked for region {place.region}, whose quota gave the place")
    found = f"asked for region {terms.region}, the place is in region {place.region}"
    return Check.failed(norm, found, f"ask for it in region {place.region}")


def _named(place: HeldPlace, norms: NormsInForce) -> Check:
    norm, named = norm_of(place.kind, norms), named_regions(place.kind, norms)
    if place.region in named:
        return Check.passed(norm, f"the published order names region {place.region} for {place.kind}")
    sizes = norm.table()
    if sum(sizes[region] for region in named) < sizes["KZ"]:
        return Check.unknown(norm, f"which regions the order names for {place.kind} was not read whole")
    found = f"the published order names no region {place.region} for {place.kind}"
    return Check.failed(norm, found, f"settle in one of the regions {', '.join(sorted(named))}")


def _employed(terms: Terms, norms: NormsInForce) -> Check:
    norm = norms["support_by_employment"]
    if terms.employment in norm.codes():
        return Check.passed(norm, f"expected employment {terms.employment} is supported")
    found = f"expected employment {terms.employment} goes without support"
    return Check.failed(norm, found, f"ask again with employment of another term: {', '.join(norm.codes())}")


def _measured(terms: Terms, received: Received, norms: NormsInForce) -> Iterator[Check]:
    if terms.kind == "one_off":
        yield from _one_off(terms, received, norms)
    elif terms.kind == "rent":
        yield from _rent(terms, received, norms)
    elif terms.kind == "mobility_certificate":
        yield _certificate(terms, norms)
    else:
        yield Check.unknown(norms["support_in_quota_regions"], "no norm of other support was read; the officer says")


def _one_off(terms: Terms, received: Received, norms: NormsInForce) -> Iterator[Check]:
    norm = norms["support_one_off"]
    if terms.mci == norm.whole():
        yield Check.passed(norm, f"{norm.whole()} MCI a member of the family")
    else:
        yield Check.failed(norm, f"{terms.mci} MCI instead of {norm.whole()}", f"ask for {norm.whole()} MCI")
    if received.one_off:
        yield Check.failed(norm, "was paid to the person already: it is paid once", "ask for support of another kind")
    else:
        yield Check.passed(norm, "the first one-off payment of the person")


def _rent(terms: Terms, received: Received, norms: NormsInForce) -> Iterator[Check]:
    norm = norms["support_rent"]
    least, most, longest = (int(norm.table()[name]) for name in ("least", "most", "months"))
    mci, months = terms.mci or 0, terms.months or 0
    if least <= mci <= most:
        yield Check.passed(norm, f"{mci} MCI a month, from {least} to {most} allowed")
    else:
        yield Check.failed(norm, f"{mci} MCI a month", f"ask for {least} to {most} MCI a month")
    left = max(longest - received.rent_months, 0)
    if months <= left:
        yield Check.passed(norm, f"{months} months of {left} left")
    else:
        remedy = f"ask for at most {left} months" if left else "ask for support of another kind"
        yield Check.failed(norm, f"{months} months, {left} of {longest} left", remedy)


def _certificate(terms: Terms, norms: NormsInForce) -> Check:
    norm, asked, price = norms["support_mobility_certificate"], terms.amount or 0, terms.housing_price or 0
    most = int(price * norm.share())
    if asked <= most:
        return Check.passed(norm, f"{asked} tenge, at most {most}")
    return Check.failed(norm, f"{asked} tenge, more than the share of the housing", f"ask for at most {most} tenge")
