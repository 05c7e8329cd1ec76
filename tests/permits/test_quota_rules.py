"""Invariants of the quota's rules."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.permits.rules import quota
from services.permits.rules.quota import Pool, QuotaSlot
from services.permits.rules.rulebook import rulebook
from shared.kernel.decisions import CheckOutcome

KINDS = st.sampled_from(["employer", "seasonal"])
CATEGORIES = st.sampled_from([None, "1", "2"])
REGIONS = st.sampled_from(["61", "75"])
ACTIVITIES = st.sampled_from(["A", "F"])
PLACES = st.lists(st.builds(QuotaSlot, KINDS, CATEGORIES, REGIONS, ACTIVITIES), max_size=8)


@st.composite
def pools(draw: st.DrawFn) -> list[Pool]:
    """Pools whose places in use do not exceed their size."""
    made = []
    for number in range(draw(st.integers(0, 6))):
        reserved, used, left = draw(st.tuples(*[st.integers(0, 4)] * 3))
        region, activity = draw(st.none() | REGIONS), draw(st.none() | ACTIVITIES)
        size = reserved + used + left
        made.append(Pool(UUID(int=number), draw(KINDS), draw(CATEGORIES), region, activity, size, reserved, used))
    return made


@given(PLACES, pools())
def test_who_passes_the_check_fits_into_every_pool(places: list[QuotaSlot], present: list[Pool]) -> None:
    check = quota.check("employer", places, present, rulebook().on(date(2026, 3, 2)))
    if check.outcome is CheckOutcome.PASSED:
        for pool in present:
            asked = sum(pool.covers(place) for place in places)
            assert pool.used + pool.reserved + asked <= pool.size
        assert all(any(pool.national and pool.covers(place) for pool in present) for place in places)


@given(pools())
def test_used_reserved_and_left_are_the_size(present: list[Pool]) -> None:
    assert all(pool.used + pool.reserved + pool.left == pool.size for pool in present)


@given(PLACES, pools())
def test_demand_counts_each_place_once_in_each_pool_that_covers_it(
    places: list[QuotaSlot], present: list[Pool]
) -> None:
    asked = quota.demand(present, places)
    assert sum(asked.values()) == sum(pool.covers(place) for pool in present for place in places)
    assert all(asked.values())


def test_only_a_permit_that_never_was_in_force_gives_its_place_back() -> None:
    begins = date(2026, 4, 1)
    assert quota.gives_back(begins, ended_on=date(2026, 3, 31))
    assert quota.gives_back(begins, ended_on=begins)  # its first day is the first on which it no longer holds
    assert not quota.gives_back(begins, ended_on=date(2026, 4, 2))
