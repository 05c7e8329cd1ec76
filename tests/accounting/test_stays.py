"""Stays as a timeline shows them."""

from services.accounting.rules.persons.stays import Bound, Stay, stays


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
