"""Digests by which what a register holds is compared with what a consumer took of it (decision 0063).

Both sides make them by these functions, of data as parsed from JSON, written canonically (members sorted). They tell by
accident altered from equal; they are no signatures.
"""

from hashlib import blake2b
from typing import Any, Final

import orjson

CONTENT_BITS: Final = 48
_BYTES: Final = CONTENT_BITS // 8


def subject_key(subject: str) -> int:
    """The key of a record's facts, from its `subject`: 63 bits, never 0. Two of 100 million records share one with odds
    of 1 to 1,800."""
    return int.from_bytes(blake2b(subject.encode(), digest_size=8).digest()) >> 1 or 1


def record_digest(key: int, version: int, withdrawn: bool) -> int:
    """64 bits of which version of which record: `key` is its subject_key. Sums of them tell sets of versions apart."""
    said = key.to_bytes(8) + (version & 0xFFFFFFFF).to_bytes(4) + bytes((withdrawn,))
    return int.from_bytes(blake2b(said, digest_size=8).digest())


def content_digest(key: int, version: int, data: Any) -> int | None:
    """48 bits of what a version of a record says. Bound to the version, so that two that were exchanged are noticed in
    a sum too. None of what canonical JSON cannot hold."""
    try:
        said = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return None
    which = key.to_bytes(8) + (version & 0xFFFFFFFF).to_bytes(4)
    return int.from_bytes(blake2b(which + said, digest_size=_BYTES).digest())
