"""Invariants of moves between pools: the country's total stays, under each ceiling, and nothing falls below nothing."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.permits.rules.quota import LABOUR_IMMIGRANT, Pool
from services.permits.rules.quota_move import Move, Name, differences, moved, name_of

NAMES: st.SearchStrategy[Name] = st.one_of(
    st.just(("undistributed", None, None, None, None)),
    st.tuples(
        st.just("employer"),
        st.sampled_from("34"),
        st.none() | st.sampled_from(["61", "75"]),
        st.none() | st.just("F"),
        st.none() | st.just("UZB"),
    ),
    st.tuples(
        st.sampled_from(["seasonal", "labour_immigrant"]),
        st.none(),
        st.none() | st.sampled_from(["61", "75"]),
        st.none(),
        st.none(),
    ),
)
POOLS = st.lists(st.tuples(NAMES, st.integers(0, 9)), min_size=1, max_size=8, unique_by=lambda each: each[0])
MOVES = st.lists(st.builds(Move, NAMES, NAMES, st.integers(1, 5)), min_size=1, max_size=4)


def national(pools: list[Pool], *, immigrants: bool) -> int:
    return sum(pool.size for pool in pools if pool.national and (pool.kind == LABOUR_IMMIGRANT) is immigrants)


@given(POOLS, MOVES)
def test_a_move_takes_from_nobody_and_adds_nothing(named: list[tuple[Name, int]], moves: list[Move]) -> None:
    pools = [Pool(UUID(int=number), *name[:4], size, country=name[4]) for number, (name, size) in enumerate(named)]
    left, obstacles = moved(pools, moves)
    assert all(pool.size >= 0 for pool in left)
    if obstacles:
        return
    for immigrants in (False, True):
        assert national(left, immigrants=immigrants) == national(pools, immigrants=immigrants)
    sizes = {name_of(pool): pool.size for pool in pools}
    expected = sizes.copy()
    for move in moves:
        for name, places in differences(move, {name_of(pool): pool for pool in left}).items():
            expected[name] = expected.get(name, 0) + places
    assert {name_of(pool): pool.size for pool in left} == expected
