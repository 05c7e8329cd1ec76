"""Checkpoint of the border: the number that stands for its name, and the region that it lies in.

The name itself is not kept. Which region a number stands for is read from `contracts/codes/checkpoints.csv` (regions of
today); a checkpoint that is not listed, or was stored before its number was kept (0), lies in none that is known.
"""

from functools import cache, lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import region_code
from shared.kernel.codes import rows

Ints = npt.NDArray[np.int64]

_LIST: Final = "checkpoints"


@lru_cache(10_000)
def checkpoint_number(checkpoint: str) -> int:
    """A number of 31 bits that tells checkpoints apart however their names are cased; never 0."""
    return int.from_bytes(blake2b(checkpoint.strip().upper().encode(), digest_size=4).digest()) >> 1 or 1


def regions_of(checkpoint: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Region codes (of today) of `checkpoint_number`s, 0 where none is known."""
    numbers, regions = _listed()
    at = np.minimum(np.searchsorted(numbers, checkpoint), len(numbers) - 1)
    return np.where(numbers[at] == checkpoint, regions[at], 0).astype(np.uint8)


@cache
def _listed() -> tuple[Ints, npt.NDArray[np.uint8]]:
    """The numbers of the listed checkpoints, ascending, and their regions. Raises ValueError where two share one."""
    listed = {checkpoint_number(row["code"]): region_code(row["region"]) for row in rows(_LIST)}
    if len(listed) != len(rows(_LIST)):
        raise ValueError(f"code list {_LIST}: two codes have one number")
    numbers = np.array(sorted(listed), np.int64)
    return numbers, np.array([listed[number] for number in numbers.tolist()], np.uint8)
