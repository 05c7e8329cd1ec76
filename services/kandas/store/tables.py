"""The kandas register's tables."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from shared.audit.access_log import access_log_table
from shared.audit.chain import seal_table
from shared.db import grants
from shared.db.json_text import JsonText
from shared.db.records import record_table
from shared.idempotency import idempotency_table
from shared.inbox.table import copy_table, inbox_tables
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

# The regional quotas, in a block of their own. A year's orders and moves are the versions of one record.
regional_quota = record_table(metadata, "regional_quota")

# Regions' pools of the version that stands; the country's totals stand in the version alone.
quota_pool = Table(
    "quota_pool",
    metadata,
    Column("year", SmallInteger, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # of the quotas, which gave it its size
    CheckConstraint("used >= 0 AND used <= size", name="quota_pool_never_exceeded"),
    info=grants.may("UPDATE", "DELETE", because="its places are given; an order of the year replaces its pools"),
)

# One person's place, whose id is that of the inclusion.
quota_place = Table(
    "quota_place",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("year", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("taken_on", Date, nullable=False),
    Column("given_back_on", Date),
    info=grants.may("UPDATE", because="a place is given back"),
)
Index("quota_place_of_year", quota_place.c.year, quota_place.c.kind)

# Which version of a year's quotas its pools are: those after it take effect on a later day.
quota_year = Table(
    "quota_year",
    metadata,
    Column("year", SmallInteger, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("told", Integer),  # the version of which others were told last
    info=grants.may("UPDATE", because="a later version takes effect"),
)

# Inclusions: a person's place in a regional quota (quota_place has the place, under the same id).
quota_inclusion = record_table(
    metadata,
    "quota_inclusion",
    Column("state", Text, nullable=False),
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    *search_indexes("quota_inclusion", day="included_on"),
)
Index("quota_inclusion_iin", quota_inclusion.c.iin)
Index("quota_inclusion_document", quota_inclusion.c.document)

# Persons of public life as public pages name them: nobody's identity, so nothing of a person is indexed.
notable_kazakh = record_table(metadata, "notable_kazakh", *search_indexes("notable_kazakh", day="seen_on"))
cultural_centre = record_table(metadata, "cultural_centre", *search_indexes("cultural_centre", day="seen_on"))

# Support of settlers.
support_grant = record_table(
    metadata,
    "support_grant",
    Column("inclusion", UUID, nullable=False),  # id of the quota_inclusion
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    *search_indexes("support_grant", day="granted_on"),
)
Index("support_grant_inclusion", support_grant.c.inclusion)
Index("support_grant_iin", support_grant.c.iin)
Index("support_grant_document", support_grant.c.document)

# Requests for work.
employment_request = record_table(
    metadata,
    "employment_request",
    Column("inclusion", UUID),  # id of the quota_inclusion, where it is asked by one
    Column("state", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    *search_indexes("employment_request", day="asked_on"),
)
Index("employment_request_inclusion", employment_request.c.inclusion)
Index(
    "employment_request_work_list",
    employment_request.c.state,
    employment_request.c.region,
    employment_request.c.asked_on,
    employment_request.c.id,
)
Index("employment_request_iin", employment_request.c.iin)
Index("employment_request_document", employment_request.c.document)
# Centres of temporary placement, and of adaptation and integration: nobody's identity.
centre = record_table(metadata, "centre", *search_indexes("centre", day="opened_on"))

# Who is housed there: `gone_on` is the first day on which the place is another's.
centre_stay = record_table(
    metadata,
    "centre_stay",
    Column("centre", UUID, nullable=False),
    Column("status", UUID, nullable=False),  # id of the kandas_status
    Column("state", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("gone_on", Date, nullable=False),
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    *search_indexes("centre_stay", day="since"),
)
Index("centre_stay_centre", centre_stay.c.centre, centre_stay.c.gone_on)
Index("centre_stay_status", centre_stay.c.status)
Index("centre_stay_iin", centre_stay.c.iin)
Index("centre_stay_document", centre_stay.c.document)
Index("centre_stay_term", centre_stay.c.gone_on, postgresql_where=centre_stay.c.state == "placed")

# The portal's departures for permanent residence abroad. A row of any other registration holds neither day nor person.
inbox_tables(metadata)
residence_departure = copy_table(
    metadata,
    "residence_departure",
    Column("left_on", Date),
    Column("country", Text),
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    Column("birth_date", Text),
)
Index("residence_departure_iin", residence_departure.c.iin, postgresql_where=residence_departure.c.iin.is_not(None))
Index(
    "residence_departure_document",
    residence_departure.c.document,
    postgresql_where=residence_departure.c.document.is_not(None),
)

# What a run found by them, and what officers made of it.
leaving_finding = record_table(
    metadata,
    "leaving_finding",
    Column("status", UUID, nullable=False),  # id of the kandas_status
    Column("departure", Text, nullable=False),  # id of the residence_departure
    Column("state", Text, nullable=False),
)
Index("leaving_finding_status", leaving_finding.c.status)
Index("leaving_finding_state", leaving_finding.c.state, leaving_finding.c.id)

# Adaptation courses by person: who passed one owes none before inclusion in the quota.
adaptation_course = record_table(
    metadata,
    "adaptation_course",
    Column("state", Text, nullable=False),
    Column("passed_on", Date),
    Column("iin", Text),
    Column("document", Text),  # shared.kernel.documents.identity_key
    *search_indexes("adaptation_course", day="offered_on"),
)
Index("adaptation_course_iin", adaptation_course.c.iin)
Index("adaptation_course_document", adaptation_course.c.document)
