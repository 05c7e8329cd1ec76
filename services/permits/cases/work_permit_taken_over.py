"""Permits issued before this register kept its quota, taken over from the register before (L2, L3, decision 0055).

They are records like any other: corrected in person and occupation, revoked, suspended; and withdrawn, which permits of
the procedure never are, where one was taken over by mistake. Those of a kind that needs a place take one of their year,
so that a quota ordered later for that year counts them.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.permits.cases.work_permit import PERMITS
from services.permits.rules import taken_over as rule
from services.permits.rules.quota import QuotaSlot, gives_back, needs_place
from services.permits.rules.rulebook import rulebook
from services.permits.store import quota
from shared.errors import Fault, Refused
from shared.events.permits import WorkPermit
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import StoredRecord


def _submission_faults(permit: WorkPermit, _caller: Caller) -> Sequence[Fault]:
    seen = rule.TakenOver(
        permit.kind,
        permit.category,
        permit.person.citizenship,
        permit.employer_bin,
        revoked=permit.status == "revoked",
        ended=permit.ended_on is not None,
        regions=(permit.region, *permit.further_regions),
    )
    return [Fault(found.member, found.why) for found in rule.contradictions(seen)]


async def _on_created(unit: UnitOfWork, entries: Sequence[StoredRecord[WorkPermit]]) -> None:
    """Their places, used. Raises Refused where the procedure issues the permits of their year."""
    places: dict[int, list[tuple[UUID, UUID, QuotaSlot]]] = {}
    for entry in entries:
        places.setdefault(entry.fact.issued_on.year, []).extend(_places(entry))
    for year in sorted(places):
        first = await quota.first_year(unit.connection, year)
        if rule.is_issued_here(year, first):
            fault = Fault("/issued_on", f"The quotas of {first} and later are kept here: apply for the permit.")
            raise Refused("This permit cannot be taken over.", name="quota-kept-here", faults=[fault])
        await quota.take_over(unit.connection, year, places[year])


def _places(entry: StoredRecord[WorkPermit]) -> list[tuple[UUID, UUID, QuotaSlot]]:
    """The id of each place, the permit's, and what it is a place of; none for kinds outside the quota, and for one that
    was revoked before it was in force."""
    permit = entry.fact
    if permit.ended_on is not None and gives_back(permit.valid_from, permit.ended_on):
        return []
    norms = rulebook().on(permit.issued_on)
    if "quota_kinds" not in norms or not needs_place(permit.kind, norms):
        return []
    regions = (permit.region, *permit.further_regions)
    ids = quota.place_ids(entry.id, permit.further_regions)
    return [
        (id, entry.id, QuotaSlot(permit.kind, permit.category, region, permit.activity, permit.person.citizenship))
        for id, region in zip(ids, regions, strict=True)
    ]


TAKEN_OVER = replace(PERMITS, submission_faults=_submission_faults, on_created=_on_created)
"""The register of permits, for the routes by which permits are taken over."""
