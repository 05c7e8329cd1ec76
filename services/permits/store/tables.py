"""The tables of the permits register."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from shared.audit.access_log import access_log_table
from shared.audit.chain import seal_table
from shared.db import grants
from shared.db.records import record_table
from shared.idempotency import idempotency_table
from shared.inbox.table import copy_table, inbox_tables
from shared.outbox import outbox_table, relay_table
from shared.records.members import search_indexes
from shared.records.people import person_columns
from shared.records.rejects import rejected_table
from shared.timer import timer_table

metadata = MetaData()


def _of_trade(table: str) -> Index:
    """By which the registers of workers are searched."""
    return Index(f"{table}_of_trade", text("(body #>> '{occupation}')"), text("(body #>> '{region}')"))


outbox = outbox_table(metadata)
relayed = relay_table(metadata)
idempotency = idempotency_table(metadata)
access_log = access_log_table(metadata)
access_seal = seal_table(metadata)
rejected_line = rejected_table(metadata)

employer = record_table(metadata, "employer")

staff_report = record_table(
    metadata,
    "staff_report",
    Column("employer_bin", Text, nullable=False),
    Column("as_of", Date, nullable=False),
)
Index("staff_report_newest", staff_report.c.employer_bin, staff_report.c.as_of)

quota_order = record_table(metadata, "quota_order")

quota_pool = Table(
    "quota_pool",
    metadata,
    Column("id", PgUUID, primary_key=True),
    Column("year", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text),
    Column("region", Text),
    Column("activity", Text),
    Column("size", Integer, nullable=False),
    Column("reserved", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("version", Integer),  # of the quota, which gave it its size
    Column("set_by", Text),  # an order that set it, or a move
    UniqueConstraint(
        "year", "kind", "category", "region", "activity", name="quota_pool_once", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("reserved >= 0 AND used >= 0 AND reserved + used <= size", name="quota_pool_never_exceeded"),
    info=grants.may("UPDATE", "DELETE", because="its counters move; an order of the year replaces its pools"),
)

# One worker's place, whose id is that of the permit it becomes. A pool's counters are the number of places it covers.
quota_place = Table(
    "quota_place",
    metadata,
    Column("id", PgUUID, primary_key=True),
    # of an employer, a household (labour_immigrant_application) or an extension
    Column("application_id", PgUUID, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text),
    Column("region", Text, nullable=False),
    Column("activity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("country", Text),
    CheckConstraint("state IN ('reserved', 'used', 'released', 'expired')", name="quota_place_state"),
    info=grants.may("UPDATE", because="a place is reserved, used, released"),
)
Index("quota_place_of_application", quota_place.c.application_id)
Index("quota_place_of_year", quota_place.c.year, quota_place.c.kind)

# Every movement of a pool's size and of a place, as a difference. Triggers write it (store.quota_ledger).
quota_ledger = Table(
    "quota_ledger",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("year", SmallInteger, nullable=False),
    Column("entry", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text),
    Column("region", Text),
    Column("activity", Text),
    Column("country", Text),
    Column("size", Integer, nullable=False),
    Column("reserved", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("place_id", PgUUID),
    Column("application_id", PgUUID),
    Column("version", Integer),
)
Index("quota_ledger_of_year", quota_ledger.c.year, quota_ledger.c.position)

# Which version of a year's quota its pools are: those after it take effect on a later day.
quota_year = Table(
    "quota_year",
    metadata,
    Column("year", SmallInteger, primary_key=True),
    Column("version", Integer, nullable=False),
    info=grants.may("UPDATE", because="a later version takes effect"),
)

# The state of a pool that others were last told, so that only what has changed is told again.
quota_told = Table(
    "quota_told",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    info=grants.may("UPDATE", because="a later state was told"),
)

# The state of an employer's staff at a year's end that others were last told; empty where it was taken back.
staff_told = Table(
    "staff_told",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    info=grants.may("UPDATE", because="a later state was told"),
)

work_permit_application = record_table(
    metadata,
    "work_permit_application",
    Column("employer_bin", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("decide_by", Date, nullable=False),
    Column("pay_by", Date),
)
Index("work_permit_application_of_employer", work_permit_application.c.employer_bin)
Index("work_permit_application_work_list", work_permit_application.c.status, work_permit_application.c.decide_by)

# Payments that have settled a fee: each settles one application, for permits or for an extension.
payment = Table(
    "payment",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("application_id", PgUUID, nullable=False),
)

work_permit = record_table(
    metadata,
    "work_permit",
    # both are an employer's: a labour immigrant at a household has neither
    Column("application_id", PgUUID, ForeignKey("work_permit_application.id")),
    Column("employer_bin", Text),
    Column("kind", Text, nullable=False),
    Column("category", Text),
    Column("holds_from", Date, nullable=False),
    Column("holds_until", Date, nullable=False),
    *search_indexes(
        "work_permit",
        day="issued_on",
        by=(
            "iin",
            "document",
        ),
    ),
    _of_trade("work_permit"),
)
Index("work_permit_of_employer", work_permit.c.employer_bin)

# Extensions of employers' permits: one at a time is open. `valid_from` is the first day of what is added.
work_permit_extension = record_table(
    metadata,
    "work_permit_extension",
    Column("permit_id", PgUUID, ForeignKey("work_permit.id"), nullable=False),
    Column("employer_bin", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("decide_by", Date, nullable=False),
    Column("pay_by", Date),
    Column("valid_from", Date, nullable=False),
)
Index("work_permit_extension_of_permit", work_permit_extension.c.permit_id)
Index("work_permit_extension_work_list", work_permit_extension.c.status, work_permit_extension.c.decide_by)
Index(
    "work_permit_extension_open",
    work_permit_extension.c.permit_id,
    unique=True,
    postgresql_where=text("status IN ('submitted', 'granted')"),
)

eaeu_worker = record_table(
    metadata,
    "eaeu_worker",
    *search_indexes(
        "eaeu_worker",
        day="works_from",
        by=(
            "iin",
            "document",
            "source_id",
        ),
    ),
    _of_trade("eaeu_worker"),
)

employer_inspection = record_table(
    metadata,
    "employer_inspection",
    Column("employer_bin", Text, nullable=False),
    Column("inspected_on", Date, nullable=False),
    *search_indexes("employer_inspection", day="inspected_on", by=("source_id",)),
)
Index("employer_inspection_of_day", employer_inspection.c.inspected_on)

labour_complaint = record_table(
    metadata,
    "labour_complaint",
    Column("employer_bin", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    *search_indexes("labour_complaint", day="received_on", by=("source_id",)),
)
Index("labour_complaint_of_day", labour_complaint.c.received_on)

# What each month's score was reckoned from and came to; `body` has every part. An employer's has its BIN.
labour_risk = record_table(
    metadata,
    "labour_risk",
    Column("month", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("employer_bin", Text),
)
Index("labour_risk_of_month", labour_risk.c.month, labour_risk.c.region)
Index("labour_risk_of_employer", labour_risk.c.employer_bin, labour_risk.c.month)
# Kinds of foreign labour beside permits and the Union, and what is kept of fingerprints and photo (L4, L5, L7).
exempt_worker = record_table(
    metadata,
    "exempt_worker",
    *search_indexes("exempt_worker", day="works_from", by=("iin", "document", "source_id")),
)

business_immigrant = record_table(
    metadata,
    "business_immigrant",
    *search_indexes("business_immigrant", day="valid_from", by=("iin", "document", "source_id")),
)

biometric_registration = record_table(
    metadata,
    "biometric_registration",
    *search_indexes("biometric_registration", day="taken_on", by=("iin", "document", "source_id")),
)

labour_immigrant_application = record_table(
    metadata,
    "labour_immigrant_application",
    Column("household_iin", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("permit_id", PgUUID, ForeignKey("work_permit.id")),
)
Index("labour_immigrant_application_of_household", labour_immigrant_application.c.household_iin)
Index("labour_immigrant_application_of_permit", labour_immigrant_application.c.permit_id)
Index(
    "labour_immigrant_application_work_list",
    labour_immigrant_application.c.status,
    labour_immigrant_application.c.id,
)

# Advance payments of income tax that were used: each settles one application or extension.
labour_immigrant_tax = Table(
    "labour_immigrant_tax",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("application_id", PgUUID, ForeignKey("labour_immigrant_application.id"), nullable=False),
)

self_employment_application = record_table(
    metadata,
    "self_employment_application",
    Column("status", Text, nullable=False),
    Column("permit_id", PgUUID, ForeignKey("work_permit.id")),
)
Index("self_employment_application_work_list", self_employment_application.c.status, self_employment_application.c.id)

# The portal's bans on entry, as far as a decision asks for them; `barred_until` is the last day, lifting included.
inbox_tables(metadata)
entry_ban = copy_table(
    metadata,
    "entry_ban",
    Column("barred_from", Date, nullable=False),
    Column("barred_until", Date),
    *person_columns("entry_ban"),
)
job_run = timer_table(metadata)
