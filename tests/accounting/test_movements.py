"""Cells of the movement cube: what each crossing contributes, and what a change moves."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.intake.digest.digested import LAST_DAY
from services.accounting.rules.figures.dimensions import AGE_GROUPS, birth_code, country_code, day_number
from services.accounting.rules.figures.movements import (
    FIELDS,
    CellKind,
    Tally,
    cell_ranges,
    difference,
    month_of,
    pack,
    pack_kind,
    tally,
    unpack,
)
from services.accounting.rules.residence.history import BIRTH, CHECKPOINT_REGION, CROSSING
from services.accounting.rules.residence.outcome import NOT_KNOWN, Migration, compose

OBSERVED = 128
LAST_REGION = 75  # the highest number of a region that holds on every day
MONTH = (2024 - 1970) * 12  # January 2024
DAY = day_number(date(2024, 1, 31))


def crossing(migration: Migration, *, arrival: bool, day: int = DAY, gap: bool = False) -> np.ndarray:
    """One observed crossing of an Uzbek worker, with a region."""
    record = np.zeros(1, CROSSING)
    record["day"], record["arrival"] = day, arrival
    record["partner"], record["citizen"] = country_code("RUS"), country_code("UZB")
    record["sex"], record["purpose"], record["region"] = 2, 1, 71
    record["birth"] = birth_code("1990-05-01")
    status = np.array([NOT_KNOWN], np.uint8)
    record["state"] = compose(status, status, np.array([migration], np.uint8), np.array([gap]))
    return record


def told(found: Tally) -> dict[tuple[int, CellKind], int]:
    """Counts by month and indicator."""
    codes = unpack(found.cells)
    assert not codes["family"].any()
    keys = zip(codes["month"].tolist(), map(CellKind, codes["indicator"].tolist()), strict=True)
    return dict(zip(keys, found.counts.tolist(), strict=True))


def told_fully(found: Tally) -> list[dict[str, int]]:
    """The codes of each cell that are not 0."""
    codes = unpack(found.cells)
    return [
        {name: int(values[number]) for name, values in codes.items() if values[number]}
        for number in range(len(found.cells))
    ]


@pytest.mark.parametrize(
    ("migration", "arrival", "indicator"),
    [
        (Migration.YES, True, CellKind.IMM_FINAL),
        (Migration.YES, False, CellKind.EMI_FINAL),
        (Migration.OPEN, True, CellKind.IMM_OPEN),
        (Migration.OPEN, False, CellKind.EMI_OPEN),
        (Migration.UNDETERMINED, True, CellKind.IMM_UNDETERMINED),
        (Migration.UNDETERMINED, False, CellKind.EMI_UNDETERMINED),
    ],
)
def test_a_crossing_counts_as_its_outcome_and_as_a_movement(
    migration: Migration, arrival: bool, indicator: CellKind
) -> None:
    movement = CellKind.ARRIVALS if arrival else CellKind.DEPARTURES

    counted = {(MONTH, indicator): 1, (MONTH, movement): 1}
    if migration == Migration.UNDETERMINED:
        counted[MONTH, CellKind.IMM_UNRESOLVED if arrival else CellKind.EMI_UNRESOLVED] = 1

    assert told(tally(crossing(migration, arrival=arrival))) == counted


def test_what_is_surely_no_migration_is_a_movement_only() -> None:
    assert told(tally(crossing(Migration.NO, arrival=True))) == {(MONTH, CellKind.ARRIVALS): 1}


def test_a_crossing_outside_the_vintage_counts_nowhere() -> None:
    assert len(tally(np.zeros(3, CROSSING)).cells) == 0


def test_a_migration_s_cell_tells_all_its_dimensions() -> None:
    codes = unpack(tally(crossing(Migration.YES, arrival=True)).cells)
    migration = codes["indicator"].tolist().index(CellKind.IMM_FINAL)

    assert {name: int(values[migration]) for name, values in codes.items()} == {
        "month": MONTH,
        "indicator": CellKind.IMM_FINAL,
        "family": 0,
        "region": 71,
        "partner": country_code("RUS"),
        "citizen": country_code("UZB"),
        "sex": 2,
        "age": AGE_GROUPS.index("Y30T34"),
        "purpose": 1,
    }


def test_a_movement_s_cell_tells_citizenship_purpose_and_where_it_was_alone() -> None:
    told_of = {"month": MONTH, "indicator": CellKind.ARRIVALS, "citizen": country_code("UZB"), "purpose": 1}
    record = crossing(Migration.NO, arrival=True)
    assert told_fully(tally(record)) == [told_of]
    record["birth"] |= 75 << CHECKPOINT_REGION
    assert told_fully(tally(record)) == [told_of | {"region": 75}]


def test_a_checkpoint_lies_in_the_region_of_the_crossing_s_day() -> None:
    def region(day: date) -> int:
        record = crossing(Migration.NO, arrival=True, day=day_number(day))
        record["birth"] |= 10 << CHECKPOINT_REGION
        (cell,) = told_fully(tally(record))
        return cell["region"]

    assert [region(date(2022, 6, day)) for day in (7, 8)] == [63, 10], "Abai was a part of East Kazakhstan"


def test_where_a_crossing_was_moves_neither_age_nor_what_is_disputed() -> None:
    at_home, elsewhere = crossing(Migration.YES, arrival=True), crossing(Migration.YES, arrival=True, day=DAY + 1)
    elsewhere["birth"] |= LAST_REGION << CHECKPOINT_REGION
    migrations = [
        {**cell, "month": 0}
        for cell in told_fully(tally(np.concatenate((at_home, elsewhere))))
        if cell["indicator"] == CellKind.IMM_FINAL
    ]
    assert migrations[0] == migrations[1]
    assert birth_code("9999-12-31") <= BIRTH, "a birth date leaves the region its bits"


def test_an_imputed_crossing_has_the_citizenship_of_the_one_that_it_precedes_and_no_purpose() -> None:
    before, after = crossing(Migration.NO, arrival=True), crossing(Migration.NO, arrival=True, day=DAY + 2, gap=True)
    before["citizen"], after["citizen"] = country_code("KAZ"), country_code("RUS")
    (imputed,) = [
        cell
        for cell in told_fully(tally(np.concatenate((before, after))))
        if cell["indicator"] == CellKind.DEPARTURES_IMPUTED
    ]

    assert imputed == {"month": MONTH + 1, "indicator": CellKind.DEPARTURES_IMPUTED, "citizen": country_code("RUS")}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 40, DAY, 60_000]),
            st.booleans(),
            st.sampled_from(["AAA", "UZB", "ZZZ"]),
            st.integers(0, 15),
            st.booleans(),
            st.sampled_from([0, 11, LAST_REGION]),
        )
    )
)
def test_movements_are_what_counting_one_by_one_gives(
    crossings: list[tuple[int, bool, str, int, bool, int]],
) -> None:
    records = np.zeros(len(crossings), CROSSING)
    expected: Counter[tuple[int, CellKind, int, int, int]] = Counter()
    for record, (day, arrival, citizen, purpose, observed, place) in zip(records, crossings, strict=True):
        record["day"], record["arrival"], record["purpose"] = day, arrival, purpose
        record["birth"] = birth_code("1990-05-01") | place << CHECKPOINT_REGION
        record["citizen"], record["state"] = country_code(citizen), OBSERVED if observed else 0
        direction = CellKind.ARRIVALS if arrival else CellKind.DEPARTURES
        if observed:
            expected[int(month_of(np.array([day]))[0]), direction, country_code(citizen), purpose, place] += 1
    found = tally(records)
    codes = unpack(found.cells)
    at = zip(*(codes[name].tolist() for name in ("month", "indicator", "citizen", "purpose", "region")), strict=True)

    assert dict(zip(at, found.counts.tolist(), strict=True)) == expected
    assert (np.diff(found.cells) > 0).all()


def test_an_imputed_crossing_counts_in_the_month_of_its_midpoint() -> None:
    pair = np.concatenate(
        (crossing(Migration.NO, arrival=True), crossing(Migration.NO, arrival=True, day=DAY + 58, gap=True))
    )

    assert told(tally(pair)) == {
        (MONTH, CellKind.ARRIVALS): 1,
        (MONTH + 1, CellKind.DEPARTURES_IMPUTED): 1,
        (MONTH + 2, CellKind.ARRIVALS): 1,
    }


def test_equal_cells_are_added_up_and_cells_ascend() -> None:
    many = np.concatenate([crossing(Migration.OPEN, arrival=arrival) for arrival in (True, False, True)])
    found = tally(many)

    assert told(found)[MONTH, CellKind.IMM_OPEN] == 2
    assert (np.diff(found.cells) > 0).all()


codes = st.fixed_dictionaries({name: st.integers(0, 2**field.bits - 1) for name, field in FIELDS.items()})


@given(codes)
def test_a_cell_is_unpacked_into_what_was_packed(dimensions: dict[str, int]) -> None:
    cell = pack(**{name: np.array([code]) for name, code in dimensions.items()})

    assert (cell[0] < 0) == bool(dimensions["family"])
    assert {name: int(values[0]) for name, values in unpack(cell).items()} == dimensions


def test_the_last_day_that_is_counted_lies_in_the_last_month_of_a_cell() -> None:
    last = pack(month=2 ** FIELDS["month"].bits - 1)
    months = month_of(np.array([LAST_DAY, LAST_DAY + 1]))

    assert pack(month=months[0]) == last > 0
    assert months[1] == months[0] + 1
    assert np.iinfo(CROSSING["day"]).max >= LAST_DAY


def test_a_period_is_a_range_of_cells() -> None:
    month = FIELDS["month"].shift
    cell = tally(crossing(Migration.YES, arrival=False)).cells

    assert ((MONTH << month <= cell) & (cell < MONTH + 1 << month)).all()


@pytest.mark.parametrize(
    ("day", "month"), [(date(1970, 1, 1), 0), (date(2024, 1, 31), MONTH), (date(2024, 2, 1), MONTH + 1)]
)
def test_months_count_from_january_1970(day: date, month: int) -> None:
    assert month_of(np.array([day_number(day)])).tolist() == [month]


tallies = st.dictionaries(st.integers(0, 20), st.integers(1, 5)).map(
    lambda cells: Tally(np.array(sorted(cells), np.int64), np.array([cells[cell] for cell in sorted(cells)], np.int64))
)


@given(tallies, tallies)
def test_the_old_contributions_and_the_difference_make_the_new_ones(old: Tally, new: Tally) -> None:
    change = difference(old, new)
    cube = dict(zip(old.cells.tolist(), old.counts.tolist(), strict=True))
    for cell, count in zip(change.cells.tolist(), change.counts.tolist(), strict=True):
        cube[cell] = cube.get(cell, 0) + count

    assert {cell: count for cell, count in cube.items() if count} == dict(
        zip(new.cells.tolist(), new.counts.tolist(), strict=True)
    )
    assert (change.counts != 0).all()


MONTHS = st.integers(0, 2_047)


@given(MONTHS, st.integers(0, 30), st.sets(st.sampled_from(CellKind)), MONTHS, st.sampled_from(CellKind))
def test_a_cell_lies_in_the_ranges_of_its_months_and_kinds_alone(
    first: int, several: int, kinds: set[CellKind], month: int, kind: CellKind
) -> None:
    months = (first, min(first + several, 2_048))
    low, high = cell_ranges(months, kinds)
    highest = {name: (1 << field.bits) - 1 for name, field in FIELDS.items() if name not in ("indicator", "family")}
    for cell in (int(pack_kind(kind, month=month)), int(pack_kind(kind, **(highest | {"month": month})))):
        lies_in = sum(start <= cell < beyond for start, beyond in zip(low, high, strict=True))
        assert lies_in == (months[0] <= month < months[1] and kind in kinds)
    assert all(beyond < start for beyond, start in zip(high, low[1:], strict=False)), "ranges that touch are one"
