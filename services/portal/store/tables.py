"""The portal's tables."""

from sqlalchemy import MetaData

from shared.db.records import record_table
from shared.http.access_log import access_log_table
from shared.http.idempotency import idempotency_table
from shared.outbox import outbox_table, relay_table
from shared.records.rejects import rejected_table

metadata = MetaData()

outbox = outbox_table(metadata)
relayed = relay_table(metadata)
idempotency = idempotency_table(metadata)
access_log = access_log_table(metadata)
rejected_line = rejected_table(metadata)

border_crossing = record_table(metadata, "border_crossing")
residence_registration = record_table(metadata, "residence_registration")
feed_coverage = record_table(metadata, "feed_coverage")
