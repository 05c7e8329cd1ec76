"""How long a statement over figures may take: seconds for whoever waits for an answer, as it needs for a release.

A release that is given up after seconds would be tried again for ever, and be given up each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

ASKED: Final = 10.0  # seconds
AT_LEISURE: Final = 3_600.0  # seconds
_patience: ContextVar[float] = ContextVar("patience", default=ASKED)


def patience() -> float:
    """In seconds, for the statement that begins now."""
    return _patience.get()


@contextmanager
def at_leisure() -> Iterator[None]:
    """Nobody waits for an answer."""
    before = _patience.set(AT_LEISURE)
    try:
        yield
    finally:
        _patience.reset(before)
