"""The view of the figures shows hosts' notices too: guests whose purpose is work are evidence of foreign labour.

Expanding only: the earlier version asks for the kinds that it knows.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

BEFORE = (
    "residence_registration.v1",
    "protection_status.v1",
    "violation.v1",
    "expulsion.v1",
    "work_permit.v1",
    "eaeu_worker.v1",
    "kandas_status.v1",
    "consular_registration.v1",
    "host_country_figure.v1",
    "quota_pool.v1",
    "remittance.v1",
    "assistance_case.v1",
    "study.v1",
    "exempt_worker.v1",
    "business_immigrant.v1",
    "quota_inclusion.v1",
    "employer_staff.v1",
    "support_grant.v1",
    "employment_request.v1",
    "centre_stay.v1",
    "regional_quota_pool.v1",
    "residence_permit.v1",
)
ADDED = ("host_notification.v1",)


def _record(kinds: tuple[str, ...]) -> str:
    return f"""
    CREATE OR REPLACE VIEW derived.record AS
    SELECT f.kind, coalesce(k.person, f.fact) AS person, f.body
    FROM linkage.register_fact f
    LEFT JOIN linkage_derived.identity_key k ON k.key = coalesce(nullif(f.claim, 0), f.document)
    WHERE NOT f.withdrawn AND f.kind IN ({", ".join(f"'{kind}'" for kind in kinds)})
    """  # noqa: S608  (our own names)


def upgrade() -> None:
    op.execute(_record(BEFORE + ADDED))


def downgrade() -> None:
    op.execute(_record(BEFORE))
