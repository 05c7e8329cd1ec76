"""Events leave a service through its outbox: see table, archive, epoch, feed, relay."""

from shared.outbox.archive import archive
from shared.outbox.epoch import begin, epochs
from shared.outbox.table import append, look_through, newest, outbox_table, read_after, relay_table, relayed, size

__all__ = [
    "append",
    "archive",
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
