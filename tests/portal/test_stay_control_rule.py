"""The rolling window of 90 days in 180, held to a reckoning that counts each day by hand (P5)."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.portal.rules.rulebook import rulebook
from services.portal.rules.stays.stay_control import History, Permit, StayBound, legal_stay, overstayed_since

FIRST = date(2025, 1, 1)
DAY = timedelta(days=1)

# Days after one entry, in the window: a treaty, a decision, the general terms, the Union.
TERMS = {"GEO": (90, 90), "IND": (14, 42), "KOR": (30, 90), "RUS": (90, 90)}

# Lengths of absence and of stay in turn; an absence of 0 is an exit and an entry on the same day.
spells = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 70)), min_size=1, max_size=8)
citizenships = st.sampled_from(["GEO", "IND", "KOR", "RUS"])
permits = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 120)), max_size=2)


def travels(lengths: list[tuple[int, int]]) -> tuple[list[tuple[date, date]], tuple[StayBound, ...]]:
    """Stays by first and last day, and their crossings."""
    stays, last = [], FIRST
    for absence, length in lengths:
        entered = last + absence * DAY
        last = entered + (length - 1) * DAY
        stays.append((entered, last))
    crossings = [c for first, last in stays for c in (StayBound(first, True), StayBound(last, False))]
    return stays, tuple(crossings)


def lawful_by_hand(
    stays: list[tuple[date, date]], covered: set[date], citizenship: str, entered: date, day: date
) -> bool:
    """Every day of the window and of the stay, looked at one by one."""
    if day in covered:
        return True
    free = {first + n * DAY for first, last in stays for n in range((last - first).days + 1)} - covered
    window = sum(day - n * DAY in free for n in range(180))
    here = sum(entered + n * DAY not in covered for n in range((day - entered).days + 1))
    if citizenship != "RUS" and entered in covered:
        return False
    per_entry, total = TERMS[citizenship]
    return window <= total and (citizenship == "RUS" or here <= per_entry)


@given(spells, citizenships, permits)
def test_every_day_of_every_stay_is_judged_as_by_hand(
    lengths: list[tuple[int, int]], citizenship: str, terms: list[tuple[int, int]]
) -> None:
    stays, crossings = travels(lengths)
    held = tuple(Permit(FIRST + start * DAY, FIRST + (start + length - 1) * DAY) for start, length in terms)
    covered = {FIRST + n * DAY for n in range(1_500) if any(permit.holds(FIRST + n * DAY) for permit in held)}
    history = History(citizenship, crossings, residence_permits=held)
    entered, last = stays[-1]
    for day in {entered, last, entered + (last - entered) // 2, min(last, entered + 30 * DAY)}:
        expected = lawful_by_hand([*stays[:-1], (entered, day)], covered, citizenship, entered, day)
        assert legal_stay(history, day, rulebook()).lawful == expected
        assert (overstayed_since(history, day, rulebook()) is None) == expected


@given(spells, citizenships)
def test_the_last_day_is_lawful_and_the_day_after_is_not(lengths: list[tuple[int, int]], citizenship: str) -> None:
    _, crossings = travels(lengths)
    day = crossings[-2].day
    staying = History(citizenship, crossings[:-1])
    found = legal_stay(staying, day, rulebook())
    assert found.last_day is not None
    if found.lawful:
        assert legal_stay(staying, found.last_day, rulebook()).lawful
        assert found.days_left == (found.last_day - day).days
    assert legal_stay(staying, max(day, found.last_day + DAY), rulebook()).lawful is False


@given(spells, citizenships)
def test_whoever_is_overstaying_has_been_since_the_day_after_the_last_lawful_one(
    lengths: list[tuple[int, int]], citizenship: str
) -> None:
    _, crossings = travels(lengths)
    staying, day = History(citizenship, crossings[:-1]), crossings[-2].day + 200 * DAY
    since = overstayed_since(staying, day, rulebook())
    assert since is not None
    assert legal_stay(staying, since, rulebook()).lawful is False
    before = legal_stay(staying, since - DAY, rulebook())
    assert before.lawful or not before.present
    assert legal_stay(staying, day, rulebook()).since == since
