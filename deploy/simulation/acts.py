"""Which members the details of an act have: what lives tell and registers may rely on.

Days are ISO 8601, flags `true` or `false`, numbers digits; `employer` and `institution` are indices of invented ones,
`case` the number of the household that applies as one.
"""

from typing import Final, NamedTuple

from deploy.simulation.life import Deed


class Members(NamedTuple):
    """Always there, and there sometimes."""

    always: frozenset[str]
    sometimes: frozenset[str] = frozenset()


def _members(always: str, sometimes: str = "") -> Members:
    return Members(frozenset(always.split()), frozenset(sometimes.split()))


_POST: Final = "region activity occupation qualified"

MEMBERS: Final[dict[Deed, Members]] = {
    "birth": _members("region"),
    "death": _members(""),
    "marriage": _members("surname"),
    "kandas_applied": _members("case member country_of_origin region"),
    "kandas_granted": _members("case member country_of_origin region applied_on decided_on valid_until"),
    "kandas_ended": _members("case end_reason region"),
    "included_in_quota": _members("kind region", "case country_of_origin region_of_origin"),
    "citizenship_acquired": _members("other_country former_kandas region"),
    "citizenship_lost": _members("other_country"),
    "residence_permit": _members("residence region valid_until"),
    "asylum": _members("case country_of_origin region applied_on decided_on outcome"),
    "refugee": _members("case country_of_origin region granted_on", "ended_on"),
    "work_permit": _members(
        f"kind employer {_POST} applied_on decided_on issued_on valid_from valid_until", "category"
    ),
    "labour_immigrant_permit": _members(f"kind {_POST} issued_on valid_from valid_until months"),
    "eaeu_work": _members(f"country employer {_POST} works_from", "works_until"),
    "exempt_work": _members(f"ground ground_document employer {_POST} works_from", "works_until"),
    "studies": _members("country institution level funding since until", "region"),
    "violation": _members("violation since region penalty"),
    "expulsion": _members("executed_on to_country barred_until"),
    "work_abroad": _members("country activity occupation employer legality"),
    "trouble_abroad": _members("kind country"),
}
"""Deed -> its members."""
