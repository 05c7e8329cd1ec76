"""Orders and moves of the regional quotas: whatever is moved, nothing is lost, and no region has more than was set."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kandas.rules import regional_quota as rule
from services.kandas.rules.regional_quota import Kind, Move, Pool
from services.kandas.rules.rulebook import rulebook
from shared.kernel.decisions import DecisionOutcome

NORMS = rulebook().on(date(2026, 3, 2))
NAMES: list[rule.Name] = [(kind, region) for kind in ("kandas", "resettler") for region in (None, "55", "59", "11")]
ORDER = [Pool(kind, region, 30 if region is None else 10) for kind, region in NAMES]
moves = st.lists(st.builds(Move, st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 40)), max_size=8)


@given(moves)
def test_moves_lose_and_gain_nothing(moved: list[Move]) -> None:
    after, obstacles = rule.moved(ORDER, moved)
    assert all(pool.size >= 0 for pool in after)
    if not obstacles:
        totals = [sum(pool.size for pool in pools if pool.region is None) for pools in (ORDER, after)]
        assert totals[0] == totals[1]


@given(
    moves, st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 40)), max_size=4, unique_by=lambda each: each[0])
)
def test_what_an_order_may_set_keeps_what_was_given_and_the_country_s_total(
    moved: list[Move], given_places: list[tuple[rule.Name, int]]
) -> None:
    after, _ = rule.moved(ORDER, moved)
    in_use = [Pool(*name, size=40, used=used) for name, used in given_places if name[1]]
    if rule.decide_order(after, in_use, NORMS).outcome is not DecisionOutcome.GRANTED:
        return
    sizes = {pool.names: pool.size for pool in after}
    kinds: tuple[Kind, ...] = ("kandas", "resettler")
    for kind in kinds:
        assert sum(size for (of, region), size in sizes.items() if of == kind and region) <= sizes[kind, None]
    assert all(pool.used <= sizes[pool.names] for pool in in_use)


@pytest.mark.parametrize(
    ("move", "at"),
    [
        (Move(("kandas", "55"), ("kandas", "55"), 1), "target"),
        (Move(("kandas", "75"), ("kandas", "55"), 1), "source"),
        (Move(("kandas", "55"), ("resettler", "59"), 11), "places"),
    ],
    ids=["from itself", "from no pool", "more than it has"],
)
def test_a_move_that_cannot_be_is_named_at_its_place(move: Move, at: str) -> None:
    _, (obstacle,) = rule.moved(ORDER, [move])
    assert (obstacle.number, obstacle.at) == (0, at)


def test_no_region_is_named_where_only_the_country_s_total_was_published() -> None:
    assert rule.named_regions("kandas", rulebook().on(date(2024, 9, 1))) == frozenset()
    assert "62" in rule.named_regions("resettler", NORMS)
    assert "62" not in rule.named_regions("kandas", NORMS)
