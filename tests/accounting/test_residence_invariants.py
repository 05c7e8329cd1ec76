"""What holds for every history under the 12/16-month rule (5.1), whatever the person did."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.residence.outcome import resolved_verdict
from services.accounting.rules.residence.residence import M1216, NEVER
from tests.accounting.histories import by_arrays, gather
from tests.accounting.oracle_residence import Crossing, Result, classify, missing, resolve

START = 18_000

pauses = st.one_of(
    st.integers(0, 3), st.integers(0, 130), st.integers(0, 500), st.sampled_from((121, 122, 123, 243, 364, 365, 366))
)
statuses = st.sampled_from((0, 1))


@st.composite
def any_history(draw: st.DrawFn) -> list[Crossing]:
    """Crossings in any directions, so that some are missing."""
    steps = draw(st.lists(st.tuples(pauses, st.booleans()), min_size=1, max_size=14))
    days = np.cumsum([START, *(pause for pause, _ in steps)])[1:].tolist()
    return [Crossing(day, arrival) for day, (_, arrival) in zip(days, steps, strict=True)]


@st.composite
def whole_history(draw: st.DrawFn) -> list[Crossing]:
    """Crossings without a gap: directions alternate."""
    days = np.cumsum([START, *draw(st.lists(pauses, min_size=1, max_size=14))])[1:].tolist()
    first = draw(st.booleans())
    return [Crossing(day, first == (position % 2 == 0)) for position, day in enumerate(days)]


observed_until = st.integers(START, START + 3500)


def results(crossings: Sequence[Crossing], initial: int | None, obs_end: int) -> list[Result]:
    return by_arrays(crossings, initial, obs_end)[0]


@given(any_history(), st.sampled_from((0, 1, None)), observed_until)
def test_arrays_and_plain_rule_agree_on_results_and_missing_crossings(
    crossings: list[Crossing], initial: int | None, obs_end: int
) -> None:
    plain = classify(crossings, initial, obs_end)

    assert by_arrays(crossings, initial, obs_end)[:2] == (plain, missing(crossings, plain))


@given(any_history(), statuses, observed_until)
def test_migrations_alternate_and_add_up_to_the_change_of_status(
    crossings: list[Crossing], initial: int, obs_end: int
) -> None:
    outcome = results(crossings, initial, obs_end)
    migrations = [crossing.arrival for crossing, result in zip(crossings, outcome, strict=False) if result.migration]
    known = [initial, *(result.after for result in outcome if result.after is not None)]

    assert all(earlier != later for earlier, later in pairwise(migrations))
    assert sum(1 if arrival else -1 for arrival in migrations) == known[-1] - initial


@given(any_history(), statuses, observed_until)
def test_consecutive_migrations_lie_at_least_243_days_apart(
    crossings: list[Crossing], initial: int, obs_end: int
) -> None:
    outcome = results(crossings, initial, obs_end)
    days = [crossing.day for crossing, result in zip(crossings, outcome, strict=False) if result.migration]

    assert all(later - earlier >= 243 for earlier, later in pairwise(days))


@given(any_history(), statuses, observed_until)
def test_status_is_carried_from_crossing_to_crossing(crossings: list[Crossing], initial: int, obs_end: int) -> None:
    outcome = results(crossings, initial, obs_end)

    assert [result.before for result in outcome] == [initial, *(result.after for result in outcome)][: len(outcome)]


@given(whole_history(), statuses, observed_until, st.integers(0, 600))
def test_more_data_never_change_a_final_result(
    crossings: list[Crossing], initial: int, obs_end: int, days: int
) -> None:
    earlier = results(crossings, initial, obs_end)
    later = results(crossings, initial, obs_end + days)[: len(earlier)]

    assert [new.migration for old, new in zip(earlier, later, strict=True) if old.migration is not None] == [
        old.migration for old in earlier if old.migration is not None
    ]


@given(any_history(), statuses, observed_until)
def test_everything_is_final_once_its_window_is_full(crossings: list[Crossing], initial: int, obs_end: int) -> None:
    outcome = results(crossings, initial, obs_end)

    assert all(
        result.migration is not None
        for crossing, result in zip(crossings, outcome, strict=False)
        if crossing.day + M1216.window <= obs_end
    )


@given(any_history(), st.sampled_from((0, 1, None)), observed_until)
def test_the_due_day_is_the_first_on_which_anything_changes(
    crossings: list[Crossing], initial: int | None, obs_end: int
) -> None:
    now, _, due = by_arrays(crossings, initial, obs_end)
    quiet = min(due, obs_end + 1000) - 1

    assert due > obs_end
    assert results(crossings, initial, quiet) == now
    if initial is None:  # what changes by M1216R has been due before, though not all that is due changes it
        assert resolved(crossings, quiet) == resolved(crossings, obs_end)
    else:
        assert due == NEVER or results(crossings, initial, due) != now


def resolved(crossings: Sequence[Crossing], obs_end: int) -> list[Result]:
    states = gather([(crossings, None)]).classify(obs_end).states
    return [Result(*resolved_verdict(state)) for state in states[states != 0].tolist()]


@given(any_history(), observed_until)
def test_an_unknown_first_status_is_resolved_as_the_plain_rule_does(crossings: list[Crossing], obs_end: int) -> None:
    assert resolved(crossings, obs_end) == resolve(crossings, obs_end)


@given(any_history(), statuses, observed_until)
def test_what_is_resolved_is_what_the_true_first_status_says(
    crossings: list[Crossing], initial: int, obs_end: int
) -> None:
    truth = results(crossings, initial, obs_end)
    for said, true in zip(resolved(crossings, obs_end), truth, strict=True):
        assert said.migration in (None, true.migration)
        assert said.before in (None, true.before)
        assert said.after in (None, true.after)


@given(st.lists(st.tuples(any_history(), st.sampled_from((0, 1, None))), max_size=6), observed_until)
def test_a_person_s_outcome_does_not_depend_on_the_others(
    persons: list[tuple[list[Crossing], int | None]], obs_end: int
) -> None:
    together = gather(persons).classify(obs_end)
    alone = [gather([person]).classify(obs_end) for person in persons]

    assert together.states.tolist() == [state for one in alone for state in one.states.tolist()]
    assert together.due.tolist() == [due for one in alone for due in one.due.tolist()]


def test_a_missing_crossing_that_comes_to_light_can_overturn_a_final_result() -> None:
    arrival = Crossing(START, arrival=True)
    again = Crossing(START + 480, arrival=True)

    assert results([arrival], 0, START + 400)[0].migration is True
    assert results([arrival, again], 0, START + 600)[0].migration is False
