"""The portal's tables."""

from sqlalchemy import (
    UUID,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    text,
)

from shared.audit.access_log import access_log_table
from shared.audit.chain import seal_table
from shared.db import grants
from shared.db.json_text import JsonText
from shared.db.records import record_table
from shared.idempotency import idempotency_table
from shared.inbox.table import copy_table, inbox_tables
from shared.outbox import outbox_table, relay_table
from shared.records.members import search_indexes
from shared.records.people import candidate_columns, person_columns
from shared.records.rejects import rejected_table
from shared.timer import timer_table

metadata = MetaData()

outbox = outbox_table(metadata)
relayed = relay_table(metadata)
idempotency = idempotency_table(metadata)
access_log = access_log_table(metadata)
access_seal = seal_table(metadata)
rejected_line = rejected_table(metadata)

border_crossing = record_table(
    metadata,
    "border_crossing",
    Column("direction", Text, nullable=False),
    Column("crossed_at", DateTime(timezone=True), nullable=False),
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    Column("visa_number", Text),
)
Index(
    "border_crossing_iin",
    border_crossing.c.iin,
    border_crossing.c.crossed_at,
    postgresql_where=border_crossing.c.iin.is_not(None),
)
Index("border_crossing_document", border_crossing.c.document, border_crossing.c.crossed_at)
Index(
    "border_crossing_visa",
    border_crossing.c.visa_number,
    postgresql_where=border_crossing.c.visa_number.is_not(None),
)
Index("border_crossing_day", border_crossing.c.crossed_at, postgresql_using="brin")
residence_registration = record_table(
    metadata,
    "residence_registration",
    *search_indexes("residence_registration", day="date", by=("iin", "document")),
)
feed_coverage = record_table(metadata, "feed_coverage")

# The interior ministry's feed (P7)
residence_permit = record_table(
    metadata,
    "residence_permit",
    *person_columns("residence_permit"),
    *search_indexes("residence_permit", day="granted_on"),
)
protection_status = record_table(
    metadata,
    "protection_status",
    Column("review_from", Date),
    Index("protection_status_review", "review_from", postgresql_where=text("review_from IS NOT NULL")),
    *person_columns("protection_status"),
    *search_indexes("protection_status", day="granted_on"),
)
citizenship_change = record_table(
    metadata,
    "citizenship_change",
    *person_columns("citizenship_change"),
    *search_indexes("citizenship_change", day="date"),
)
FOUND_BY_RUN = (
    "NOT withdrawn AND violation = 'overstay' AND source_id LIKE 'overstay:%' AND body->>'confirmed_on' IS NULL"
)
"""Overstays in effect that a run has found and nobody has confirmed: what their index holds, to the letter."""

violation = record_table(
    metadata,
    "violation",
    Column("violation", Text, nullable=False),
    *candidate_columns("violation"),
    *search_indexes("violation", day="found_on"),
    Index("violation_found_by_run", "id", postgresql_where=text(FOUND_BY_RUN)),
)
expulsion = record_table(
    metadata, "expulsion", *person_columns("expulsion"), *search_indexes("expulsion", day="decided_on")
)

# Overstay runs that were ordered, and how far each is.
overstay_run = Table(
    "overstay_run",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("day", Date, nullable=False),
    Column("ordered_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in ("examined", "recorded", "withdrawn")),
    Index("overstay_run_waiting", "day", unique=True, postgresql_where=text("finished_at IS NULL")),
    info=grants.may("UPDATE", because="its progress is counted while it works"),
)

# Invitations and visas (P2). A visa is known by its number: that is its `source_id` here.
invitation = record_table(
    metadata,
    "invitation",
    Column("number", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),  # IIN or BIN of the inviting party
    Index("invitation_host", "host"),
)
invitation_number = Sequence("invitation_number", metadata=metadata)
visa = record_table(
    metadata,
    "visa",
    Column("invitation", Text),
    Index("visa_invitation", "invitation", postgresql_where=text("invitation IS NOT NULL")),
    *person_columns("visa"),
    *search_indexes("visa", day="issued_on", by=("source_id",)),
)
visa_number = Sequence("visa_number", metadata=metadata)

# What was decided on applications for invitations and visas: never changed, another decision is another row.
issue_decision = Table(
    "issue_decision",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("record", UUID),  # the invitation or visa; none where it was refused
    Column("kind", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("body", JsonText, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text, nullable=False),
)
Index("issue_decision_record", issue_decision.c.record)

# Stays of those who entered on a visa (P3), one for each entry: `source_id` is the entry's record. `exit` is what
# ended it; the moments order crossings of one day.
stay_registration = record_table(
    metadata,
    "stay_registration",
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("exit", UUID),
    Column("exited_at", DateTime(timezone=True)),
    Column("invitation", Text),
    Column("notification", UUID),
    Index("stay_registration_exit", "exit", postgresql_where=text("exit IS NOT NULL")),
    Index("stay_registration_notification", "notification", postgresql_where=text("notification IS NOT NULL")),
    *person_columns("stay_registration"),
)

# Duties of hosts to report who came to them (P3), one for each entry. `due_on` is the last day in time; what closed
# it, an exit or a notification, is named beside the moment of the exit or the day of the notice.
host_duty = Table(
    "host_duty",
    metadata,
    Column("entry", UUID, primary_key=True),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("region", Text),
    Column("host", Text),  # IIN or BIN, where an invitation names one
    Column("exit", UUID),
    Column("exited_at", DateTime(timezone=True)),
    Column("notification", UUID),
    Column("withdrawn", Boolean, nullable=False),
    *person_columns("host_duty"),
    info=grants.may("UPDATE", because="an exit or a notice closes it"),
)
Index(
    "host_duty_open",
    host_duty.c.due_on,
    host_duty.c.entry,
    postgresql_where=text("exit IS NULL AND notification IS NULL AND NOT withdrawn"),
)
Index("host_duty_exit", host_duty.c.exit, postgresql_where=host_duty.c.exit.is_not(None))
Index("host_duty_notification", host_duty.c.notification, postgresql_where=host_duty.c.notification.is_not(None))

# Hosts' notices, whatever the channel. `host` is the IIN or BIN; `ends_on` the last day as far as it is known.
host_notification = record_table(
    metadata,
    "host_notification",
    Column("host", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("stay_from", Date, nullable=False),
    Column("ends_on", Date),
    *person_columns("host_notification"),
    *search_indexes("host_notification", day="stay_from", by=("source_id",)),
)
Index("host_notification_host", host_notification.c.host, host_notification.c.id)

# What a notice was answered, once and for all; `joins` is the first record of the same stay. Only `crossing` moves: it
# is the entry to which the notice belongs by now.
notification_receipt = Table(
    "notification_receipt",
    metadata,
    Column("notification", UUID, primary_key=True),
    Column("serial", BigInteger, Identity(), nullable=False, unique=True),  # of its number
    Column("crossing", UUID),
    Column("joins", UUID),
    Column("body", JsonText, nullable=False),
    info=grants.may("UPDATE", because="the crossing to which a notice belongs moves"),
)

# Signed documents exactly as they came, with the verdict on their signature. `signature_key` is a digest of the
# signature's value: one signature counts for one document, however it is wrapped.
signed_notice = Table(
    "signed_notice",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("key", Text, nullable=False),  # of the notice that the document is
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("signature_key", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("received_from", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("verdict", JsonText, nullable=False),
    Column("judged_at", DateTime(timezone=True), nullable=False),
    Column("notification", UUID),
    Column("host", Text),  # whom the notice names; null in rows of before
    Column("reviewed_at", DateTime(timezone=True)),  # when an accepted one was judged again
    info=grants.may("UPDATE", because="its verdict comes later"),
)
Index(
    "signed_notice_signature",
    signed_notice.c.signature_key,
    unique=True,
    postgresql_where=text("outcome <> 'refused'"),
)
Index("signed_notice_pending", signed_notice.c.id, postgresql_where=text("outcome = 'pending'"))

Index(
    "signed_notice_refused",
    signed_notice.c.received_from,
    signed_notice.c.received_at,
    postgresql_where=text("outcome = 'refused'"),
)
# Lists (CRL) and answers (OCSP) on which verdicts rely, each once: verdicts name them by digest.
revocation_evidence = Table(
    "revocation_evidence",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # SHA-256
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
)
# Runs that judge all accepted signatures again: one without an end is taken up where it stopped.
signature_review = Table(
    "signature_review",
    metadata,
    Column("begun_at", DateTime(timezone=True), primary_key=True),
    Column("done_at", DateTime(timezone=True)),
    info=grants.may("UPDATE", because="a review that ends says when"),
)

# Border control (P6)
entry_ban = record_table(
    metadata,
    "entry_ban",
    Column("barred_from", Date, nullable=False),
    Column("barred_until", Date),
    Column("lifted_on", Date),
    *candidate_columns("entry_ban"),
    *search_indexes("entry_ban", day="barred_from"),
    Index("entry_ban_born", text("split_part(name_birth_key, '|', 2)")),
)
lost_document = record_table(
    metadata,
    "lost_document",
    Column("document", Text),  # null in reports of before whose number was a filler
    Column("reported_on", Date, nullable=False),
    Column("settled_on", Date),
    Index("lost_document_document", "document"),
    *search_indexes("lost_document", day="reported_on", by=("iin",)),
)
sign_of_life = record_table(
    metadata, "sign_of_life", *search_indexes("sign_of_life", day="seen_on", by=("iin", "document", "source_id"))
)
border_alert = record_table(
    metadata,
    "border_alert",
    Column("crossing", UUID, nullable=False),
    Index("border_alert_crossing", "crossing"),
    *search_indexes(
        "border_alert",
        day="crossed_at",
        by=(
            "iin",
            "document",
        ),
    ),
)

# Titles to stay that the permits register gives (copies): first and last day, None without a term. A declared worker
# from the Eurasian Economic Union needs no permit.
inbox_tables(metadata)


def _title(name: str) -> Table:
    term = (Column("valid_from", Date, nullable=False), Column("valid_until", Date))
    return copy_table(metadata, name, *term, *person_columns(name))


work_permit = _title("work_permit")
eaeu_worker = _title("eaeu_worker")

job_run = timer_table(metadata)
