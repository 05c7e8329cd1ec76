"""Checks by lists and limits that acts name and whose content was in no source: unknown, with what is missing.

Occupations in demand and of seasonal work, limits by sector and age, medical insurance, experience by category. The
lists are dated data that are empty (see the notes in norms.toml). Filled, who is on one passes; who is not is for an
officer to look at: what follows from not being on it was not read either, so that nobody is refused.
"""

from collections.abc import Iterator

from services.permits.rules.work_permit_application import PermitsAsked, named
from shared.kernel.decisions import Check
from shared.kernel.norms import Norm, NormsInForce

MISSING = {
    "sector_limits": "no act that limits low qualification by sector or age was read: sector and age are not judged",
    "medical_insurance": "whether a permit hangs on medical insurance was not read: an officer asks for the policy",
    "experience_of_category": "how much experience a category needs was not read: an officer looks at the papers",
}
"""Of each norm that no rule can judge by, what is missing."""


def checks(application: PermitsAsked, norms: NormsInForce) -> Iterator[Check]:
    """One for each list or limit that an act in force on the day names."""
    if "demanded_occupations" in norms:
        yield occupations(application, norms["demanded_occupations"])
    if "seasonal_occupations" in norms:
        norm = norms["seasonal_occupations"]
        seasonal = application.kind == "seasonal"
        yield (
            occupations(application, norm) if seasonal else Check.not_applicable(norm, "no seasonal work is asked for")
        )
    for name, missing in MISSING.items():
        if name in norms:
            yield Check.unknown(norms[name], missing)


def occupations(application: PermitsAsked, norm: Norm) -> Check:
    """Whether every occupation lies in a group of the list."""
    if not norm.value:
        return Check.unknown(norm, "the list was not read: whether the occupations are on it an officer looks up")
    groups = norm.codes()
    workers = enumerate(application.workers, 1)
    off = [number for number, worker in workers if not (worker.occupation or " ").startswith(groups)]
    if off:
        return Check.unknown(norm, f"{named(off)}: occupation is not on the list, or not told: an officer looks")
    return Check.passed(norm, "every occupation is on the list")
