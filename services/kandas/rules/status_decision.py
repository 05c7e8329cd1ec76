"""The decision on one member's status: every condition is checked, and a refusal says what would make it pass.

Where the norm of the day asks for it, a refusal is at first preliminary: the applicant is invited to a hearing, and
only a refusal after the hearing (or after its last day, if the applicant stayed away) is final.

Not modelled: grounds of refusal that lie in other registers (entry bans, convictions, security), the postponement of
a hearing for good reason, the regional quota (K3) and the appeal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.kandas.rules import pilot_procedure
from services.kandas.rules.kandas_application import missing_documents, required_documents
from shared.kernel.decisions import Check, Decision, DecisionOutcome
from shared.kernel.norms import NormsInForce, Rulebook
from shared.kernel.terms import last_day_of

Outcome = Literal["granted", "preliminary_refusal", "refused"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one member on the day of the decision. The findings are the officer's, from the evidence;
    `pilot_results` are those of the steps of the pilot procedure, None under the ordinary one."""

    member: str
    lodged_on: date
    documents: frozenset[str]
    citizenship: str
    ethnicity_confirmed: bool
    formerly_citizen: bool
    holds_status: bool
    heard: bool
    pilot_results: Mapping[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """`hearing_by` of a preliminary refusal, `valid_until` of a grant: both are the last day."""

    outcome: Outcome
    decision: Decision
    hearing_by: date | None = None
    valid_until: date | None = None


def rule(facts: Facts, day: date, rulebook: Rulebook) -> Ruling:
    """The ruling by the norms in force on `day`, on the documents that were listed when it was lodged. Raises
    NotInForce before the first day that the rulebook knows."""
    norms = rulebook.on(day)
    decision = Decision.by(norms, _checks(facts, norms, rulebook.on(facts.lodged_on)))
    if decision.outcome is DecisionOutcome.GRANTED:
        return Ruling("granted", decision, valid_until=last_day_of(norms["status_term"], day))
    if norms["preliminary_refusal"].applies() and not facts.heard:
        return Ruling("preliminary_refusal", decision, hearing_by=last_day_of(norms["hearing_term"], day))
    return Ruling("refused", decision)


def _checks(facts: Facts, norms: NormsInForce, when_lodged: NormsInForce) -> Iterator[Check]:
    yield _documents(facts, when_lodged)
    yield _condition(
        norms,
        "ethnic_kazakh",
        facts.ethnicity_confirmed,
        ("The evidence shows Kazakh nationality.", "The evidence does not show Kazakh nationality."),
        "Hand in a birth certificate, passport or archive document that states Kazakh nationality.",
    )
    yield _condition(
        norms,
        "no_citizen",
        facts.citizenship != "KAZ",
        ("Is not a citizen of Kazakhstan.", "Is a citizen of Kazakhstan."),
        "Nothing: a citizen needs no status. If the citizenship was entered wrongly, correct the record.",
    )
    yield _condition(
        norms,
        "never_a_citizen",
        not facts.formerly_citizen,
        ("Was not a citizen of Kazakhstan before.", "Was a citizen of Kazakhstan before."),
        "Nothing within this procedure: former citizens restore their citizenship instead.",
    )
    yield _condition(
        norms,
        "one_status",
        not facts.holds_status,
        ("Holds no status in force.", "Already holds a status in force."),
        "Wait until the present status has ended.",
    )
    if facts.pilot_results is not None:
        yield pilot_procedure.check(facts.member, facts.pilot_results, when_lodged)


def _documents(facts: Facts, norms: NormsInForce) -> Check:
    norm = required_documents(norms, facts.member)
    if missing := missing_documents(norms, facts.member, facts.documents):
        listed = ", ".join(missing)
        return Check.failed(norm, f"Not handed in: {listed}.", f"Hand in: {listed}.")
    return Check.passed(norm, "All documents were handed in.")


def _condition(norms: NormsInForce, name: str, met: bool, found: tuple[str, str], remedy: str) -> Check:
    norm = norms[name]
    if not norm.applies():
        return Check.not_applicable(norm, "Not asked for on this day.")
    return Check.passed(norm, found[0]) if met else Check.failed(norm, found[1], remedy)
