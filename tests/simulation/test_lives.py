"""What holds of every life of a simulated country: it is in one place at a time, and its papers are its own."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from deploy.simulation.calibration import KINDS
from deploy.simulation.country import Country
from deploy.simulation.life import Life
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
    for life in lives:
        for stay in life.stays:
            if stay.country == "KAZ":
                last = (stay.until or ERA.end) - timedelta(days=1)
                for day in (stay.since, last):
                    assert (stay.ground == "citizen") == (life.citizenship_on(day) == "KAZ"), (life, stay)


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
