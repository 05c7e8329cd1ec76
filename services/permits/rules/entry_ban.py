"""Nobody is permitted to work who is barred from entering.

A ban counts on the first day of the permit: one that ends before bars nobody any more. Who is recognised by name and
birth date alone is refused too, and told how to show that the ban means another.

Source: law 477-IV of 22.07.2011 on migration, art. 48 (grounds on which entry is refused). NOT modelled: permits of
those who are barred after the issue; the border turns them back, and the authority revokes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.permits.rules.work_permit_application import named
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce


@dataclass(frozen=True, slots=True)
class Barred:
    """A worker, by the place in the application from 1, and by what the ban recognises them: iin, document, name."""

    place: int
    evidence: str


def check(barred: Sequence[Barred], norms: NormsInForce) -> Check:
    norm = norms["entry_ban"]
    if not barred:
        return Check.passed(norm, "no worker is barred from entry on the first day of work")
    who = named([each.place for each in barred])
    known = ", ".join(sorted({each.evidence for each in barred}))
    return Check.failed(
        norm,
        f"{who}: barred from entry, as {known} shows",
        f"leave out {who}, or apply again when the migration police has lifted the ban or found that it means another",
    )
