"""Whether who has read an outbox goes on where it ended, or holds what the outbox does not hold any more.

A register that is restored to an earlier moment gives used positions to other events, so it begins a new epoch
(shared.outbox.epoch). Whoever had read no further than it goes on; whoever had read more must not, or never hears of
the new events at those positions.
"""

from collections.abc import Sequence
from typing import NamedTuple

HEADER = "kosh-epoch"
"""Of a feed's answer and of a Kafka record: the outbox's epoch when it was told."""


class Epoch(NamedTuple):
    """One life of an outbox: it holds what the epochs before it held up to position `after`, and what came since."""

    id: str
    after: int


class Stand(NamedTuple):
    """How far an outbox was read, and in which epoch; None for what was read of a register that told none."""

    epoch: str | None
    position: int


def end_of(epochs: Sequence[Epoch], newest: int, epoch: str | None) -> int | None:
    """The last position of `epoch` that the outbox holds, `newest` that of its newest event; None where it knows of no
    such epoch. What was read before epochs were told belongs to the first one."""
    known = [each.id for each in epochs]
    if epoch is not None and epoch not in known:
        return None
    later = epochs[known.index(epoch) + 1 if epoch else 1 :]
    return min([newest, *(each.after for each in later)])


def went_back(stand: Stand, epochs: Sequence[Epoch], newest: int) -> str | None:
    """Why an outbox of these epochs, which ends at `newest`, is no continuation of what was read; None where it is."""
    end = end_of(epochs, newest, stand.epoch)
    if stand.position == 0 or (end is not None and stand.position <= end):
        return None
    said = "has begun anew" if end is None else f"goes on differently after position {end}"
    return f"the register was set back: its outbox {said}, and was read up to {stand.position} before"
