"""Events leave a service through its outbox: see table, epoch, feed, relay."""

from shared.outbox.epoch import begin, epochs
from shared.outbox.table import append, look_through, newest, outbox_table, read_after, relay_table, relayed, size

__all__ = [
    "append",
    "begin",
    "epochs",
    "look_through",
    "newest",
    "outbox_table",
    "read_after",
    "relay_table",
    "relayed",
    "size",
]
