"""Events leave a service through its outbox: see table, feed, relay."""

from shared.outbox.table import append, newest, outbox_table, read_after, relay_table

__all__ = ["append", "newest", "outbox_table", "read_after", "relay_table"]
