"""The consular register's tables."""

from sqlalchemy import Boolean, Column, Date, Index, MetaData, Text

from shared.audit.access_log import access_log_table
from shared.audit.chain import seal_table
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
job_run = timer_table(metadata)
rejected_line = rejected_table(metadata)

host_country_figure = record_table(
    metadata, "host_country_figure", *search_indexes("host_country_figure", day="reported_on")
)
consular_registration = record_table(
    metadata,
    "consular_registration",
    Column("iin", Text),
    Column("mission", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("permanent", Boolean, nullable=False),
    Column("confirmed_on", Date, nullable=False),
    Column("expected_until", Date),
    Column("ended", Boolean, nullable=False),
    *search_indexes("consular_registration", day="registered_on", by=("document",)),
)
Index("consular_registration_iin", consular_registration.c.iin)
Index("consular_registration_mission", consular_registration.c.mission, consular_registration.c.id)

statistics_request = record_table(
    metadata,
    "statistics_request",
    Column("mission", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("answer_by", Date, nullable=False),
    *search_indexes("statistics_request", day="asked_on"),
)
Index(
    "statistics_request_open",
    statistics_request.c.answer_by,
    statistics_request.c.id,
    postgresql_where=statistics_request.c.state == "asked",
)

register_total = record_table(metadata, "register_total", *search_indexes("register_total", day="day"))
remittance = record_table(metadata, "remittance", *search_indexes("remittance", day="reported_on"))
assistance_case = record_table(
    metadata, "assistance_case", *search_indexes("assistance_case", day="opened_on", by=("iin", "document"))
)
placement_agency = record_table(metadata, "placement_agency", *search_indexes("placement_agency", day="listed_on"))
placement_contract = record_table(
    metadata, "placement_contract", *search_indexes("placement_contract", day="signed_on")
)
placement_complaint = record_table(
    metadata, "placement_complaint", *search_indexes("placement_complaint", day="received_on")
)
study = record_table(metadata, "study", *search_indexes("study", day="since", by=("iin", "document")))
