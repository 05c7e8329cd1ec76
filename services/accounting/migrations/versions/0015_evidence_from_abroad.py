"""The view of the figures shows transfers, cases of assistance and courses of study, too.

Expanding only: the earlier version counts none of them.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
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
)
MORE = ("remittance.v1", "assistance_case.v1", "study.v1")


def view(kinds: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return f"""
    CREATE OR REPLACE VIEW derived.record AS
    SELECT f.kind, coalesce(k.person, f.fact) AS person, f.body
    FROM linkage.register_fact f
    LEFT JOIN linkage_derived.identity_key k ON k.key = coalesce(nullif(f.claim, 0), f.document)
    WHERE NOT f.withdrawn AND f.kind IN ({listed})
    """  # noqa: S608  (our own names)


def upgrade() -> None:
    op.execute(view((*BEFORE, *MORE)))


def downgrade() -> None:
    op.execute(view(BEFORE))
