"""What holds of every life of a simulated country: it is in one place at a time, and its papers are its own."""

import re
from collections import Counter
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulation import documents
from deploy.simulation.acts import MEMBERS
from deploy.simulation.calibration import KINDS
from deploy.simulation.country import Country
from deploy.simulation.life import Deed, Kind, Life, Name, Stay
from deploy.simulation.lives.draft import Era
from deploy.simulation.names.written import office
from shared.kernel import iin
from shared.kernel.codes import code_list

START, THROUGH = date(2023, 7, 1), date(2026, 6, 30)
LATIN = re.compile("[A-Z]+(?:[ -][A-Z]+)*")
ERA = Era(START, THROUGH)


def country(seed: int = 1, people: int = 600) -> Country:
    return Country(seed, people, START, THROUGH)


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return list(country(people=2000).lives())


def test_nobody_is_in_two_places_and_stays_follow_without_gap(lives: list[Life]) -> None:
    for life in lives:
        assert life.stays[0].since == max(life.born, ERA.dawn)
        assert all(before.until == after.since > before.since for before, after in life.moves())
        assert life.stays[-1].until == life.died
        assert life.stays[-1].since < ERA.end


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**64),
    kind=st.sampled_from(KINDS),
    place=st.floats(0, 1, exclude_max=True),
    start=st.dates(date(2012, 1, 1), date(2026, 1, 1)),
    days=st.integers(0, 2000),
)
def test_every_household_of_every_country_is_coherent(
    seed: int, kind: Kind, place: float, start: date, days: int
) -> None:
    """Whatever the seed and the time: one place on every day, its ground that of the citizenship, acts in order."""
    era = Era(start, start + timedelta(days=days))
    whole = Country(seed, 3000, era.start, era.through)
    for life in whole.household(kind, int(place * whole.households(kind))):
        assert life.stays[0].since == max(life.born, era.dawn)
        assert all(before.until == after.since > before.since for before, after in life.moves())
        assert life.stays[-1].until == life.died
        assert life.stays[-1].since < era.end
        assert all(_is_on_right_ground(life, stay, era) for stay in life.stays)
        assert [act.day for act in life.acts] == sorted(act.day for act in life.acts)
        assert life.iin is None or iin.is_valid(life.iin)
        assert all(life.born <= paper.issued_on < paper.expires for paper in life.papers)


def test_acts_have_the_members_that_registers_rely_on(lives: list[Life]) -> None:
    told = set()
    for life in lives:
        for act in life.acts:
            always, sometimes = MEMBERS[act.deed]
            assert always <= act.details.keys() <= always | sometimes, act
            told.add(act.deed)
    assert set(get_args(Deed)) - told <= {"refugee", "expulsion"}  # so few that a small country may have none
    assert set(MEMBERS) == set(get_args(Deed))


def test_everybody_counts_once_and_there_are_as_many_as_were_asked_for(lives: list[Life]) -> None:
    assert [life.number for life in lives] == list(range(1, 2001))
    assert {life.kind for life in lives} == set(KINDS)


def test_an_iin_is_valid_and_nobody_elses(lives: list[Life]) -> None:
    numbers = [life.iin for life in lives if life.iin is not None]
    assert all(map(iin.is_valid, numbers))
    assert Counter(numbers).most_common(1)[0][1] == 1
    assert all(life.iin_since is not None and life.iin_since >= life.born for life in lives if life.iin)


def test_papers_are_their_bearers_own_and_printed_by_the_office_of_their_day(lives: list[Life]) -> None:
    numbers = Counter((paper.issuing_state, paper.number) for life in lives for paper in life.papers)
    assert numbers.most_common(1)[0][1] == 1
    for life in lives:
        for paper in life.papers:
            assert life.born <= paper.issued_on < paper.expires
            assert paper.office == office(paper.issuing_state, paper.issued_on)
            assert LATIN.fullmatch(paper.surname), paper
            assert LATIN.fullmatch(paper.given_names), paper


@pytest.mark.parametrize("state", ["KAZ", "UZB", "CHN", "AUS"])
def test_digits_of_numbers_tell_nothing_of_the_drawing(state: str) -> None:
    """First passports of lives in a row: every digit, and the last two together, as often as chance has it."""
    name = Name("russian", "Иванов", "Иван")
    numbers = [documents.issue(life, 0, "P", state, name, START).number for life in range(1, 6001)]
    assert len(set(numbers)) == len(numbers)
    for place in range(-6, 0):
        assert all(500 < count < 700 for count in Counter(number[place] for number in numbers).values())
    last = Counter(number[-2:] for number in numbers)
    assert len(last) == 100
    assert all(25 < count < 95 for count in last.values())


@settings(max_examples=20)
@given(st.integers(0, 10**9), st.integers(0, 15), st.integers(0, 10**9), st.integers(0, 15))
def test_no_two_papers_of_a_state_have_one_number(life: int, place: int, other: int, at: int) -> None:
    name = Name("russian", "Иванов", "Иван")
    one, two = (documents.issue(*each, "P", "RUS", name, START).number for each in ((life, place), (other, at)))
    apart = abs((life * 16 + place) - (other * 16 + at))
    assert (one == two) == (apart % 10**8 == 0)


def test_a_border_is_crossed_with_a_paper_that_was_issued_before(lives: list[Life]) -> None:
    for life in lives:
        crossed = [after.since for before, after in life.moves() if before.country != after.country]
        assert not crossed or min(paper.issued_on for paper in life.papers) <= crossed[0], life


def test_codes_are_those_of_the_code_lists(lives: list[Life]) -> None:
    countries, regions, purposes = code_list("countries"), code_list("regions"), code_list("purposes")
    for life in lives:
        for stay in life.stays:
            assert stay.country in countries
            assert stay.purpose in purposes
            assert (stay.region in regions) == (stay.country == "KAZ")
            assert (stay.ground == "abroad") == (stay.country != "KAZ")


def test_acts_lie_within_the_life_and_in_order(lives: list[Life]) -> None:
    for life in lives:
        days = [act.day for act in life.acts]
        assert days == sorted(days)
        assert all(life.stays[0].since <= day for day in days)
        assert all(life.died is None or day <= life.died for day in days)
        assert ("death" in {act.deed for act in life.acts}) == (life.died is not None)


def test_a_citizen_is_here_by_right_and_a_foreigner_is_not_called_one(lives: list[Life]) -> None:
    assert [(life, stay) for life in lives for stay in life.stays if not _is_on_right_ground(life, stay, ERA)] == []


def _is_on_right_ground(life: Life, stay: Stay, era: Era) -> bool:
    """Whether who stays here as a citizen is one on the first day and on the last, and nobody else."""
    days = (stay.since, (stay.until or era.end) - timedelta(days=1))
    is_citizen = [life.citizenship_on(day) == "KAZ" for day in days]
    return stay.country != "KAZ" or is_citizen == [stay.ground == "citizen"] * 2


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    once, again, other = (list(country(seed).lives()) for seed in (3, 3, 4))
    assert once == again
    assert [life.names for life in once] != [life.names for life in other]


def test_a_household_can_be_drawn_alone(lives: list[Life]) -> None:
    whole = country(people=2000)
    for kind in KINDS:
        number = whole.households(kind) // 2
        alone = whole.household(kind, number)
        assert alone == [life for life in lives if life.household == alone[0].household]


def test_the_population_balances(lives: list[Life]) -> None:
    first, last = date(2023, 7, 1), date(2026, 6, 30)
    moves = [pair for life in lives for pair in life.moves() if first < pair[1].since <= last]
    entered = sum(before.country != "KAZ" == after.country for before, after in moves)
    left = sum(before.country == "KAZ" != after.country for before, after in moves)
    born = sum(first < life.born <= last and life.stays[0].country == "KAZ" for life in lives)
    died = sum(
        life.died is not None and first < life.died <= last and life.stays[-1].country == "KAZ" for life in lives
    )
    assert _population(lives, last) - _population(lives, first) == entered - left + born - died
    assert min(entered, left, born, died) > 0


def _population(lives: list[Life], day: date) -> int:
    return sum(
        stay.country == "KAZ" and stay.since <= day and (stay.until is None or day < stay.until)
        for life in lives
        for stay in life.stays
    )


@pytest.mark.parametrize(
    ("people", "start", "through"),
    [(1, START, THROUGH), (40, date(2026, 6, 30), date(2026, 6, 30)), (60, date(2016, 2, 29), date(2024, 2, 29))],
)
def test_a_small_short_or_long_country_is_whole(people: int, start: date, through: date) -> None:
    found = list(Country(9, people, start, through).lives())
    assert len(found) == people
    assert all(life.stays[0].since >= Era(start, through).dawn for life in found)


def test_a_country_without_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no country of 10 lives"):
        Country(1, 10, THROUGH, START)
