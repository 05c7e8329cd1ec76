"""The decision on a permit for a labour immigrant at a private household, and on its extension.

Source: law of 10.12.2013 on labour migration (one to twelve months, five workers of one person, income tax in advance),
order 123 of 15.04.2022 (the migration police answer first), concept of migration policy (decree 602), section 4.5 (4):
fingerprints and photo. Permits are issued or extended within the quota (law on migration, art. 36-1): an extension
needs a place of the year in which it is decided, unless the permit has one of it, as an employer's does; no act that
was read says so. NOT modelled: which states' citizens may enter for it without a visa, the medical certificate and the
insurance, of which no text was read; what the tax does not cover is the yearly declaration's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.permits.rules import entry_ban, quota
from services.permits.rules.citizenship import works_freely
from services.permits.rules.entry_ban import Barred
from services.permits.rules.quota import LABOUR_IMMIGRANT, Pool, QuotaSlot
from shared.kernel.calendar import add_days, add_months
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce, Rulebook
from shared.kernel.terms import last_day_of

HOUSEHOLDS = "T"
"""The OKED section of households that employ."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a permit holds, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Tax:
    """The advance payment of income tax, in tenge."""

    paid_on: date
    tenge: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules see: `months` paid for now, `held` those that the permit has had before, `others` the permits of
    the household's other labour immigrants; `police_object` None before they have answered; `suspended` where the
    permit does not hold for the time being; `has_place` where it has a place in the quota of the year already."""

    citizenship: str
    region: str
    valid_from: date
    months: int
    tax: Tax
    registered: bool
    police_object: bool | None
    others: Sequence[Span] = ()
    held: int = 0
    suspended: bool = False
    has_place: bool = False

    @property
    def span(self) -> Span:
        return Span(self.valid_from, last_day(self.valid_from, self.held + self.months))

    @property
    def slot(self) -> QuotaSlot:
        return QuotaSlot(LABOUR_IMMIGRANT, None, self.region, HOUSEHOLDS)


def last_day(valid_from: date, months: int) -> date:
    """The last day of a permit of so many months."""
    return add_days(add_months(valid_from, months), -1)


def answer_by(submitted_on: date, norms: NormsInForce) -> date:
    """The last day for the answer of the migration police."""
    return last_day_of(norms["police_answer_term"], submitted_on)


def tax_due(months: int, paid_on: date, rulebook: Rulebook) -> int:
    """The advance tax in tenge for so many months, by the rates of the day on which it is paid."""
    norms = rulebook.on(paid_on)
    return months * norms["labour_immigrant_fee"].whole() * norms["monthly_index"].whole()


def at_once(spans: Sequence[Span], within: Span) -> int:
    """The most of `spans` that hold on one day of `within`: a day on which one begins, or the first."""
    starts = {within.first, *(span.first for span in spans if within.first <= span.first <= within.last)}
    return max(sum(span.first <= day <= span.last for span in spans) for day in starts)


def decide(
    asked: Asked, pools: Sequence[Pool], barred: Sequence[Barred], rulebook: Rulebook, norms: NormsInForce
) -> Decision:
    """Every check of a first permit, by the norms of the day of the decision."""
    checks = (
        _registered(asked, norms),
        _police(asked, norms),
        *_common(asked, barred, rulebook, norms),
        quota.check(LABOUR_IMMIGRANT, [asked.slot], pools, norms),
    )
    return Decision.by(norms, checks)


def decide_extension(
    asked: Asked, pools: Sequence[Pool], barred: Sequence[Barred], rulebook: Rulebook, norms: NormsInForce
) -> Decision:
    """Every check of an extension. `pools` are those of the year of the decision."""
    place = quota.held(norms) if asked.has_place else quota.check(LABOUR_IMMIGRANT, [asked.slot], pools, norms)
    checks = (_still_holds(asked, norms), *_common(asked, barred, rulebook, norms), place)
    return Decision.by(norms, checks)


def years_not_begun(valid_from: date, held: int, extensions: Sequence[tuple[int, int]], day: date) -> list[int]:
    """The years whose first extension begins on `day` or later: of each extension the year in which it was decided and
    its months, in their order; `held` are the months of the permit with all of them."""
    months = held - sum(more for _, more in extensions)
    begins: dict[int, date] = {}
    for year, more in extensions:
        begins.setdefault(year, add_months(valid_from, months))
        months += more
    return [year for year, first in begins.items() if first >= day]


def _common(asked: Asked, barred: Sequence[Barred], rulebook: Rulebook, norms: NormsInForce) -> Iterator[Check]:
    yield _needs_permit(asked, norms)
    yield entry_ban.check(barred, norms)
    yield _term(asked, norms)
    yield _tax(asked, rulebook, norms)
    yield _household(asked, norms)


def _registered(asked: Asked, norms: NormsInForce) -> Check:
    norm = norms["biometrics_first"]
    if asked.registered:
        return Check.passed(norm, "fingerprints and photo were taken")
    return Check.failed(norm, "no fingerprints and photo are registered", "register them, then apply again")


def _police(asked: Asked, norms: NormsInForce) -> Check:
    norm = norms["police_answer_term"]
    if asked.police_object is None:
        return Check.unknown(norm, "the migration police are asked when the application is handed in")
    if not asked.police_object:
        return Check.passed(norm, "the migration police do not object")
    return Check.failed(norm, "the migration police object", "settle with the migration police what they object to")


def _needs_permit(asked: Asked, norms: NormsInForce) -> Check:
    norm = norms["free_of_permit"]
    if not works_freely(asked.citizenship, norms):
        return Check.passed(norm, "the worker is no citizen of the Union")
    return Check.failed(norm, "a citizen of the Union needs no permit", "let the worker work without a permit")


def _term(asked: Asked, norms: NormsInForce) -> Check:
    norm = norms["longest_term_labour_immigrant"]
    most, together = norm.whole(), asked.held + asked.months
    if not asked.held and asked.valid_from < norms.day:
        return Check.failed(norm, f"begins before {norms.day}", f"let the permit begin on {norms.day} or later")
    if together <= most:
        return Check.passed(norm, f"{together} of at most {most} months")
    left = most - asked.held
    remedy = f"ask for at most {left} months" if left else "apply for a new permit"
    return Check.failed(norm, f"{together} months in all, at most {most} are allowed", remedy)


def _tax(asked: Asked, rulebook: Rulebook, norms: NormsInForce) -> Check:
    norm = norms["labour_immigrant_fee"]
    due = tax_due(asked.months, asked.tax.paid_on, rulebook)
    if asked.tax.tenge == due:
        return Check.passed(norm, f"{due} tenge for {asked.months} months")
    return Check.failed(
        norm,
        f"{asked.tax.tenge} tenge paid, {due} are due for {asked.months} months",
        f"pay {due} tenge and apply again",
    )


def _household(asked: Asked, norms: NormsInForce) -> Check:
    norm = norms["household_most"]
    most, others = norm.whole(), at_once(asked.others, asked.span)
    if others < most:
        return Check.passed(norm, f"with this one {others + 1} of at most {most} at once")
    return Check.failed(
        norm,
        f"the household has {others} labour immigrants at once in that time, at most {most} are allowed",
        "begin when the permit of another has ended",
    )


def _still_holds(asked: Asked, norms: NormsInForce) -> Check:
    norm = norms["longest_term_labour_immigrant"]
    ends = last_day(asked.valid_from, asked.held)
    if norms.day <= ends and asked.suspended:
        return Check.failed(norm, "the permit is suspended", "have the permit resumed")
    if norms.day <= ends:
        return Check.passed(norm, f"the permit holds until {ends}")
    return Check.failed(norm, f"the permit ended on {ends}", "apply for a new permit")
