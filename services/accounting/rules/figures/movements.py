"""From classified histories to the cells of the movement cube, and what a change adds to it and takes from it.

A cell is one number: family, month, indicator, region, partner country, citizenship, sex, five-year age group at the
crossing and purpose, the month above the others, so that a period of a family is a range of cells. Codes are those of
rules.dimensions. The purpose of a migration is that of the stay (rules.residence.purpose), that of a mere crossing as
declared.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import age_group
from services.accounting.rules.residence.history import (
    BIRTH,
    BIRTH_DISPUTED,
    CHECKPOINT_REGION,
    SEX,
    SEX_DISPUTED,
    Crossings,
)
from services.accounting.rules.residence.outcome import Migration, is_observed, migration, resolved_migration
from services.accounting.rules.residence.purpose import declared_purpose, purpose_of
from services.accounting.rules.residence.region import of_its_day
from services.accounting.rules.residence.residence import imputed

Ints = npt.NDArray[np.int64]


class CellKind(IntEnum):
    """What a cell counts. Stored: numbers never change their meaning; 0 to 31, of which 31 is free.

    Crossings that M1216 leaves undetermined count once more as what M1216R says of them: a migration, open, or still
    nothing. Arrivals, departures and those imputed count all crossings by month, the region of the checkpoint,
    citizenship and purpose, every other dimension 0: nobody asks a crossing's sex or age. An imputed crossing has the
    citizenship of the crossing that it precedes, no purpose, and no region: nobody knows where it was. imputed /
    (counted + imputed) is the published share of imputed crossings.
    """

    IMM_FINAL = 1
    EMI_FINAL = 2
    IMM_OPEN = 3
    EMI_OPEN = 4
    IMM_UNDETERMINED = 5  # the person's first status is not known, and no further day will tell
    EMI_UNDETERMINED = 6
    ARRIVALS = 7
    DEPARTURES = 8
    ARRIVALS_IMPUTED = 9
    DEPARTURES_IMPUTED = 10
    IMM_RESOLVED = 11
    EMI_RESOLVED = 12
    IMM_RESOLVED_OPEN = 13
    EMI_RESOLVED_OPEN = 14
    IMM_UNRESOLVED = 15
    EMI_UNRESOLVED = 0
    # Lines beside the rule (line_cells); the starts are what was so before the first reference date.
    U98_IN_LONG = 16
    U98_OUT_LONG = 17
    U98_IN_SHORT = 18
    U98_OUT_SHORT = 19
    U98_IN_OPEN = 20
    U98_OUT_OPEN = 21
    U98_OUT_UNDETERMINED = 22
    U98_START = 23
    M12_IN = 24
    M12_OUT = 25
    M12_START = 26
    RESIDENT_GAIN = 27
    RESIDENT_LOSS = 28
    RESOLVED_GAIN = 29  # of those whom M1216 leaves undetermined
    RESOLVED_LOSS = 30


class Field(NamedTuple):
    """Where a dimension lies in a cell: cell >> shift & (2 ** bits - 1)."""

    shift: int
    bits: int


FIELDS: Final = {
    "month": Field(52, 11),  # months since 1970-01
    "indicator": Field(48, 4),
    "region": Field(41, 7),
    "partner": Field(26, 15),
    "citizen": Field(11, 15),
    "sex": Field(9, 2),
    "age": Field(4, 5),
    "purpose": Field(0, 4),
    "family": Field(63, 1),  # the fifth bit of the indicator: the sign, so that cells of one family lie together
}
"""64 bits, highest first but for the sign; a view that unpacks cells in SQL is written from this table."""

_KINDS: Final = 1 << FIELDS["indicator"].bits
_FAMILY: Final = 1 << FIELDS["family"].shift


NO_CELLS: Final[Ints] = np.zeros(0, np.int64)


class _Placed(NamedTuple):
    """Cells, and the position of the crossing that each one counts."""

    cells: Ints
    crossing: Ints


class _Movements(NamedTuple):
    """Distinct cells, the positions of the crossings that they count, and for each of these the number of its cell."""

    cells: Ints
    crossing: Ints
    number: Ints


class Tally(NamedTuple):
    """Distinct cells in ascending order, and how many persons' crossings each one counts (or gains, or loses)."""

    cells: Ints
    counts: Ints


_NOTHING: Final = Tally(NO_CELLS, NO_CELLS)


def tally(crossings: Crossings, beside: Ints = NO_CELLS) -> Tally:
    """What crossings contribute with the `state` and `region` that they carry, those outside the vintage nothing; and
    the cells `beside` that their persons' rows keep.

    The crossings of a person must lie together, in order: an imputed crossing takes its month from its neighbours.
    """
    if not len(crossings) and not len(beside):
        return _NOTHING  # as of who was nobody before their first record
    single = np.concatenate((_migrations(crossings).cells, _imputed(crossings).cells, beside))
    cells, _, number = _movements(crossings)
    counts = np.concatenate((np.ones(len(single), np.int64), np.bincount(number, minlength=len(cells))))
    return _sum(np.concatenate((single, cells)), counts)


def tally_keys(crossings: Crossings, beside: Ints, keys: Ints, keys_beside: Ints) -> Tally:
    """The same cells, and instead of counts the sums, modulo 2^64, of the `keys` of who is counted: one of each
    crossing, and of each cell beside (rules.disclosure.cell_key)."""
    migrations, imputed = _migrations(crossings), _imputed(crossings)
    cells, observed, number = _movements(crossings)
    whole = np.zeros(len(cells), np.int64)
    np.add.at(whole, number, keys[observed])
    sums = (keys[migrations.crossing], keys[imputed.crossing], keys_beside, whole)
    return _sum(np.concatenate((migrations.cells, imputed.cells, beside, cells)), np.concatenate(sums))


def added(several: Sequence[Tally]) -> Tally:
    """What all of them count together."""
    return _sum(*(np.concatenate([NO_CELLS, *each]) for each in zip(*several, strict=True))) if several else _NOTHING


def difference(old: Tally, new: Tally) -> Tally:
    """What the cube gains (loses, below 0) when `old` contributions become `new`; unchanged cells are left out."""
    cells = np.concatenate((old.cells, new.cells))
    changes = _sum(cells, np.concatenate((-old.counts, new.counts)))
    moved = changes.counts != 0
    return Tally(changes.cells[moved], changes.counts[moved])


def pack(**codes: npt.ArrayLike) -> Ints:
    """Cells from codes by name of FIELDS; a dimension left out is 0."""
    cells: Ints = np.zeros((), np.int64)
    for name, values in codes.items():
        cells = cells | np.asarray(values, np.int64) << FIELDS[name].shift
    return cells


def pack_kind(kind: npt.ArrayLike, **codes: npt.ArrayLike) -> Ints:
    """`pack` with any CellKind."""
    kind = np.asarray(kind, np.int64)
    return pack(indicator=kind % _KINDS, family=kind // _KINDS, **codes)


def sex_of(crossings: Crossings) -> Ints:
    """Sex code of those who crossed; what is disputed is not specified."""
    sex = crossings["sex"]
    return np.where(sex & SEX_DISPUTED, 0, sex & SEX).astype(np.int64)


def age_of(crossings: Crossings, day: npt.NDArray[np.integer]) -> Ints:
    """Age group on a day of those who crossed; what is disputed is not specified."""
    birth = (crossings["birth"] & BIRTH).astype(np.int64)
    return age_group(np.where(crossings["sex"] & BIRTH_DISPUTED, 0, birth), day)


def unpack(cells: Ints) -> dict[str, Ints]:
    """Codes by name of FIELDS: the inverse of `pack`."""
    return {name: cells >> field.shift & ((1 << field.bits) - 1) for name, field in FIELDS.items()}


def cell_ranges(months: tuple[int, int], kinds: Iterable[int]) -> tuple[list[int], list[int]]:
    """Where the cells of some kinds lie in `months` (since 1970-01, half-open): the first cell of each range, and the
    one beyond its last. Ranges that touch are one, so that all kinds of all months are read in one go."""
    month, kind = FIELDS["month"], FIELDS["indicator"]
    first: list[int] = []
    beyond: list[int] = []
    own = sorted((kind // _KINDS * -_FAMILY, kind % _KINDS) for kind in set(kinds))
    families = dict.fromkeys(family for family, _ in own)
    for start in (
        family + (at << month.shift) + (number << kind.shift)
        for family in families
        for at in range(max(months[0], 0), min(months[1], 1 << month.bits))  # no cell lies in any other month
        for held, number in own
        if held == family
    ):
        if beyond and beyond[-1] == start:
            beyond[-1] = start + (1 << kind.shift)
        else:
            first.append(start)
            beyond.append(start + (1 << kind.shift))
    return first, beyond


def month_of(day: npt.NDArray[np.integer]) -> Ints:
    """Months since 1970-01 of day numbers."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def places(crossings: Crossings) -> Ints:
    """The cell of each crossing as a migration, but for its kind."""
    return pack(
        month=month_of(crossings["day"]),
        region=crossings["region"],
        partner=crossings["partner"],
        citizen=crossings["citizen"],
        sex=sex_of(crossings),
        age=age_of(crossings, crossings["day"]),
        purpose=purpose_of(crossings),
    )


def _migrations(crossings: Crossings) -> _Placed:
    kinds = migration(crossings["state"])
    at = np.flatnonzero(is_observed(crossings["state"]) & (kinds != Migration.NO))
    counted = crossings[at]
    pure = migration(counted["state"])
    resolved = np.where(pure == Migration.UNDETERMINED, resolved_migration(counted["state"]), Migration.NO)
    more = resolved != Migration.NO
    cells = places(counted)
    departure = (counted["arrival"] == 0).astype(np.int64)
    own = pack(indicator=CellKind.IMM_FINAL + 2 * (pure.astype(np.int64) - Migration.YES) + departure)
    of_resolved = (CellKind.IMM_RESOLVED + 2 * (resolved.astype(np.int64) - Migration.YES) + departure) % _KINDS
    found = np.concatenate((cells | own, (cells | pack(indicator=of_resolved))[more]))
    return _Placed(found, np.concatenate((at, at[more])))


def _movements(crossings: Crossings) -> _Movements:
    """All observed crossings by month, direction, region of the checkpoint on that day, citizenship and purpose."""
    observed = is_observed(crossings["state"])
    day = crossings["day"][observed]
    region = (crossings["birth"][observed] >> CHECKPOINT_REGION).astype(np.uint8)
    who, groups = _numbered(
        region=of_its_day(region, day),
        citizen=crossings["citizen"][observed],
        purpose=declared_purpose(crossings)[observed],
    )
    number, cells = _numbered(
        month=month_of(day), indicator=CellKind.ARRIVALS + (crossings["arrival"][observed] == 0), group=who
    )
    group = cells.pop("group")
    cells |= {name: codes[group] for name, codes in groups.items()}
    return _Movements(pack(**cells), np.flatnonzero(observed), number)


def _numbered(**codes: npt.NDArray[np.integer]) -> tuple[Ints, dict[str, Ints]]:
    """A number for each combination of codes that occurs, without sorting them: which one each crossing has, and the
    codes of each number.

    Codes that occur are numbered one after the other, and their combinations counted in a table of all there could be:
    it is small while the codes given together are few, so the number of several can be given on as one code.
    """
    known = [np.flatnonzero(np.bincount(each)) for each in codes.values()]
    shape = tuple(map(len, known))
    number = np.zeros(len(next(iter(codes.values()))), np.int64)
    if not len(number):
        return number, dict.fromkeys(codes, number)
    for several, each in zip(known, codes.values(), strict=True):
        number *= len(several)
        number += _places(several)[each]
    occurring = np.flatnonzero(np.bincount(number))
    found = (several[at] for several, at in zip(known, np.unravel_index(occurring, shape), strict=True))
    return _places(occurring)[number], dict(zip(codes, found, strict=True))


def _places(known: Ints) -> Ints:
    """A table from ascending codes to their places among themselves."""
    table = np.zeros(known[-1] + 1, np.int64)
    table[known] = np.arange(len(known))
    return table


def _imputed(crossings: Crossings) -> _Placed:
    missing = imputed(crossings["day"], crossings["arrival"].astype(np.bool_), crossings["state"])
    indicator = np.where(missing.arrival, CellKind.ARRIVALS_IMPUTED, CellKind.DEPARTURES_IMPUTED)
    citizen = crossings["citizen"][missing.before]
    return _Placed(pack(month=month_of(missing.day), indicator=indicator, citizen=citizen), missing.before)


def _sum(cells: Ints, counts: Ints) -> Tally:
    if len(cells) == 0:
        return Tally(cells, counts)
    ordered = np.argsort(cells, kind="stable")
    cells = cells[ordered]
    starts = np.flatnonzero(np.concatenate(([True], cells[1:] != cells[:-1])))
    return Tally(cells[starts], np.add.reduceat(counts[ordered], starts))
