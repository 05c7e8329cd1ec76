"""Record identifiers: UUID version 7 (RFC 9562), so that new rows land at the end of their index."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh, time-ordered identifier."""
    milliseconds = time.time_ns() // 1_000_000
    bits = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    bits = bits & ~(0xF << 76) | (0x7 << 76)
    return UUID(int=bits & ~(0x3 << 62) | (0x2 << 62))
