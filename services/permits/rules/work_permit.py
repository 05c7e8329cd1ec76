"""The decision on an application for work permits: every check that the law asks for, listed.

An application stands or falls as a whole; each failed check says which workers it is about and what would make it
pass. Source: conditions of permits (order 279 of 30.06.2023), before it order 559 of 27.06.2016.

NOT modelled of that law: workers who hold another permit already. Extensions: work_permit_extension. `conditions`,
`local_content`, `citizenship`, `qualification`, `unread_lists`, `term`, `fee` and `intra_corporate` each say what they
leave out or cannot know.
"""

from collections.abc import Sequence
from datetime import date

from services.permits.rules import (
    citizenship,
    conditions,
    entry_ban,
    intra_corporate,
    local_content,
    minimum_wage,
    qualification,
    quota,
    several_regions,
    term,
    unread_lists,
)
from services.permits.rules.entry_ban import Barred
from services.permits.rules.quota import Pool
from services.permits.rules.work_permit_application import Known, PermitsAsked, Staff
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce
from shared.kernel.terms import last_day_of

NOTHING_KNOWN = Known()


def decide(
    application: PermitsAsked,
    staff: Staff,
    pools: Sequence[Pool],
    barred: Sequence[Barred],
    norms: NormsInForce,
    known: Known = NOTHING_KNOWN,
) -> Decision:
    """By the norms in force on the day of the decision. `pools` cover the application's places, as they are now;
    `barred` are those of its workers who may not enter; `known` is what other registers tell."""
    return Decision.by(
        norms,
        (
            citizenship.check(application, norms),
            *citizenship.free_persons(application, norms),
            *conditions.checks(application, known, norms),
            *qualification.checks(application, norms),
            *unread_lists.checks(application, norms),
            entry_ban.check(barred, norms),
            minimum_wage.check(application, norms),
            *term.checks(application, norms),
            *several_regions.checks(application, norms),
            *limits(application, staff, pools, norms),
        ),
    )


def limits(application: PermitsAsked, staff: Staff, pools: Sequence[Pool], norms: NormsInForce) -> tuple[Check, ...]:
    """The checks of how many: shares of the staff and places of the quota."""
    return (
        *local_content.checks(application, staff, norms),
        *intra_corporate.checks(application, staff, norms),
        quota.check(application.kind, application.places, pools, norms),
    )


def decide_by(submitted_on: date, norms: NormsInForce) -> date:
    """The last day for the decision."""
    return last_day_of(norms["decision_term"], submitted_on)


def holds_from(asked: date, issued_on: date) -> date:
    """The first day of a permit: the day asked for, or that of the issue where the fee was paid later."""
    return max(asked, issued_on)


def is_qualified(category: str | None) -> bool:
    """Workers of the four categories are qualified labour, seasonal workers are not (concept, section 4.1)."""
    return category is not None
