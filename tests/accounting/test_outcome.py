"""The outcome byte and the words of the wire."""

from itertools import product

import numpy as np
import pytest

from services.accounting.rules.residence import outcome
from services.accounting.rules.residence.outcome import (
    NOT_KNOWN,
    Migration,
    Verdict,
    compose,
    resolve,
    resolved_verdict,
    verdict,
)

STATUSES = (0, 1, NOT_KNOWN)


@pytest.mark.parametrize("parts", list(product(STATUSES, STATUSES, Migration, (False, True))))
def test_a_state_is_taken_apart_into_what_it_was_made_of(parts: tuple[int, int, Migration, bool]) -> None:
    before, after, migration, gap = (np.array([part]) for part in parts)

    states = compose(before, after, migration, gap)

    if migration == Migration.UNDETERMINED:  # by M1216 that has no status: what stands there is M1216R's
        assert outcome.before(states) == outcome.after(states) == NOT_KNOWN
        parts = (NOT_KNOWN, NOT_KNOWN, Migration.UNDETERMINED, parts[3])
    found = outcome.before(states), outcome.after(states), outcome.migration(states), outcome.follows_gap(states)
    assert tuple(part.item() for part in found) == parts
    assert outcome.is_observed(states).all()


@pytest.mark.parametrize(
    ("migration", "told", "final"),
    [
        (Migration.NO, False, True),
        (Migration.YES, True, True),
        (Migration.OPEN, None, False),
        (Migration.UNDETERMINED, None, False),
    ],
)
def test_what_is_not_known_yet_is_null_on_the_wire(migration: Migration, told: bool | None, final: bool) -> None:
    before = NOT_KNOWN if migration == Migration.UNDETERMINED else 1
    state = compose(np.array([before]), np.array([NOT_KNOWN]), np.array([migration]), np.array([True]))

    shown = None if before == NOT_KNOWN else 1
    assert verdict(int(state[0])) == Verdict(before=shown, after=None, migration=told, imputed=True)
    assert resolved_verdict(int(state[0])) == verdict(int(state[0]))
    assert verdict(int(state[0])).final is final


KNOWN = [(b, a, Migration(int(b != a))) for b in (0, 1) for a in (0, 1)]
OPEN = [(0, NOT_KNOWN, Migration.OPEN), (1, NOT_KNOWN, Migration.OPEN), (NOT_KNOWN, NOT_KNOWN, Migration.OPEN)]
NOTHING = [(NOT_KNOWN, after, Migration.UNDETERMINED) for after in STATUSES]


@pytest.mark.parametrize("gap", [False, True])
@pytest.mark.parametrize("parts", [*KNOWN, *OPEN, (NOT_KNOWN, NOT_KNOWN, Migration.NO), *NOTHING])
def test_what_is_resolved_stands_beside_what_is_undetermined(parts: tuple[int, int, Migration], gap: bool) -> None:
    def state(before: int, after: int, migration: Migration) -> np.ndarray:
        return compose(*(np.array([part]) for part in (before, after, migration, gap)))

    undetermined = state(NOT_KNOWN, NOT_KNOWN, Migration.UNDETERMINED)
    states = resolve(undetermined, state(*parts))

    assert verdict(int(states[0])) == verdict(int(undetermined[0])) == Verdict(None, None, None, gap)
    before, after = (None if part == NOT_KNOWN else part for part in parts[:2])
    told = {Migration.NO: False, Migration.YES: True}.get(parts[2])
    assert resolved_verdict(int(states[0])) == Verdict(before, after, told, gap)
    assert outcome.resolved_migration(states) == parts[2]


def test_a_crossing_outside_the_vintage_is_unknown_throughout() -> None:
    assert verdict(0) == resolved_verdict(0) == Verdict(before=None, after=None, migration=None, imputed=False)
