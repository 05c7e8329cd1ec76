"""What a departure for permanent residence abroad says of a kandas (K7): a finding, which ends nothing by itself.

A departure is found of who is a kandas then, or was one and became a citizen or let the status run out. Not of a status
that was taken away or that ended by leaving already, and not of a departure before the status was given.

Not modelled: a return after the departure, which an officer answers a finding with.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce

Evidence = Literal["iin", "document"]

FORMER = frozenset({"citizenship", "expiry"})
"""Ends of a status after which somebody is a former kandas."""

_SHOWN: dict[Evidence, str] = {"iin": "the IIN", "document": "the document with the birth date"}


@dataclass(frozen=True, slots=True)
class Holder:
    """How somebody's status stands: `end_reason` of one that has ended."""

    decided_on: date
    state: str
    end_reason: str | None = None

    @property
    def is_or_was(self) -> bool:
        """Whether the holder is a kandas, or a former one who has not left as far as is known."""
        return self.state == "granted" or (self.state == "ended" and self.end_reason in FORMER)


def check(holder: Holder, left_on: date, evidence: Evidence, norms: NormsInForce) -> Check | None:
    """Failed where the departure speaks against the status, by the norms of the day of leaving; None where none of them
    speaks of it."""
    if (norm := norms.get("left_for_residence")) is None or evidence not in norm.codes():
        return None
    if not holder.is_or_was:
        return Check.not_applicable(norm, "Is no kandas, and no former one who has not left.")
    if left_on < holder.decided_on:
        return Check.not_applicable(norm, f"Left on {left_on}, before the status was given on {holder.decided_on}.")
    found = f"Left for permanent residence abroad on {left_on}, as {_SHOWN[evidence]} shows."
    return Check.failed(norm, found, "Dismiss the finding where somebody else left, or where the person is back.")
