"""Strata of open crossings: what is known of one while nobody knows yet whether it is a migration (5.3).

Direction, days elapsed, share of the time since then in the state that it leads to and whether the person is there
now, its place among the person's open crossings, citizenship group, purpose, citizenship: one number, whose fields
are dropped from the last one on where too few crossings share all of them (`provisional.fit`).
"""

from datetime import date
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import country_code, country_name
from services.accounting.rules.residence.history import Crossings
from services.accounting.rules.residence.outcome import Migration, States, resolved_migration
from services.accounting.rules.residence.presence import Passages, Presence
from services.accounting.rules.residence.purpose import purpose_of
from shared.kernel.codes import is_member

Ints = npt.NDArray[np.int64]

ELAPSED: Final = (7, 14, 30, 60, 90, 122, 150, 180, 212, 243, 273, 304, 335, 365, 400, 440)
"""Days since the crossing at which a new band begins."""
SHARES: Final = (0.66, 0.8, 0.9, 1.0)
"""Shares of these days in the state that the crossing leads to at which a new band begins; 1: never left it since."""

FIELDS: Final = {
    "direction": (33, 1),  # 1 arrival
    "elapsed": (28, 5),
    "course": (24, 4),  # the band of the share, doubled, and 1 where the person is on that side now
    "place": (22, 2),  # 0 the person's first open crossing, 1 a later one in its direction, 2 in the other
    "group": (19, 3),  # 0 citizens, 1 other members of the EAEU, 2 others, 3 not specified
    "purpose": (15, 4),
    "citizen": (0, 15),
}
"""First bit and bits of each part of a stratum's number, the coarsest highest."""

LEVELS: Final = ("course", "place", "group", "purpose", "citizen")
"""The steps of backing off: strata by all fields down to this one, the finest last."""

_MEMBERS_ON: Final = date(2026, 1, 1)
_COUNTRIES: Final = 1 << 15


class OpenCrossings(NamedTuple):
    """Positions of the crossings that are open by M1216R at an end of observation, and the stratum of each."""

    position: Ints
    stratum: Ints


def open_crossings(crossings: Crossings, lengths: Ints, states: States, obs_end: int) -> OpenCrossings:
    """Of many persons, one after the other, each person's crossings in order; `states` are those at `obs_end`."""
    person = np.repeat(np.arange(len(lengths)), lengths)
    position = np.flatnonzero(resolved_migration(states) == Migration.OPEN)
    if not len(position):
        return OpenCrossings(position, np.zeros(0, np.int64))
    travels = np.zeros(len(lengths), np.bool_)
    travels[person[position]] = True
    held = np.flatnonzero(travels[person] & (crossings["day"] < obs_end))
    day, arrival = crossings["day"][held].astype(np.int64), crossings["arrival"][held].astype(np.bool_)
    passages = Passages.of(person[held], day, arrival)
    at = np.flatnonzero(~passages.imputed)[np.searchsorted(held, position)]
    own, leads = passages.day[at], passages.arrival[at]
    elapsed = obs_end - own
    inside = Presence(passages).since_first(passages.person[at], at, np.full(len(at), obs_end))
    same = np.where(leads, inside, elapsed - inside)
    last = np.searchsorted(passages.person, passages.person[at], side="right") - 1
    course = np.searchsorted(SHARES, same / elapsed, side="right") * 2 + (passages.arrival[last] == leads)
    citizen = crossings["citizen"][position].astype(np.int64)
    return OpenCrossings(
        position,
        number(
            direction=leads,
            elapsed=np.searchsorted(ELAPSED, elapsed, side="right"),
            course=course,
            place=_places(passages.person[at], leads),
            group=_groups()[citizen],
            purpose=purpose_of(crossings[position]),
            citizen=citizen,
        ),
    )


def number(**fields: npt.ArrayLike) -> Ints:
    """Strata by their fields."""
    strata: Ints = np.zeros((), np.int64)
    for name, values in fields.items():
        strata = strata | np.asarray(values, np.int64) << FIELDS[name][0]
    return strata


def coarsened(strata: Ints, level: str) -> Ints:
    """The strata with all fields after `level` dropped."""
    return strata >> FIELDS[level][0]


def is_arrival(strata: Ints) -> npt.NDArray[np.bool_]:
    """Whether a stratum's crossings lead into the country."""
    return (strata >> FIELDS["direction"][0]).astype(np.bool_)


def _places(person: Ints, arrival: npt.NDArray[np.bool_]) -> Ints:
    """Of open crossings, in order."""
    first = np.concatenate(([True], person[1:] != person[:-1]))
    opener = np.maximum.accumulate(np.where(first, np.arange(len(person)), 0))
    return np.where(first, 0, np.where(arrival == arrival[opener], 1, 2))


@cache
def _groups() -> Ints:
    """The group of each number of a country."""
    groups = np.full(_COUNTRIES, 2)
    for code in range(1, country_code("ZZZ") + 1):
        if is_member("EAEU", country_name(code), _MEMBERS_ON):
            groups[code] = 1
    groups[0], groups[country_code("KAZ")] = 3, 0
    return groups
