"""The kandas register's tables."""

from sqlalchemy import Column, Date, DateTime, Index, MetaData, Sequence, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from shared.audit.access_log import access_log_table
from shared.audit.chain import seal_table
from shared.db.json_text import JsonText
from shared.db.records import record_table
from shared.idempotency import idempotency_table
from shared.outbox import outbox_table, relay_table
from shared.records.members import search_indexes
from shared.records.rejects import rejected_table
from shared.timer import timer_table

metadata = MetaData()

outbox = outbox_table(metadata)
relayed = relay_table(metadata)
idempotency = idempotency_table(metadata)
access_log = access_log_table(metadata)
access_seal = seal_table(metadata)
rejected_line = rejected_table(metadata)
job_run = timer_table(metadata)

# The case file of a family: papers, clock, hearing. Its members' persons stand in kandas_status alone.
kandas_application = record_table(metadata, "kandas_application")

kandas_status = record_table(
    metadata,
    "kandas_status",
    Column("application", Text, nullable=False),  # source_id of the family's case
    Column("state", Text, nullable=False),
    Column("valid_until", Date),
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    *search_indexes("kandas_status", day="applied_on"),
)
Index("kandas_status_application", kandas_status.c.application)
Index("kandas_status_iin", kandas_status.c.iin)
Index("kandas_status_document", kandas_status.c.document)
Index("kandas_status_expiry", kandas_status.c.valid_until, postgresql_where=kandas_status.c.state == "granted")

kandas_extension = record_table(
    metadata,
    "kandas_extension",
    Column("status", UUID, nullable=False),  # id of the kandas_status
    Column("state", Text, nullable=False),
)
Index("kandas_extension_status", kandas_extension.c.status)

# Never changed: a corrected decision is another decision.
status_decision = Table(
    "status_decision",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("status", UUID, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("certificate", Text, unique=True),
    Column("body", JsonText, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text, nullable=False),
)
Index("status_decision_status", status_decision.c.status)

certificate_code = Table(
    "certificate_code",
    metadata,
    Column("certificate", Text, primary_key=True),
    Column("code", Text, nullable=False),
)

certificate_number = Sequence("certificate_number", metadata=metadata)
