"""What crossings that were lost do to figures is told by the histories themselves: each crossing left out once."""

from collections import Counter

import numpy as np
import pytest

from services.accounting.rules.estimates import losses
from services.accounting.rules.estimates.losses import NO_GAPS, NO_INFLUENCE, gaps_of, influence_of
from services.accounting.rules.figures.movements import month_of, unpack
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import NOT_KNOWN, Migration, resolved_migration
from tests.accounting.histories import Histories, generate
from tests.accounting.oracle_residence import Crossing, classify
from tests.accounting.test_provisional import COVERAGE, people_of

FIRST = COVERAGE.register_start + 400
"""From here on a first crossing tells the status before it."""
Key = tuple[bool, bool, int, int, int]
"""Arrival, whether final (else open), month, kind of the crossing left out, its month."""


def verdicts(crossings: list[Crossing]) -> list[bool | None]:
    """By the oracle, of a person who lived on the side that the first crossing leaves."""
    return [each.migration for each in classify(crossings, int(not crossings[0].arrival), COVERAGE.obs_end)]


def changes(crossings: list[Crossing]) -> Counter[Key]:
    """What leaving out each of a foreigner's crossings changes, one after the other."""
    month = [int(each) for each in month_of(np.array([each.day for each in crossings]))]
    usual, found = verdicts(crossings), Counter[Key]()
    for lost, own in enumerate(crossings):
        rest = crossings[:lost] + crossings[lost + 1 :]
        without: list[bool | None] = verdicts(rest) if rest else []
        without.insert(lost, False)
        for at, (before, after) in enumerate(zip(usual, without, strict=True)):
            for verdict, sign in ((before, -1), (after, 1)):
                if verdict is not False:
                    found[crossings[at].arrival, bool(verdict), month[at], 2 + own.arrival, month[lost]] += sign
    return found


def test_each_crossing_left_out_changes_what_the_oracle_says() -> None:
    histories = generate(300, 11, FIRST, COVERAGE.obs_end)
    persons = [crossings for crossings, _ in histories.persons() if 0 < len(crossings) <= losses.FOLDS]
    kept = np.repeat(histories.lengths <= losses.FOLDS, histories.lengths)
    lengths = histories.lengths[histories.lengths <= losses.FOLDS]
    few = Histories(lengths, histories.day[kept], histories.arrival[kept], np.full(len(lengths), NOT_KNOWN, np.uint8))
    people = _classified(few)
    found = influence_of(people, COVERAGE)
    told = Counter[Key]()
    for cell, arrival, stratum, _, lost, month, change in zip(*found, strict=True):
        final = bool(stratum == losses.FINAL)
        told[bool(arrival), final, int(unpack(cell)["month"]), int(lost), int(month)] += int(change)
    expected = Counter[Key]()
    for crossings in persons:
        expected.update(changes(crossings))
    assert {key: count for key, count in told.items() if count} == {key: n for key, n in expected.items() if n}
    assert len(expected) > 200


def test_parts_of_the_country_tell_what_all_of_it_does() -> None:
    people = _classified(generate(200, 12, FIRST, COVERAGE.obs_end))
    whole, gaps = influence_of(people, COVERAGE), gaps_of(people)
    joined, own = NO_INFLUENCE, NO_GAPS
    for part in people.parts(60):
        joined, own = joined.joined(influence_of(part, COVERAGE)), own.joined(gaps_of(part))
    assert sorted(zip(*map(np.ndarray.tolist, joined), strict=True)) == sorted(
        zip(*map(np.ndarray.tolist, whole), strict=True)
    )
    for one, other in zip(gaps, own, strict=True):
        assert np.array_equal(one, other)
    nobody = influence_of(
        next(people.parts(1))._replace(lengths=np.array([0]), crossings=people.crossings[:0]), COVERAGE
    )
    assert not len(nobody.cell)


@pytest.mark.parametrize("rate", [0.0, 0.03])
def test_visitors_whose_exits_are_lost_are_foretold_as_immigrants(rate: float) -> None:
    """Nobody here migrates: each immigration is a visitor's whose exit was lost, and each emigration one whose entry
    was. How many these are the same histories foretell, without knowing which crossings were lost."""
    random = np.random.default_rng(13)
    visits, count = 4, 4_000
    gap = random.integers(60, 330, (count, 2 * visits))
    gap[:, ::2] = random.integers(5, 80, (count, visits))  # days here, then days elsewhere
    day = FIRST + random.integers(0, 60, count)[:, None] + np.cumsum(gap, axis=1) - gap
    recorded = (random.random(day.shape) >= rate) & (day < COVERAGE.obs_end - 400)
    arrival = np.tile([True, False], (count, visits))
    lengths = recorded.sum(axis=1)
    lost = Histories(lengths, day[recorded], arrival[recorded], np.full(count, NOT_KNOWN, np.uint8))
    people = _classified(lost)
    influence, odds = influence_of(people, COVERAGE), gaps_of(people).odds()
    final = influence.stratum == losses.FINAL
    for came in (True, False):
        own = (people.crossings["arrival"] == came) & (resolved_migration(people.crossings["state"]) == Migration.YES)
        foretold = (odds[influence.lost] * influence.change)[final & (influence.arrival == came)].sum()
        happened = int(np.count_nonzero(own))
        assert abs(foretold - happened) < 4 * np.sqrt(max(1, happened)) + 2
        assert (happened > 30) == (rate > 0)
    if rate:
        assert odds[2:] == pytest.approx(rate, rel=0.25)


def _classified(histories: Histories) -> People:
    """Foreigners whose first crossing tells where they lived."""
    first = np.cumsum(histories.lengths) - histories.lengths
    travels = histories.lengths > 0
    initial = np.full(len(histories.lengths), NOT_KNOWN, np.uint8)
    initial[travels] = np.logical_not(histories.arrival[first[travels]])
    people = people_of(histories._replace(initial=initial))
    people.crossings["stated"] = NOT_KNOWN
    return people
