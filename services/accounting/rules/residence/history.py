"""The compact history of a person: everything the 12/16-month rule and its breakdowns ask for, packed in bytes.

A person row keeps two packed columns: `history` (CROSSING records, in the person's order) and `evidence` (EVIDENCE
records, by day). Many persons' bytes become one array and back without a loop over crossings, so one array function can
work on a batch's touched persons and on all persons of a rebuild alike.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import day_number

CROSSING: Final = np.dtype(
    [
        ("fact", "<i8"),  # key of the stored fact; equal keys are the same crossing
        ("second", "<i4"),  # instant: seconds after 00:00 UTC of `day`, see `moment`
        ("order", "<u4"),  # of crossings in the same second: milliseconds and the source's own order, `source_order`
        ("birth", "<u4"),  # dimensions.birth_code, and above it the region of the checkpoint, see BIRTH
        ("day", "<u2"),  # the rule's date: the calendar date as written at the border, days since 1970 (to 2149)
        ("partner", "<u2"),  # dimensions.country_code: coming from or going to
        ("citizen", "<u2"),  # dimensions.country_code
        ("purpose", "u1"),  # dimensions.purpose_code as declared, and above it as counted, see DECLARED_PURPOSE
        ("sex", "u1"),  # dimensions.sex_code, and marks of what is disputed, see SEX_DISPUTED
        ("arrival", "u1"),  # 1 entry, 0 exit
        ("stated", "u1"),  # resident_at_start as the source states it: 0, 1, 2 = not stated
        ("state", "u1"),  # outcome as last counted in the cube, see rules.outcome; 0 = never counted
        ("region", "u1"),  # region as last counted in the cube, dimensions.region_code
    ]
)
"""One border crossing in 32 bytes. `state` and `region` say what the cube holds of it now, so that a batch can take the
old contribution back without asking the facts."""

SEX: Final = 3
SEX_DISPUTED: Final = 4
BIRTH_DISPUTED: Final = 8
"""Parts of `sex`: the code, and that the person's crossings give both sexes, or several years of birth. What is
disputed is counted as not specified: a jump is for a reviewer, and no figure."""

DECLARED_PURPOSE: Final = 15
COUNTED_PURPOSE: Final = 4
"""Parts of `purpose`: the code as declared, and the bits below that by which the stay was last counted in the cube,
0 where that is as declared (rules.residence.purpose). Records packed before it was kept have 0 there."""

BIRTH: Final = (1 << 24) - 1
CHECKPOINT_REGION: Final = 24
"""Parts of `birth`: the code, and the bits below the region (dimensions.region_code of today) that the checkpoint lies
in, 0 where none is known. Records packed before it was kept have 0 there."""

EVIDENCE: Final = np.dtype([("fact", "<i8"), ("day", "<u2"), ("kind", "u1"), ("region", "u1")])
"""What another register knows of a person on a day, in 12 bytes: a place to live or work, or having left it; or what
somebody is here or abroad for."""

FACT_EVIDENCE: Final = np.dtype([*EVIDENCE.descr, ("end_day", "<u2"), ("end_kind", "u1")])
"""All that one fact tells: its sign (kind 0: none), and how and when that sign ends (end_kind 0: no end is known)."""

Records = npt.NDArray[np.void]
Crossings = Records
Evidence = Records
Persons = npt.NDArray[np.int64]
Positions = npt.NDArray[np.int64]

_DAY: Final = 86_400  # offsets are shorter than a day, so an instant is at most a day before its date's 00:00 UTC
_NUMBERS: Final = 2**22  # running numbers told apart within one millisecond: 1,000 times as many fit into 32 bits


class Kind(IntEnum):
    """Kinds of EVIDENCE. Which counts for a place when several fall on one day, STRENGTH says; which for the purpose of
    a stay, `purpose.PRECEDENCE`.

    Stored: numbers never change their meaning.
    """

    REGISTERED = 1  # permanent residence registration at a place
    DEPARTED = 2  # de-registration on leaving for abroad; region: the one left
    DEREGISTERED = 3  # de-registration for another place in the country; region: the one left
    RESIDENCE_PERMIT = 4
    TEMPORARY = 5  # temporary registration: shows a region, proves no residence
    WORK_PLACE = 6  # a region of work, of a fact that was stored before its end was
    SETTLEMENT = 7  # a kandas' region, of a fact that was stored before its end was
    ENDED = 8  # what the same fact has shown holds no longer; names no region
    # With the day of their end, so that they tell a purpose as well; none of them proves residence.
    PROTECTION = 9  # a refugee or an asylum seeker, and where
    KANDAS = 10  # and the region of settlement
    STUDY = 11  # names no region: a student may live elsewhere
    WORK_PERMIT = 12  # and the region of work
    EAEU_WORKER = 13
    EXEMPT_WORKER = 14
    BUSINESS = 15
    # 32 + dimensions.purpose_code and 48 + it: of a visa, and of a citizen's being abroad. They name no region.
    VISA_WORK = 33
    VISA_STUDY = 34
    VISA_PRIVATE = 35
    VISA_TOURISM = 36
    VISA_BUSINESS = 37
    VISA_TREATMENT = 38
    VISA_FAMILY = 39
    VISA_PERMANENT = 40
    VISA_OFFICIAL = 42
    ABROAD_WORK = 49
    ABROAD_STUDY = 50
    ABROAD_TOURISM = 52
    ABROAD_TREATMENT = 54
    ABROAD_FAMILY = 55
    ABROAD_PERMANENT = 56
    ABROAD_OTHER = 59


STRENGTH: Final = np.arange(256, dtype=np.int64)
"""By kind, the strongest sign of where somebody lives first: it counts when several fall on one day. A sign with an end
is as strong as the same without one."""
STRENGTH[Kind.PROTECTION] = Kind.TEMPORARY
STRENGTH[Kind.KANDAS] = Kind.SETTLEMENT
STRENGTH[[Kind.WORK_PERMIT, Kind.EAEU_WORKER, Kind.EXEMPT_WORKER, Kind.BUSINESS]] = Kind.WORK_PLACE


def local_day_and_second(crossed_at: datetime) -> tuple[int, int]:
    """(day, second) of a crossing's aware time.

    The day is the date as written with its own offset, as the rule counts it; the second orders crossings within a day
    by instant, even when one is written in another offset. Raises TypeError for a time without an offset.
    """
    offset = crossed_at.utcoffset()
    if offset is None:
        raise TypeError("a crossing's time needs its offset")
    wall = crossed_at.hour * 3600 + crossed_at.minute * 60 + crossed_at.second
    return day_number(crossed_at.date()), wall - int(offset.total_seconds())


def source_order(crossed_at: datetime, source_id: str) -> int:
    """What orders crossings of one person in the same second: the millisecond, and within that the running number at
    the end of the source's record id, in the upper 10 and the lower 22 bits of 32.

    B-9 comes before B-10, modulo 2**22; without digits at the end 0, and then the fact key decides, stable as well.
    """
    digits = source_id[len(source_id.rstrip("0123456789")) :]
    number = int(digits[-18:]) % _NUMBERS if digits else 0
    return crossed_at.microsecond // 1000 * _NUMBERS + number


def evidence_of(told: Records) -> tuple[Evidence, Positions]:
    """The evidence that facts (TOLD) bring, their signs first and then the ends of these, and the position of each
    record's fact. An end by departure names the region that was left; one that only takes a sign back names none."""
    shown, ended = np.flatnonzero(told["kind"]), np.flatnonzero(told["end_kind"])
    positions = np.concatenate((shown, ended))
    evidence = np.zeros(len(positions), EVIDENCE)
    for name in EVIDENCE.names or ():
        evidence[name] = told[name][positions]
    ends = evidence[len(shown) :]
    ends["day"], ends["kind"] = told["end_day"][ended], told["end_kind"][ended]
    ends["region"][ends["kind"] == Kind.ENDED] = 0
    return evidence, positions


def unpack(blobs: Sequence[bytes], kind: np.dtype[np.void]) -> tuple[Records, npt.NDArray[np.int64]]:
    """All records of many persons in one writable array, and how many each person has."""
    records = np.frombuffer(bytearray().join(blobs), kind)
    return records, np.fromiter(map(len, blobs), np.int64, len(blobs)) // kind.itemsize


def pack(records: Records, lengths: npt.NDArray[np.int64]) -> list[bytes]:
    """One bytes object per person: the inverse of `unpack`."""
    data = records.tobytes()
    ends = np.cumsum(lengths) * records.dtype.itemsize
    starts = ends - lengths * records.dtype.itemsize
    return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def instants(crossings: Crossings) -> npt.NDArray[np.int64]:
    """When each took place, in seconds since 1970."""
    found: npt.NDArray[np.int64] = crossings["day"].astype(np.int64) * _DAY + crossings["second"]
    return found


def arrange_crossings(person: Persons, crossings: Crossings) -> Positions:
    """Positions that sort crossings by person, day, instant, and within one second by the source's own order."""
    keys = person << 34 | crossings["day"].astype(np.int64) << 18 | (crossings["second"] + _DAY)
    return _arrange(keys, crossings["order"], crossings["fact"])


def arrange_evidence(person: Persons, evidence: Evidence) -> Positions:
    """Positions that sort evidence by person and day; on one day the strongest kind comes last."""
    keys = person << 16 | evidence["day"]
    return _arrange(keys, -STRENGTH[evidence["kind"]], evidence["fact"])


def _arrange(keys: npt.NDArray[np.int64], *ties: npt.NDArray[np.integer]) -> Positions:
    """Sort by one number, and by the others only the few that share it: several times faster than a full sort."""
    positions = np.argsort(keys, kind="stable")
    repeated = keys[positions[1:]] == keys[positions[:-1]]
    tied = np.flatnonzero(np.concatenate((repeated, [False])) | np.concatenate(([False], repeated)))
    equal = positions[tied]
    positions[tied] = equal[np.lexsort([tie[equal] for tie in reversed(ties)] + [keys[equal]])]
    return positions
