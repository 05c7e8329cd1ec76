"""Record identifiers: UUID version 7 (RFC 9562), so that new rows land at the end of their index."""

import os
import time
from collections import deque
from uuid import UUID

_SIZE = 10  # random bytes of an identifier
_drawn: deque[bytes] = deque()
"""Random bytes for the next ones: asking the kernel for each costs more than all the rest of it."""
os.register_at_fork(after_in_child=_drawn.clear)  # two processes must not draw the same ones


def new_id() -> UUID:
    """A fresh, time-ordered identifier."""
    milliseconds = time.time_ns() // 1_000_000
    bits = (milliseconds << 80) | int.from_bytes(_random())
    bits = bits & ~(0xF << 76) | (0x7 << 76)
    return UUID(int=bits & ~(0x3 << 62) | (0x2 << 62))


def _random() -> bytes:
    try:
        return _drawn.popleft()
    except IndexError:
        block = os.urandom(_SIZE * 256)
        _drawn.extend(block[start : start + _SIZE] for start in range(_SIZE, len(block), _SIZE))
        return block[:_SIZE]
