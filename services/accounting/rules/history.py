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

from services.accounting.rules.dimensions import day_number

CROSSING: Final = np.dtype(
    [
        ("fact", "<i8"),  # key of the stored fact; equal keys are the same crossing
        ("second", "<i4"),  # instant: seconds after 00:00 UTC of `day`, see `moment`
        ("order", "<u4"),  # the source's own order of crossings in the same second, see `source_order`
        ("birth", "<u4"),  # dimensions.birth_code
        ("day", "<u2"),  # the rule's date: the calendar date as written at the border, days since 1970 (to 2149)
        ("partner", "<u2"),  # dimensions.country_code: coming from or going to
        ("citizen", "<u2"),  # dimensions.country_code
        ("purpose", "u1"),  # dimensions.purpose_code
        ("sex", "u1"),  # dimensions.sex_code
        ("arrival", "u1"),  # 1 entry, 0 exit
        ("stated", "u1"),  # resident_at_start as the source states it: 0, 1, 2 = not stated
        ("state", "u1"),  # outcome as last counted in the cube, see rules.outcome; 0 = never counted
        ("region", "u1"),  # region as last counted in the cube, dimensions.region_code
    ]
)
"""One border crossing in 32 bytes. `state` and `region` say what the cube holds of it now, so that a batch can take the
old contribution back without asking the facts."""

EVIDENCE: Final = np.dtype([("fact", "<i8"), ("day", "<u2"), ("kind", "u1"), ("region", "u1")])
"""What another register knows of a person on a day, in 12 bytes: a place to live or work, or having left it."""

Crossings = npt.NDArray[np.void]
Evidence = npt.NDArray[np.void]


class Kind(IntEnum):
    """Kinds of EVIDENCE. Stored: numbers never change their meaning."""

    REGISTERED = 1  # permanent residence registration at a place
    DEPARTED = 2  # de-registration on leaving for abroad; region: the one left
    DEREGISTERED = 3  # de-registration for another place in the country; region: the one left
    RESIDENCE_PERMIT = 4
    TEMPORARY = 5  # temporary registration: shows a region, proves no residence
    WORK_PERMIT = 6  # the region of work: proves no residence
    KANDAS = 7  # the region of settlement: proves no residence before it


def moment(crossed_at: datetime) -> tuple[int, int]:
    """(day, second) of a crossing's aware time.

    The day is the date as written with its own offset, as the rule counts it; the second orders crossings within a day
    by instant, even when one is written in another offset. Raises TypeError for a time without an offset.
    """
    offset = crossed_at.utcoffset()
    if offset is None:
        raise TypeError("a crossing's time needs its offset")
    wall = crossed_at.hour * 3600 + crossed_at.minute * 60 + crossed_at.second
    return day_number(crossed_at.date()), wall - int(offset.total_seconds())


def source_order(source_id: str) -> int:
    """The running number at the end of a source's record id, for crossings of one person in the same second.

    B-9 comes before B-10; without digits at the end 0, and then the fact key decides, which is stable as well.
    """
    digits = source_id[len(source_id.rstrip("0123456789")) :]
    return int(digits[-18:]) % 2**32 if digits else 0


def unpack(blobs: Sequence[bytes], kind: np.dtype[np.void]) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int64]]:
    """All records of many persons in one writable array, and how many each person has."""
    records = np.frombuffer(bytearray().join(blobs), kind)
    return records, np.fromiter(map(len, blobs), np.int64, len(blobs)) // kind.itemsize


def pack(records: npt.NDArray[np.void], lengths: npt.NDArray[np.int64]) -> list[bytes]:
    """One bytes object per person: the inverse of `unpack`."""
    data = records.tobytes()
    ends = np.cumsum(lengths) * records.dtype.itemsize
    starts = ends - lengths * records.dtype.itemsize
    return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
