"""What an entry brings about: the registration of the stay, a duty of the host to report it, or neither.

Decree 111 of 04.03.2022, point 4: who enters on a visa is registered on crossing at the address that the inviting party
gave (part 2); otherwise the host reports the foreigner (part 3). Nothing is asked about citizens, about who shows
Kazakhstan's residence permit, stateless person's or refugee's document, about categories free of registration, and
about entries free of visa. That stays up to 30 days need no registration by the foreigner frees no host of the notice.

Not modelled: residents who show a foreign passport together with a visa; entries free of visa that last longer (they
are found by the control of stays); hosts of those who move on after the entry, who report by themselves.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.portal.rules.visas.visa import is_for_the_entry
from shared.kernel.calendar import add_days
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce, NotInForce
from shared.kernel.terms import last_day_of

RESIDENTS_DOCUMENTS = frozenset({"R", "S", "F"})


@dataclass(frozen=True, slots=True)
class VisaShown:
    """The visa on record under the number that the crossing names; `faults` of it on that day (rules.visa.faults_on).
    `address` says whether its invitation names a full one."""

    category: str
    valid_until: date
    stay_days: int | None
    faults: tuple[str, ...] = ()
    address: bool = False
    electronic: bool = False


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry: the traveller's citizenship, document, and visa, where its number is on record."""

    day: date
    citizenship: str
    visa_number: str | None = None
    document_type: str | None = None
    issuing_state: str | None = None
    visa: VisaShown | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """`until` is the last day of a registered stay, `due_on` the last day of the host's term. `check` names the rule
    that decided; None before all rules."""

    kind: Literal["registered", "duty", "none"]
    check: Check | None = None
    until: date | None = None
    due_on: date | None = None


def of_entry(entered: EntryShown, norms: NormsInForce) -> Consequence:
    """By the norms in force on the day of the entry."""
    try:
        return _registered(norms, entered) or _free(norms, entered) or _duty(norms, entered)
    except NotInForce:
        return Consequence("none")


def _registered(norms: NormsInForce, entered: EntryShown) -> Consequence | None:
    visa = entered.visa
    if visa is None or visa.faults or not visa.address or entered.citizenship == "KAZ":
        return None
    if "visa_registration" not in norms:
        return None
    check = Check.passed(norms["visa_registration"], "Registered at the address of the invitation.")
    return Consequence("registered", check, until=last_day_of_stay(visa, norms))


def last_day_of_stay(visa: VisaShown, norms: NormsInForce) -> date:
    """By the shorter of validity and length of stay, or by the latter alone where the validity is for the entry only.
    The day of the entry counts."""
    if visa.stay_days is None:
        return visa.valid_until
    last = add_days(norms.day, visa.stay_days - 1)
    return last if is_for_the_entry(visa.category, visa.electronic, norms) else min(visa.valid_until, last)


def _free(norms: NormsInForce, entered: EntryShown) -> Consequence | None:
    notice, visa = norms["host_notice"], entered.visa
    if not notice.applies():
        return _none(Check.not_applicable(notice, "Hosts need not report on this day."))
    if entered.citizenship == "KAZ":
        return _none(Check.not_applicable(notice, "A citizen is no guest."))
    if entered.issuing_state == "KAZ" and entered.document_type in RESIDENTS_DOCUMENTS:
        return _none(Check.not_applicable(notice, "Lives in the country by a document of Kazakhstan."))
    if entered.visa_number is None:
        return _none(Check.not_applicable(notice, "Entered free of visa."))
    if visa and not visa.faults:
        return _free_by_visa(norms, visa)
    return None


def _free_by_visa(norms: NormsInForce, visa: VisaShown) -> Consequence | None:
    categories = norms.get("notice_free_categories")
    if categories and visa.category in categories.codes():
        return _none(Check.not_applicable(categories, f"Holders of {visa.category} visas need not be reported."))
    return None


def _none(check: Check) -> Consequence:
    return Consequence("none", check)


def _duty(norms: NormsInForce, entered: EntryShown) -> Consequence:
    term = norms["host_notice_term"]
    due_on = last_day_of(term, entered.day)
    found = f"Entered on a visa without an address on {entered.day}; due on {due_on}."
    return Consequence("duty", Check.failed(term, found, "The host reports the arrival."), due_on=due_on)
