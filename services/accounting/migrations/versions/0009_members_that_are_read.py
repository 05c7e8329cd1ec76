"""Of each register's fact only what a figure or a timeline reads is kept; of a birth date, the age group on that day.

The view of the figures shows the kinds that they count, and no others.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEPT = {
    "residence_registration.v1": "act date region residence counterpart_country counterpart_region sex citizenship",
    "feed_coverage.v1": "register_start complete_through",
    "residence_permit.v1": "region granted_on valid_until ended_on",
    "protection_status.v1": "kind country_of_origin region granted_on ended_on",
    "citizenship_change.v1": "act date other_country",
    "violation.v1": "violation found_on since region found_by confirmed_on citizenship",
    "expulsion.v1": "decided_on executed_on to_country citizenship",
    "host_notification.v1": "channel state region stay_from stay_until checked_out_on joins",
    "stay_registration.v1": "region basis since until ended_on",
    "work_permit.v1": "kind category activity region qualified issued_on valid_from valid_until ended_on citizenship",
    "eaeu_worker.v1": "activity region qualified works_from works_until citizenship",
    "kandas_status.v1": "state region country_of_origin applied_on decided_on valid_until ended_on",
    "consular_registration.v1": "country purpose registered_on ended_on",
    "host_country_figure.v1": "country concept period value reliability source reported_on",
}
MEMBERS = ", ".join(f"('{kind}', '{names}')" for kind, names in KEPT.items())
# As dimensions.birth_code and age_group: the middle of what is not known, 10,000 for each complete year.
LIVED = """to_char((body->>'date')::date, 'YYYYMMDD')::int - (replace(body->>'birth_date', '-', '')
    || CASE length(body->>'birth_date') WHEN 4 THEN '0701' WHEN 7 THEN '15' ELSE '' END)::int"""
STARTS = [50_000 * group for group in range(21)]
AGE_GROUP = f"coalesce(width_bucket({LIVED}, ARRAY{STARTS}), 0)"
RECORD = """
CREATE OR REPLACE VIEW derived.record AS
SELECT f.kind, coalesce(k.person, f.fact) AS person, f.body
FROM linkage.register_fact f
LEFT JOIN linkage_derived.identity_key k ON k.key = coalesce(nullif(f.claim, 0), f.document)
WHERE NOT f.withdrawn AND f.kind IN (
    'residence_registration.v1', 'protection_status.v1', 'violation.v1', 'expulsion.v1', 'work_permit.v1',
    'eaeu_worker.v1', 'kandas_status.v1', 'consular_registration.v1', 'host_country_figure.v1')
"""


def reduced(table: str) -> str:
    """SQL that leaves of each body what is kept of its kind; of a kind that is no longer read, nothing."""
    return f"""
    UPDATE linkage.{table} stored SET body = (
        SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(stored.body) WHERE key IN (
            SELECT unnest(string_to_array(names, ' ')) FROM (VALUES {MEMBERS}) AS kept (kind, names)
            WHERE kept.kind = stored.kind)
    ) || CASE kind WHEN 'residence_registration.v1' THEN jsonb_build_object('age_group', {AGE_GROUP}) ELSE '{{}}' END
    """  # noqa: S608  (our own names)


def upgrade() -> None:
    for table in ("register_fact", "register_fact_history"):
        op.execute(reduced(table))
    op.execute(RECORD)
