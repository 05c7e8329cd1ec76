"""When a visa may be issued, and whether it admits at the border. Validity is not length of stay: both are kept.

Not modelled: grounds of refusal that lie in other registers (entry bans are asked at the crossing), the states whose
citizens may have an electronic visa, and exceptions by treaty. Categories without a known limit are not limited.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

from shared.kernel.calendar import add_days
from shared.kernel.decisions import Check, CheckOutcome, Decision
from shared.kernel.norms import Norm, NormsInForce
from shared.kernel.terms import last_day_of

Privilege = Literal["aifc_astana_hub", "ethnic_kazakh"]


@dataclass(frozen=True, slots=True)
class Invited:
    """The invitation that a visa names: what it invites to, from when until when, whether this person is the one
    invited, and whether another visa was issued on it already."""

    category: str
    stay_from: date
    stay_until: date
    same_person: bool
    annulled: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """A visa as it is applied for; `privilege` is a ground for a longer validity that the officer found proven."""

    category: str
    entries: Literal["single", "multiple"]
    valid_from: date
    valid_until: date
    stay_days: int | None = None
    electronic: bool = False
    citizenship: str = "XXX"
    privilege: Privilege | None = None
    invitation: Invited | None = None


def decide(application: Application, norms: NormsInForce) -> Decision:
    """By the norms in force on the day of the decision."""
    return Decision.by(norms, _checks(norms, application))


def _checks(norms: NormsInForce, asked: Application) -> Iterator[Check]:
    yield foreigner(norms, asked.citizenship)
    yield _validity(norms, asked)
    yield _stay(norms, asked)
    yield _invitation(norms, asked)
    if asked.electronic:
        yield from _electronic(norms, asked)


def foreigner(norms: NormsInForce, citizenship: str) -> Check:
    norm = norms["visa_of_foreigners"]
    if citizenship == "KAZ":
        return Check.failed(norm, "Is a citizen of Kazakhstan.", "Nothing: a citizen enters without a visa.")
    return Check.passed(norm, "Is not a citizen of Kazakhstan.")


def longest_validity(norms: NormsInForce, category: str, entries: str, privilege: str | None = None) -> Norm | None:
    """The term that limits the validity of a category's visas; None where none is known. A privilege goes before the
    limit for these entries, and that before the one for any number of them."""
    of_these, of_any = norms[f"visa_validity_{entries}"], norms["visa_validity"]
    return (
        _privileged(norms, category, entries, privilege)
        or _term(of_these, of_these.table(), category)
        or _term(of_any, of_any.table(), category)
    )


def _privileged(norms: NormsInForce, category: str, entries: str, privilege: str | None) -> Norm | None:
    norm = norms["visa_validity_privileged"]
    by_category = norm.table().get(privilege or "", {})
    of_entries = by_category.get(category, {}).get("entries", entries)
    return _term(norm, by_category, category) if of_entries == entries else None


def _term(norm: Norm, by_category: Mapping[str, Any], category: str) -> Norm | None:
    found = by_category.get(category)
    return replace(norm, value=found["length"], unit=found["unit"]) if found else None


def _validity(norms: NormsInForce, asked: Application) -> Check:
    limit = longest_validity(norms, asked.category, asked.entries, asked.privilege)
    if limit is None:
        return Check.not_applicable(norms[f"visa_validity_{asked.entries}"], "No limit of this category is known.")
    return _until(limit, asked.valid_from, asked.valid_until, "validity")


def _until(limit: Norm, first: date, last: date, of: str) -> Check:
    latest = last_day_of(limit, add_days(first, -1))  # the first day counts
    found = f"The {of} ends on {last}; {limit.whole()} {limit.unit} from {first} end on {latest}."
    if last > latest:
        return Check.failed(limit, found, f"Ask for a {of} up to {latest}.")
    return Check.passed(limit, found)


def _stay(norms: NormsInForce, asked: Application) -> Check:
    norm = norms["visa_stay_single"]
    limit = _term(norm, norm.table(), asked.category) if asked.entries == "single" else None
    if limit is None:
        return Check.not_applicable(norm, "No limit of the stay is known for this category and these entries.")
    if asked.stay_days is None or asked.stay_days > limit.whole():
        found = f"Each stay may last {limit.whole()} days; {asked.stay_days or 'no limit'} was asked for."
        return Check.failed(limit, found, f"Ask for stays of {limit.whole()} days at most.")
    return Check.passed(limit, f"{asked.stay_days} of {limit.whole()} days were asked for.")


def beyond_limits(visa: Application, norms: NormsInForce) -> dict[str, str]:
    """Of a visa issued elsewhere, which members lie beyond its category's limits, and how. `norms` are those of the day
    of issue; limits that no norm of that day gives are not known, and not asked. Its ground for a longer validity is
    not told: the longest that the order knows is allowed."""
    checks = [
        ("valid_until", _known(norms, _VALIDITY, lambda: _longest_known(norms, visa))),
        ("stay_days", _known(norms, ("visa_stay_single",), lambda: _stay(norms, visa))),
    ]
    if visa.electronic:
        checks += [
            ("category", _known(norms, ("e_visa_categories",), lambda: _issued_electronically(norms, visa))),
            ("entries", _known(norms, ("single_entry_only",), lambda: _single_entry(norms, visa))),
            ("valid_until", _known(norms, ("e_visa_entry",), lambda: _time_for_entry(norms, visa))),
        ]
    return {member: check.explanation for member, check in checks if check and check.outcome is CheckOutcome.FAILED}


_VALIDITY = ("visa_validity_single", "visa_validity_multiple", "visa_validity", "visa_validity_privileged")


def _known(norms: NormsInForce, names: Sequence[str], check: Callable[[], Check | None]) -> Check | None:
    return check() if all(norms.get(name) is not None for name in names) else None


def _longest_known(norms: NormsInForce, visa: Application) -> Check:
    grounds: tuple[Privilege | None, ...] = (None, *get_args(Privilege))
    checks = [_validity(norms, replace(visa, privilege=ground)) for ground in grounds]
    return next((check for check in checks if check.outcome is not CheckOutcome.FAILED), checks[0])


def _invitation(norms: NormsInForce, asked: Application) -> Check:
    norm, invited = norms["visa_invitation"], asked.invitation
    if invited is None:
        if asked.category not in norm.codes():
            return Check.not_applicable(norm, "The category needs no invitation.")
        return Check.failed(norm, "The category needs an invitation; none was named.", "Name the invitation's number.")
    if found := " ".join(invitation_faults(invited, asked.category, asked.valid_from, asked.valid_until)):
        remedy = "Name an unused invitation of this person, to this category and for the whole time of the visa."
        return Check.failed(norm, found, remedy)
    return Check.passed(norm, "The invitation is for this person, category and time.")


def invitation_faults(invited: Invited, category: str, first: date, last: date) -> list[str]:
    """Why an invitation does not bear a visa of a category for these days; empty if it does. One bears one visa."""
    faults = {
        "It was annulled.": invited.annulled,
        "It invites another person.": not invited.same_person,
        "It invites to another category.": invited.category != category,
        "It invites for another time.": first < invited.stay_from or invited.stay_until < last,
        "Another visa was issued on it.": invited.used,
    }
    return [fault for fault, there in faults.items() if there]


def _electronic(norms: NormsInForce, asked: Application) -> Iterator[Check]:
    yield _issued_electronically(norms, asked)
    if single := _single_entry(norms, asked):
        yield single
    if entry := _time_for_entry(norms, asked):
        yield entry


def _issued_electronically(norms: NormsInForce, asked: Application) -> Check:
    norm = norms["e_visa_categories"]
    if asked.category in norm.codes():
        return Check.passed(norm, "The category is issued electronically.")
    return Check.failed(norm, "The category is not issued electronically.", "Apply at a mission.")


def _single_entry(norms: NormsInForce, asked: Application) -> Check | None:
    norm = norms["single_entry_only"]
    if asked.category not in norm.codes():
        return None
    if asked.entries == "single":
        return Check.passed(norm, "One entry was asked for.")
    return Check.failed(norm, "Several entries were asked for.", "Ask for a single entry.")


def _time_for_entry(norms: NormsInForce, asked: Application) -> Check | None:
    norm = norms["e_visa_entry"]
    limit = _term(norm, norm.table(), asked.category)
    return _until(limit, asked.valid_from, asked.valid_until, "time for the entry") if limit else None


def is_for_the_entry(category: str, electronic: bool, norms: NormsInForce) -> bool:
    """Whether the validity of such a visa, by these norms, is the time for its entry only: the stay after it is
    then bounded by its length alone."""
    norm = norms.get("e_visa_entry")
    return electronic and norm is not None and category in norm.table()


@dataclass(frozen=True, slots=True)
class VisaAtBorder:
    """A visa as it is shown at the border; `entries_made` on it so far."""

    entries: Literal["single", "multiple"]
    valid_from: date
    valid_until: date
    annulled_on: date | None = None
    same_person: bool = True
    entries_made: int = 0


def faults_on(held: VisaAtBorder, day: date) -> list[str]:
    """Why the visa does not admit on a day, as stable codes; empty if it does."""
    faults = {
        "annulled": held.annulled_on is not None and held.annulled_on <= day,
        "not-yet-valid": day < held.valid_from,
        "expired": held.valid_until < day,
        "used-up": held.entries == "single" and held.entries_made > 0,
        "another-person": not held.same_person,
    }
    return [fault for fault, there in faults.items() if there]


def faults_at_entry(held: VisaAtBorder, day: date) -> list[str]:
    """Why the visa was no ground for an entry that took place on a day. On the day of its annulment it still was: an
    annulled visa admits nobody, so that who entered on that day is taken to have entered before it."""
    annulled_then = held.annulled_on == day
    return [fault for fault in faults_on(held, day) if not (fault == "annulled" and annulled_then)]
