"""The portal's tables."""

from sqlalchemy import Column, Date, Index, MetaData, Text, text

from shared.db.records import record_table
from shared.http.access_log import access_log_table
from shared.http.idempotency import idempotency_table
from shared.outbox import outbox_table, relay_table
from shared.records.people import person_columns
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

# The interior ministry's feed (P7)
residence_permit = record_table(metadata, "residence_permit", *person_columns("residence_permit"))
protection_status = record_table(
    metadata,
    "protection_status",
    Column("review_from", Date),
    Index("protection_status_review", "review_from", postgresql_where=text("review_from IS NOT NULL")),
    *person_columns("protection_status"),
)
citizenship_change = record_table(metadata, "citizenship_change", *person_columns("citizenship_change"))
violation = record_table(metadata, "violation", Column("violation", Text, nullable=False), *person_columns("violation"))
expulsion = record_table(metadata, "expulsion", *person_columns("expulsion"))
