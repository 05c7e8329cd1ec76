"""The pilot procedure beside the ordinary one: the steps that an applicant takes, and what they say of the status.

Source: joint order 41/60/47 of 30.01.2026, known from reports: test, questionnaire and interview, up to 29 days. Not
read, and so not modelled: in which regions it is run, whether an applicant may choose it, what a result must reach (who
holds a step says whether it suffices), how often a step may be taken again, whether members of the family take steps
(the applicant alone does here), and its last day.
"""

from collections.abc import Mapping

from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce


def exists(norms: NormsInForce) -> bool:
    """Whether there is a pilot procedure on the day of the norms."""
    return norms.get("pilot_term") is not None and norms.get("pilot_steps") is not None


def missing(results: Mapping[str, bool], norms: NormsInForce) -> tuple[str, ...]:
    """The steps that the applicant has not taken, in the order of the norm."""
    return tuple(step for step in norms["pilot_steps"].codes() if step not in results)


def check(member: str, results: Mapping[str, bool], norms: NormsInForce) -> Check:
    """Passed where the applicant took every step with a sufficient result; `results` are the last ones by step."""
    norm = norms["pilot_steps"]
    if member != "applicant":
        return Check.not_applicable(norm, "The applicant alone takes the steps of the pilot procedure.")
    if untaken := missing(results, norms):
        listed = ", ".join(untaken)
        return Check.failed(norm, f"Not taken: {listed}.", f"Take: {listed}.")
    if failed := [step for step in norm.codes() if not results[step]]:
        listed = ", ".join(failed)
        return Check.failed(norm, f"Insufficient, as the officer found: {listed}.", f"Take again: {listed}.")
    return Check.passed(norm, "Every step was taken with a sufficient result.")
