"""The outcome byte and the words of the wire."""

from itertools import product

import numpy as np
import pytest

from services.accounting.rules.residence import outcome
from services.accounting.rules.residence.outcome import NOT_KNOWN, Migration, Verdict, compose, verdict

STATUSES = (0, 1, NOT_KNOWN)


@pytest.mark.parametrize("parts", list(product(STATUSES, STATUSES, Migration, (False, True))))
def test_a_state_is_taken_apart_into_what_it_was_made_of(parts: tuple[int, int, Migration, bool]) -> None:
    before, after, migration, gap = (np.array([part]) for part in parts)

    states = compose(before, after, migration, gap)

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
    state = compose(np.array([1]), np.array([NOT_KNOWN]), np.array([migration]), np.array([True]))

    assert verdict(int(state[0])) == Verdict(before=1, after=None, migration=told, imputed=True)
    assert verdict(int(state[0])).final is final


def test_a_crossing_outside_the_vintage_is_unknown_throughout() -> None:
    assert verdict(0) == Verdict(before=None, after=None, migration=None, imputed=False)
