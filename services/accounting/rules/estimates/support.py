"""Whether other registers support a migration that rests on a missing crossing, or on mere absence of one (5.1).

A lost exit must not make a visitor an immigrant, nor a lost entry a resident an emigrant. The verdict of M1216 stands
as it is; this says beside it what the signs of life make of it. An estimate may learn from the supported ones.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.signs import KINDS, Group, SignKind, Signs
from services.accounting.rules.residence.outcome import Migration, follows_gap, resolved_migration
from services.accounting.rules.residence.residence import M1216

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_DAYS_OF_MONTH: Final = 30.4375
SOON: Final = 2
"""Months from an entry in which a notice or a short registration tells of the visit itself. Assumed: who may stay
without a visa or by most of them has to leave by then."""

WINDOW: Final = round(M1216.window / _DAYS_OF_MONTH)
"""Months behind a crossing that its verdict rests on."""

LIVING: Final = frozenset(
    {
        SignKind.REGISTERED, SignKind.RESIDENCE_PERMIT, SignKind.WORK_PERMIT, SignKind.KANDAS, SignKind.STUDY_HERE,
        SignKind.NATURALISED, SignKind.HEALTH, SignKind.SCHOOL, SignKind.PENSION,
    }
)  # fmt: skip
"""Shows at any time that a person lives here."""

STAYING: Final = LIVING | {SignKind.NOTICE, SignKind.TEMPORARY, SignKind.VIOLATION, SignKind.TELECOM}
"""Shows that a person is still here, where it is long after the entry."""

ABROAD: Final = frozenset({SignKind.DEPARTED, SignKind.CONSULAR, SignKind.STUDY_ABROAD, SignKind.CITIZENSHIP_LOST})
"""Shows that a person lives abroad."""


class Support(IntEnum):
    """What the signs make of a crossing's verdict. NOT_WEIGHED: it is no migration, or both its ends are recorded."""

    NOT_WEIGHED = 0
    SUPPORTED = 1
    UNSUPPORTED = 2


class Spoken(NamedTuple):
    """A sign that a verdict is weighed by; `here`: of being here, else abroad."""

    month: int
    kind: SignKind
    here: bool


def spoken(month: int, arrival: bool, signs: Signs) -> list[Spoken]:
    """What one person's signs say of a crossing of theirs, in the order of months: those that `weigh` looks at."""
    found = set()
    for when, kind in signs[["month", "kind"]].tolist():
        after = when - month
        here = (after >= SOON and kind in STAYING) or (arrival and after >= 0 and kind in LIVING)
        if after <= WINDOW and (here or (after >= 0 and kind in ABROAD)):
            found.add(Spoken(when, SignKind(kind), here))
    return sorted(found)


def weigh(
    owner: Ints, month: Ints, arrival: Flags, states: npt.NDArray[np.uint8], signs: Signs, group: Ints
) -> npt.NDArray[np.uint8]:
    """Support of each crossing. `owner` is the person of each, as signs count them; crossings lie person by person in
    order. An immigration of a foreigner is supported by a sign of living here, or one of staying long after the entry;
    that of a citizen unless a sign from abroad stands alone. An emigration is supported unless signs here stand alone.
    """
    weighed = (resolved_migration(states) == Migration.YES) & _rests_on_absence(owner, states)
    here = _between(owner, month, 0, LIVING, signs) | _between(owner, month, SOON, STAYING, signs)
    back = _between(owner, month, SOON, STAYING, signs)
    abroad = _between(owner, month, 0, ABROAD, signs)
    citizen = group[owner] == Group.CITIZEN
    supported = np.where(arrival, here | (citizen & ~abroad), abroad | ~back)
    found = np.where(supported, Support.SUPPORTED, Support.UNSUPPORTED)
    return np.where(weighed, found, Support.NOT_WEIGHED).astype(np.uint8)


def _rests_on_absence(owner: Ints, states: npt.NDArray[np.uint8]) -> Flags:
    """Whether the crossing that would end what began with this one is missing, or has not been seen."""
    last = np.ones(len(owner), np.bool_)
    last[:-1] = owner[1:] != owner[:-1]
    gap = np.zeros(len(owner), np.bool_)
    gap[:-1] = follows_gap(states)[1:]
    return last | gap


def _between(owner: Ints, month: Ints, since: int, kinds: frozenset[SignKind], signs: Signs) -> Flags:
    """Whether a person shows one of these kinds from `since` months after a crossing's month through its window."""
    wanted = np.zeros(KINDS, np.bool_)
    wanted[list(kinds)] = True
    some = signs[wanted[signs["kind"]]]
    keys = np.sort(some["person"] << 32 | some["month"].astype(np.int64))
    first = np.searchsorted(keys, owner << 32 | (month + since))
    beyond = np.searchsorted(keys, owner << 32 | (month + WINDOW + 1))
    found: Flags = beyond > first
    return found
