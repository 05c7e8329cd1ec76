"""Which permit can be taken over from the register before this one: what it must say, and of which years.

A year has its permits either from the procedure here or from the register before. From the first year of which a quota
is on record here, permits are issued by the procedure, which alone takes places of it: otherwise a quota could be got
round. NOT modelled: whether the permit was rightly issued by the rules of its day; that was decided elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.permits.rules.citizenship import HOME
from services.permits.rules.exempt_worker import Contradicted

BY_EMPLOYER = frozenset({"employer", "seasonal", "intra_corporate"})
BY_CATEGORY = frozenset({"employer", "intra_corporate"})


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What the rule sees of a permit."""

    kind: str
    category: str | None
    citizenship: str
    employer_bin: str | None
    revoked: bool
    ended: bool
    regions: tuple[str, ...]
    """In which it holds: the first, and those besides."""


def contradictions(permit: TakenOver) -> Iterator[Contradicted]:
    """Everything that stands against taking the permit over, whatever its year."""
    if permit.citizenship == HOME:
        yield Contradicted("/person/citizenship", "A citizen of Kazakhstan needs no permit.")
    if permit.kind == "business_immigrant":
        yield Contradicted("/kind", "Business immigrants have a register of their own: /v1/business-immigrants.")
    if (permit.employer_bin is not None) != (permit.kind in BY_EMPLOYER):
        yield Contradicted("/employer_bin", "Is given for an employer's permit, and only then.")
    if (permit.category is not None) != (permit.kind in BY_CATEGORY):
        yield Contradicted("/category", "Is given for an employer's permit that is not seasonal, and only then.")
    if len(set(permit.regions)) != len(permit.regions):
        yield Contradicted("/further_regions", "A region stands there twice, or is the permit's first.")
    if permit.revoked != permit.ended:
        yield Contradicted("/ended_on", "Is given for a revoked permit, and only then.")


def is_issued_here(year: int, first_quota: int | None) -> bool:
    """Whether permits of that year come from the procedure; `first_quota` is the first year with a quota on record."""
    return first_quota is not None and year >= first_quota
