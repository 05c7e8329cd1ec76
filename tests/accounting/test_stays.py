"""Stays as a timeline shows them."""

from services.accounting.rules.persons.stays import Bound, Stay, falls_into, stays


def test_a_stay_ends_on_the_day_of_departure_and_the_present_one_is_open() -> None:
    arrival, departure = Bound(100, arrival=True), Bound(130, arrival=False)

    assert stays([(100, True), (130, False)]) == [
        Stay(None, arrival, inside=False),
        Stay(arrival, departure, inside=True),
        Stay(departure, None, inside=False),
    ]


def test_a_missing_departure_is_shown_as_imputed_at_the_floor_midpoint() -> None:
    first, second = Bound(100, arrival=True), Bound(105, arrival=True)
    lost = Bound(102, arrival=False, imputed=True)

    assert stays([(100, True), (105, True)])[1:] == [
        Stay(first, lost, inside=True),
        Stay(lost, second, inside=False),
        Stay(second, None, inside=True),
    ]


def test_a_day_trip_keeps_its_stay_of_no_length() -> None:
    out, back = Bound(100, arrival=False), Bound(100, arrival=True)

    assert Stay(out, back, inside=False) in stays([(100, False), (100, True)])


def test_who_never_crossed_has_no_known_stay() -> None:
    assert stays([]) == []


def test_what_has_a_day_of_the_stay_falls_into_it() -> None:
    arrival, departure = Bound(100, arrival=True), Bound(130, arrival=False)
    stay = Stay(arrival, departure, inside=True)
    told = [(99, 100), (99, 101), (100, 100), (129, None), (130, None), (0, None), (140, 150), (110, 120)]
    assert [falls_into(stay, *span) for span in told] == [False, True, True, True, False, True, False, True]


def test_an_open_stay_has_all_days_on_its_open_side_and_a_day_trip_has_one() -> None:
    bound = Bound(100, arrival=True)
    assert falls_into(Stay(None, bound, inside=False), 0, 1)
    assert falls_into(Stay(bound, None, inside=True), 10**6, None)
    day_trip = Stay(bound, Bound(100, arrival=False), inside=True)
    assert [falls_into(day_trip, *span) for span in ((99, 100), (100, 101), (101, None))] == [False, True, False]
