"""Places by day are those of counting each day by itself."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.kandas.rules.centre_places import PlacesSpan, between, first_free, spans

SINCE = date(2026, 3, 16)
DAYS = 12
day = st.integers(-3, DAYS).map(lambda number: SINCE + timedelta(days=number))
stays = st.lists(st.tuples(day, st.integers(1, 6)), max_size=6)
orders = st.dictionaries(day, st.integers(0, 4), max_size=4)


def counted(told: dict[date, int], held: list[tuple[date, int]], on: date) -> tuple[int, int]:
    before = [each for each in told if each <= on]
    there = sum(begin <= on < begin + timedelta(days=length) for begin, length in held)
    return (told[max(before)] if before else 0), there


def made(told: dict[date, int], held: list[tuple[date, int]]) -> list[PlacesSpan]:
    changes: dict[date, int] = {}
    for begin, length in held:
        if (gone := begin + timedelta(days=length)) > SINCE:
            for at, more in ((max(begin, SINCE), 1), (gone, -1)):
                changes[at] = changes.get(at, 0) + more
    return spans(told, changes, SINCE)


@given(orders, stays, st.integers(1, 3), st.integers(1, 4))
def test_spans_and_the_first_free_day_are_those_of_counting_each_day(
    told: dict[date, int], held: list[tuple[date, int]], asked: int, length: int
) -> None:
    found = made(told, held)
    days = [SINCE + timedelta(days=number) for number in range(3 * DAYS)]
    by_day = {on: counted(told, held, on) for on in days}
    for on in days:
        (span,) = between(found, on, on)
        assert (span.places, span.taken) == by_day[on]
    fits = [
        on
        for on in days[: 2 * DAYS]
        if all(p - t >= asked for p, t in (by_day[on + timedelta(days=number)] for number in range(length)))
    ]
    assert first_free(found, asked, length) == (fits[0] if fits else None)
