"""Who needs no permit: citizens of the member states of the Eurasian Economic Union, Kazakhstan's own among them.

Source: Treaty on the Eurasian Economic Union of 29.05.2014, art. 97 (1). NOT modelled: the other groups whom
migration law or treaties free from the permit (refugees, residents, crews, investors and more).
"""

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
        return Check.passed(norm, "every worker needs a permit")
    who = named(positions(application, free))
    return Check.failed(
        norm,
        f"{who}: a citizen of the Union needs no permit",
        f"leave out {who} and declare foreigners as EAEU workers",
    )


def works_freely(citizenship: str, norms: NormsInForce) -> bool:
    """Whether a citizen of this state works without a permit on the day of the norms."""
    return any(is_member(group, citizenship, norms.day) for group in norms["free_of_permit"].codes())


def is_union_state(country: str, day: date) -> bool:
    """Whether a foreigner of this state can be declared as EAEU worker: a member state on that day, not our own."""
    return country != HOME and is_member("EAEU", country, day)
