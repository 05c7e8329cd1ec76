"""Who needs no permit: citizens of the member states of the Eurasian Economic Union, Kazakhstan's own among them, and
the persons whom the government lists.

Source: Treaty on the Eurasian Economic Union of 29.05.2014, art. 97 (1); decree 1041 of 24.11.2023, whose list was read
to its sixth line. NOT modelled: the rest of that list, and other treaties.
"""

from collections.abc import Iterator
from datetime import date

from services.permits.rules.work_permit_application import PermitsAsked, named, positions
from shared.kernel.codes import is_member
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce

HOME = "KAZ"


def check(application: PermitsAsked, norms: NormsInForce) -> Check:
    norm = norms["free_of_permit"]
    free = [worker for worker in application.workers if works_freely(worker.citizenship, norms)]
    if not free:
        return Check.passed(norm, "no worker is a citizen of the Union")
    who = named(positions(application, free))
    return Check.failed(
        norm,
        f"{who}: a citizen of the Union needs no permit",
        f"leave out {who} and declare foreigners as EAEU workers",
    )


def free_persons(application: PermitsAsked, norms: NormsInForce) -> Iterator[Check]:
    """That no worker is one of the persons whom the government's list frees, as far as the application says it."""
    norm = norms.get("free_persons")
    if norm is None:
        return
    free = [worker for worker in application.workers if worker.free_as in norm.codes()]
    if not free:
        yield Check.passed(norm, "of no worker is a ground told that frees of the permit")
        return
    who = named(positions(application, free))
    yield Check.failed(norm, f"{who}: needs no permit by the list of the government", f"leave out {who}")


def works_freely(citizenship: str, norms: NormsInForce) -> bool:
    """Whether a citizen of this state works without a permit on the day of the norms."""
    return any(is_member(group, citizenship, norms.day) for group in norms["free_of_permit"].codes())


def is_union_state(country: str, day: date) -> bool:
    """Whether a foreigner of this state can be declared as EAEU worker: a member state on that day, not our own."""
    return country != HOME and is_member("EAEU", country, day)
