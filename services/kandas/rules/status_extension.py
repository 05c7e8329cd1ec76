"""The decision on an extension of the status: once, up to the longest extension, asked for while the status holds.

Not modelled: the grounds on which an extension is asked for and their papers (the act was not read in the original).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce
from shared.kernel.terms import last_day_of


@dataclass(frozen=True, slots=True)
class ExtensionAsked:
    """`valid_until` is the last day of the status as it is, `until` the one asked for; `extended` is how often it was
    extended before."""

    asked_on: date
    valid_until: date
    until: date
    extended: int


def decide_by(asked_on: date, norms: NormsInForce) -> date:
    """The last day of the decision."""
    return last_day_of(norms["extension_decision_term"], asked_on)


def rule(asked: ExtensionAsked, norms: NormsInForce) -> Decision:
    """Every check, by the norms of the day of the decision. Raises NotInForce before the first day that is known."""
    return Decision.by(norms, _checks(asked, norms))


def _checks(asked: ExtensionAsked, norms: NormsInForce) -> Iterator[Check]:
    term = norms["status_term"]
    if asked.asked_on <= asked.valid_until:
        yield Check.passed(term, f"Asked for while the status held, until {asked.valid_until}.")
    else:
        yield Check.failed(
            term, f"The status held until {asked.valid_until} only.", "Apply for the status anew: it is over."
        )
    times = norms["extensions"]
    if asked.extended < times.whole():
        yield Check.passed(times, f"Extended before: {asked.extended} of {times.whole()}.")
    else:
        yield Check.failed(
            times, f"Extended before: {asked.extended} of {times.whole()}.", "Nothing: apply anew when it is over."
        )
    longest = norms["extension_longest"]
    latest = last_day_of(longest, asked.valid_until)
    if asked.valid_until < asked.until <= latest:
        yield Check.passed(longest, f"Asked for until {asked.until}, possible until {latest}.")
    else:
        yield Check.failed(
            longest,
            f"Asked for until {asked.until}, possible until {latest}.",
            f"Ask for a day after {asked.valid_until} and not after {latest}.",
        )
