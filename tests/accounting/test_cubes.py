"""The released cubes: what is declared, what has to be counted for it, and what a stranger may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.disclosure.cubes import asked_at_once, cubes, margin_of, named, nation, told
from services.accounting.rules.figures.dataflows import FLOWS, OF_RELEASES, Flow, codes_of
from services.accounting.rules.figures.figures import NotPublic, Query, public_part

FROZEN = [flow for flow in FLOWS.values() if flow.id not in OF_RELEASES]


@pytest.mark.parametrize("flow", FROZEN, ids=lambda flow: flow.id)
def test_the_edges_of_a_table_are_released_with_it_and_counted_with_it(flow: Flow) -> None:
    every = cubes(flow.id)
    assert frozenset() in every, "the nation"
    asked = asked_at_once(every)
    for margin, often in every.items():
        for dimension in margin:
            assert every[margin - {dimension}] >= often
        for frequency in often:
            assert any(margin <= other and frequency in several for other, several in asked.items())
        assert named(flow, margin) in told(flow) or len(margin) < 2
    assert set(asked) <= set(every)
    assert set(nation(flow.id)) == {frozenset()}


def test_nothing_is_frozen_of_what_is_reckoned_from_releases() -> None:
    assert [cubes(flow) for flow in OF_RELEASES] == [{}, {}]


@given(st.sampled_from(FROZEN), st.data())
def test_a_stranger_reads_what_is_in_a_cube_and_is_refused_all_else(flow: Flow, data: st.DataObject) -> None:
    key = tuple(data.draw(st.sampled_from(sorted(codes_of(each.enumeration)))) for each in flow.dimensions)
    query = Query(flow, tuple(frozenset([code]) for code in key)).narrowed(METHOD=["M1216"])
    released = cubes(flow.id).get(margin_of(flow, key), frozenset())
    if key[0] in released:
        assert public_part(query) == query
    elif key[0] not in ("D", "_X") or not released:
        with pytest.raises(NotPublic):
            public_part(query)


def test_an_open_place_is_the_total_and_an_open_frequency_years_and_quarters() -> None:
    flow = FLOWS["DF_FLOW"]
    everything = Query(flow, (None,) * len(flow.dimensions))
    part = public_part(everything)
    assert part is not None
    assert part.of("FREQ") == frozenset("AQ")
    assert part.of("AGE") == frozenset(["_T"])
    by_age = public_part(everything.narrowed(AGE=["Y20T24", "_T"], SEX=["F"]))
    assert by_age is not None
    assert (by_age.of("FREQ"), by_age.of("AGE")) == (frozenset("A"), frozenset(["Y20T24", "_T"]))
