"""Events leave a service through its outbox: see table, feed, relay."""

from shared.outbox.table import append, look_through, newest, outbox_table, read_after, relay_table, relayed, size

__all__ = ["append", "look_through", "newest", "outbox_table", "read_after", "relay_table", "relayed", "size"]
