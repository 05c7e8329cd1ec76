"""The purpose of a stay by the stated order of precedence: cases by hand, and arrays equal to the plain reading."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.figures.dimensions import PURPOSES, country_code, purpose_code
from services.accounting.rules.persons.people import KeyedRecords, People, assemble
from services.accounting.rules.persons.stay_purposes import purposes_of_stays
from services.accounting.rules.persons.stays import stays
from services.accounting.rules.residence.history import CROSSING, EVIDENCE, Kind
from services.accounting.rules.residence.purpose import (
    NO_GROUND,
    PRECEDENCE,
    SPAN,
    Ground,
    declared_purpose,
    grounds,
    purpose_of,
)
from services.accounting.rules.residence.reckoning import UNDECLARED
from tests.accounting import oracle_purpose
from tests.accounting.histories import day
from tests.accounting.oracle_purpose import Term, Travel, purposes

Life = tuple[Sequence[Travel], Sequence[Term]]


def assembled(lives: Sequence[Life]) -> People:
    """As accounting counts them, each life's number being its key."""
    crossings = np.array(
        [
            (number, place, place, 0, travel.day, 0, country_code(travel.citizen), purpose_code(travel.declared), 0,
             travel.arrival, 2, 0, 0)
            for number, (travels, _) in enumerate(lives)
            for place, travel in enumerate(travels)
        ],
        CROSSING,
    )  # fmt: skip
    holder = np.array([number for number, (travels, _) in enumerate(lives) for _ in travels], np.int64)
    crossings["fact"] = np.arange(len(crossings))
    signs: list[tuple[int, int, int, int]] = []
    knower: list[int] = []
    for number, (_, terms) in enumerate(lives):
        for term in terms:
            fact = 10_000 + len(signs)
            signs.append((fact, term.since, term.kind, 0))
            signs += [] if term.until is None else [(fact, term.until, Kind.ENDED, 0)]
            knower += [number] * (1 if term.until is None else 2)
    shuffled = np.random.default_rng(len(signs)).permutation(len(signs))
    evidence, knowing = np.array(signs, EVIDENCE)[shuffled], np.array(knower, np.int64)[shuffled]
    everybody = np.arange(len(lives))
    travels, known = KeyedRecords(crossings, holder), KeyedRecords(evidence, knowing)
    return assemble(everybody, everybody, travels, known, UNDECLARED)[0]


def counted(lives: Sequence[Life]) -> list[list[str | None]]:
    """The purpose of each crossing of each life, by arrays."""
    people = assembled(lives)
    names = [PURPOSES[code] if code else None for code in purpose_of(people.crossings).tolist()]
    ends = np.cumsum(people.lengths).tolist()
    return [names[end - length : end] for end, length in zip(ends, people.lengths.tolist(), strict=True)]


def told(life: Life) -> list[str | None]:
    assert counted([life]) == [purposes(*life)]
    return counted([life])[0]


COME, GONE = day("2024-01-10"), day("2025-06-01")
STAY = [Travel(COME, True, "UZB", "private"), Travel(GONE, False, "UZB", None)]


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (COME - 400, None, True),
        (COME - 400, COME + 1, True),
        (COME - 400, COME, False),  # ended the day before
        (COME + 100, COME + 200, True),  # came later than the traveller
        (COME + SPAN - 1, None, True),
        (COME + SPAN, None, False),  # later than a year: the stay had another purpose
        (COME + 5, COME + 5, False),  # held on no day
    ],
)
def test_evidence_counts_if_it_holds_on_a_day_of_the_first_year(since: int, until: int | None, counts: bool) -> None:
    found = "work" if counts else "private"
    assert told((STAY, [Term(Kind.WORK_PERMIT, since, until)])) == [found, found]


def test_a_departure_has_the_purpose_of_the_stay_that_it_ends() -> None:
    assert told((STAY, [])) == ["private", "private"], "as declared at the arrival"
    said = [STAY[0]._replace(declared=None), STAY[1]._replace(declared="transit")]
    assert told((said, [])) == [None, "transit"], "nothing was declared then"
    assert told((said[1:], [Term(Kind.STUDY, GONE - 10, None)])) == ["study"], "nobody knows when it began"
    assert told((said[1:], [Term(Kind.STUDY, GONE - SPAN - 9, GONE - SPAN)])) == ["transit"]


def test_evidence_of_one_stay_tells_nothing_of_the_next() -> None:
    again = [*STAY, Travel(GONE + 30, True, "UZB", "tourism"), Travel(GONE + 40, False, "UZB", "tourism")]
    assert told((again, [Term(Kind.WORK_PERMIT, COME, GONE)])) == ["work", "work", "tourism", "tourism"]


def test_a_stay_of_one_day_has_that_day() -> None:
    visit = [STAY[0], Travel(COME, False, "UZB", None)]
    assert told((visit, [Term(Kind.BUSINESS, COME, COME + 1)])) == ["business", "business"]


def test_a_citizen_s_departure_has_the_purpose_of_being_abroad() -> None:
    away = [Travel(COME, False, "KAZ", "tourism"), Travel(GONE, True, "KAZ", "other")]
    assert told((away, [Term(Kind.ABROAD_WORK, COME + 90, None)])) == ["work", "other"]
    assert told((away, [Term(Kind.ABROAD_WORK, GONE, None)])) == ["tourism", "other"], "back by then"
    assert told((away, [Term(Kind.WORK_PERMIT, COME, None)])) == ["tourism", "other"], "of a foreigner's stay"
    assert told((STAY, [Term(Kind.ABROAD_WORK, COME, None)])) == ["private", "private"]


@pytest.mark.parametrize(("stronger", "weaker"), [*pairwise(PRECEDENCE)])
def test_the_first_in_the_order_counts(stronger: Ground, weaker: Ground) -> None:
    """Whichever came first, and whatever is told of it: a gap in the stronger one gives way to the weaker."""
    abroad = [Travel(COME, False, "KAZ", "transit")], [Travel(COME, True, "CHN", "transit")]
    travels = abroad[not stronger.kind.name.startswith("ABROAD_")]
    both = [Term(weaker.kind, COME - 50, None), Term(stronger.kind, COME + 50, None)]
    assert told((travels, both)) == [stronger.purpose]


def test_the_order_is_that_of_the_plain_reading() -> None:
    assert [*oracle_purpose.HERE.items(), *oracle_purpose.ABROAD.items()] == [tuple(each) for each in PRECEDENCE]


def test_what_the_crossing_said_stays() -> None:
    people = assembled([(STAY, [Term(Kind.WORK_PERMIT, COME, None)])])
    assert [PURPOSES[code] for code in declared_purpose(people.crossings)] == ["private", "_X"]
    found = grounds(people.crossings, people.lengths, people.evidence, people.evidence_lengths)
    assert [PRECEDENCE[each].kind for each in found] == [Kind.WORK_PERMIT] * 2
    nothing = people.lengths[:0]
    assert grounds(people.crossings[:0], nothing, people.evidence[:0], nothing).size == 0
    assert (
        grounds(people.crossings, people.lengths, people.evidence[:0], people.lengths * 0).tolist() == [NO_GROUND] * 2
    )


def test_the_column_is_found_anew_whatever_it_held() -> None:
    """A permit that is taken away takes the purpose back."""
    people = assembled([(STAY, [Term(Kind.WORK_PERMIT, COME, None)])])
    kept = KeyedRecords(people.crossings, people.holder_of_crossing())
    none = KeyedRecords(people.evidence[:0], people.holder_of_evidence()[:0])
    again = assemble(people.ids, people.ids, kept, none, UNDECLARED)[0]
    assert [PURPOSES[code] for code in purpose_of(again.crossings)] == ["private", "private"]


days = st.one_of(st.integers(0, 30), st.integers(0, 900), st.integers(65_000, 65_535))
travels = st.lists(
    st.builds(Travel, days, st.booleans(), st.sampled_from(("KAZ", "UZB")), st.sampled_from(("work", "transit", None))),
    max_size=6,
).map(lambda some: sorted(some, key=lambda travel: travel.day))
kinds = st.sampled_from([kind for kind in Kind if kind not in (Kind.ENDED, Kind.DEPARTED)])
lives = st.tuples(travels, st.lists(st.builds(Term, kinds, days, st.one_of(st.none(), days)), max_size=6))


@given(st.lists(lives, min_size=1, max_size=4))
def test_arrays_say_what_the_plain_reading_says(several: list[Life]) -> None:
    assert counted(several) == [purposes(*life) for life in several]


def shown(*travels: Travel, terms: Sequence[Term] = ()) -> list[tuple[str | None, Kind | None]]:
    """What the timeline of a life says of its stays, the one before the first crossing first."""
    people = assembled([(travels, terms)])
    found = purposes_of_stays(people, stays([(travel.day, travel.arrival) for travel in travels]))
    return [(PURPOSES[each.purpose] if each.purpose else None, each.ground and each.ground.kind) for each in found]


def test_each_stay_is_shown_with_its_purpose_and_what_shows_it() -> None:
    permit = Term(Kind.WORK_PERMIT, COME + 9, None)
    assert shown(*STAY, terms=[permit]) == [(None, None), ("work", Kind.WORK_PERMIT), (None, None)]
    assert shown(*STAY) == [(None, None), ("private", None), (None, None)]
    left = Travel(COME, False, "UZB", "transit")
    assert shown(left, terms=[Term(Kind.STUDY, COME - 9, None)]) == [("study", Kind.STUDY), (None, None)]
    twice = shown(left, left._replace(day=COME + 10), terms=[permit])
    assert twice == [("transit", None), (None, None), ("work", Kind.WORK_PERMIT), (None, None)], "an arrival is missing"


def test_a_citizen_s_time_abroad_is_shown_and_no_stay_at_home_takes_its_purpose() -> None:
    left, abroad = Travel(COME, False, "KAZ", "tourism"), Term(Kind.ABROAD_STUDY, COME, None)
    assert shown(left, terms=[abroad]) == [(None, None), ("study", Kind.ABROAD_STUDY)]
    again = left._replace(day=COME + 10)
    away = ("study", Kind.ABROAD_STUDY)
    assert shown(left, again, terms=[abroad]) == [(None, None), away, (None, None), away]
