"""From packed histories to the cube: order of arrival never matters, and step by step equals all at once."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from services.accounting.rules.figures.movements import CellKind, Tally, difference, tally, unpack
from services.accounting.rules.persons.people import KeyedRecords, People, assemble
from services.accounting.rules.residence.history import (
    CROSSING,
    EVIDENCE,
    Crossings,
    Evidence,
    Kind,
    arrange_evidence,
)
from services.accounting.rules.residence.outcome import NOT_KNOWN, Migration, is_observed, migration, verdict
from services.accounting.rules.residence.reckoning import UNDECLARED, Coverage, Reckoned, classify_people
from services.accounting.rules.residence.residence import NEVER
from tests.accounting.histories import day, generate

PERSONS = 3_000
COVERAGE = Coverage(day("2019-01-01"), day("2026-01-01"))


class Population(NamedTuple):
    """Records of all persons, arranged; the person of each record beside them."""

    person: npt.NDArray[np.int64]
    crossings: Crossings
    knower: npt.NDArray[np.int64]
    evidence: Evidence

    def classify_people(self, coverage: Coverage = COVERAGE) -> Reckoned:
        lengths = np.bincount(self.person, minlength=PERSONS)
        return classify_people(
            self.crossings, lengths, self.evidence, np.bincount(self.knower, minlength=PERSONS), coverage
        )

    def with_crossings(self, person: npt.NDArray[np.int64], crossings: Crossings) -> "Population":
        """The same people with other crossings, in any order."""
        found = self._replace(person=person, crossings=crossings).assembled()
        return self._replace(person=found.holder_of_crossing(), crossings=found.crossings)

    def counted(self, coverage: Coverage = COVERAGE) -> Crossings:
        """The crossings with the state and region that a cube of this population holds."""
        return self.assembled(coverage).crossings

    def assembled(self, coverage: Coverage = COVERAGE) -> People:
        """As accounting counts them; each person's number is their key."""
        everybody = np.arange(PERSONS)
        travels, signs = KeyedRecords(self.crossings, self.person), KeyedRecords(self.evidence, self.knower)
        return assemble(everybody, everybody, travels, signs, coverage)[0]


@pytest.fixture(scope="module")
def population() -> Population:
    """Invented people with dimensions, statements and evidence of every kind."""
    random = np.random.default_rng(7)
    histories = generate(PERSONS, 7, *COVERAGE)
    person = np.repeat(np.arange(PERSONS), histories.lengths)
    crossings = np.zeros(len(person), CROSSING)
    crossings["fact"] = random.permutation(len(person))
    crossings["day"], crossings["arrival"] = histories.day, histories.arrival
    crossings["order"] = np.arange(len(person))
    crossings["stated"] = histories.initial[person]
    crossings["citizen"] = random.choice([6786, 14_172], len(person))
    knower = np.sort(random.integers(0, PERSONS, PERSONS))
    evidence = np.zeros(PERSONS, EVIDENCE)
    evidence["fact"] = np.arange(PERSONS)
    evidence["day"] = random.integers(*COVERAGE, PERSONS)
    evidence["kind"] = random.choice([*Kind], PERSONS)
    evidence["region"] = random.choice([0, 71, 75], PERSONS)
    return Population(person, crossings, knower, evidence[arrange_evidence(knower, evidence)])


def cube(*changes: Tally) -> dict[int, int]:
    """What a cube holds after changes to it."""
    held: dict[int, int] = {}
    for change in changes:
        for cell, count in zip(change.cells.tolist(), change.counts.tolist(), strict=True):
            held[cell] = held.get(cell, 0) + count
    assert all(count >= 0 for count in held.values())
    return {cell: count for cell, count in held.items() if count}


def test_the_result_does_not_depend_on_the_order_in_which_crossings_arrive(population: Population) -> None:
    expected = dict(
        zip(population.crossings["fact"].tolist(), population.classify_people().states.tolist(), strict=True)
    )
    shuffled = np.random.default_rng(1).permutation(len(population.person))
    person, crossings = population.person[shuffled], population.crossings[shuffled]

    again = population.with_crossings(person, crossings)

    assert dict(zip(again.crossings["fact"].tolist(), again.classify_people().states.tolist(), strict=True)) == expected


def test_batch_by_batch_gives_the_same_cube_as_all_at_once(population: Population) -> None:
    batches = np.array_split(np.random.default_rng(2).permutation(len(population.person)), 12)
    growing = population._replace(person=population.person[:0], crossings=population.crossings[:0])
    changes = []
    for step, batch in enumerate(batches):
        coverage = COVERAGE._replace(obs_end=day("2023-01-01") + 100 * step)
        added = population.crossings[batch]
        person = np.concatenate((growing.person, population.person[batch]))
        grown = growing.with_crossings(person, np.concatenate((growing.crossings, added)))
        grown = grown._replace(crossings=grown.counted(coverage))
        changes.append(difference(tally(growing.crossings), tally(grown.crossings)))
        growing = grown

    assert cube(*changes) == cube(tally(population.counted(coverage)))


def test_a_withdrawn_crossing_leaves_no_trace(population: Population) -> None:
    gone = population.crossings["fact"][::50]
    without = ~np.isin(population.crossings["fact"], gone)
    never = population._replace(person=population.person[without], crossings=population.crossings[without])

    before = population.counted()
    after = population.with_crossings(population.person[without], before[without]).counted()

    assert cube(tally(before), difference(tally(before), tally(after))) == cube(tally(never.counted()))


def test_every_observed_crossing_is_a_movement_and_every_open_one_open(population: Population) -> None:
    crossings = population.counted(COVERAGE._replace(obs_end=day("2024-06-01")))
    found = tally(crossings)
    indicators = unpack(found.cells)["indicator"]
    totals = {indicator: int(found.counts[indicators == indicator].sum()) for indicator in CellKind}
    observed, kinds = is_observed(crossings["state"]), migration(crossings["state"])

    assert totals[CellKind.ARRIVALS] + totals[CellKind.DEPARTURES] == observed.sum() < len(crossings)
    assert totals[CellKind.IMM_OPEN] + totals[CellKind.EMI_OPEN] == (kinds == Migration.OPEN).sum() > 0
    assert totals[CellKind.IMM_FINAL] + totals[CellKind.EMI_FINAL] == (kinds == Migration.YES).sum() > 0


def test_only_migrations_and_what_may_become_one_are_given_a_region(population: Population) -> None:
    outcome = population.classify_people()
    placed = outcome.regions != 0

    assert placed.any()
    assert (migration(outcome.states[placed]) != Migration.NO).all()


def test_nothing_is_observed_until_the_feed_has_declared_its_coverage(population: Population) -> None:
    outcome = population.classify_people(UNDECLARED)

    assert not outcome.states.any()
    assert (outcome.due[np.unique(population.person)] < NEVER).all()


def person(*days: tuple[int, bool], stated: int = NOT_KNOWN, evidence: Evidence | None = None) -> Reckoned:
    """One person's reckoning."""
    crossings = np.zeros(len(days), CROSSING)
    crossings["day"], crossings["arrival"] = zip(*days, strict=True)
    crossings["stated"] = stated
    known = np.zeros(0, EVIDENCE) if evidence is None else evidence
    return classify_people(crossings, np.array([len(days)]), known, np.array([len(known)]), COVERAGE)


EARLY = COVERAGE.register_start + 100


def test_a_registration_before_the_first_crossing_makes_the_departing_a_resident() -> None:
    registered = np.array([(1, EARLY - 50, Kind.REGISTERED, 71)], EVIDENCE)
    outcome = person((EARLY, False), evidence=registered)

    assert verdict(int(outcome.states[0])) == (1, 0, True, False)
    assert outcome.regions.tolist() == [71]


def test_without_evidence_the_status_of_an_early_traveller_stays_unknown() -> None:
    outcome = person((EARLY, False))

    assert verdict(int(outcome.states[0])) == (None, None, None, False)
    assert outcome.due.tolist() == [NEVER]


def test_what_the_source_states_goes_before_registrations() -> None:
    registered = np.array([(1, EARLY - 50, Kind.REGISTERED, 71)], EVIDENCE)

    assert verdict(int(person((EARLY, False), stated=0, evidence=registered).states[0])).before == 0


def test_a_batch_may_touch_persons_who_have_no_crossing_left() -> None:
    nothing = np.zeros(0, np.int64)
    outcome = classify_people(
        np.zeros(0, CROSSING), np.array([0, 0]), np.zeros(0, EVIDENCE), np.array([0, 0]), COVERAGE
    )

    assert (outcome.states.tolist(), outcome.due.tolist()) == ([], [NEVER, NEVER])
    assert len(classify_people(np.zeros(0, CROSSING), nothing, np.zeros(0, EVIDENCE), nothing, COVERAGE).due) == 0
