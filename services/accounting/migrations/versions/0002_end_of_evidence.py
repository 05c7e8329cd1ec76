"""How and when that ends which a fact shows: permanent residence permits have such an end."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What intake.digest.police tells of the permits that are stored already (history.Kind: 4 permit, 2 departed, 8 ended).
# Beyond day 62334, the last one that is counted, nothing ends.
TELL_ENDS = """
UPDATE register_fact SET end_evidence = told.kind, end_day = greatest(told.day, 0)
FROM (
    SELECT fact, CASE reason WHEN 'departure' THEN 2 ELSE 8 END AS kind,
        CASE reason WHEN 'departure' THEN ended ELSE least(ended, last + 1) END - date '1970-01-01' AS day
    FROM register_fact, LATERAL (
        SELECT body->>'end_reason' AS reason, (body->>'ended_on')::date AS ended, (body->>'valid_until')::date AS last
    ) said
    WHERE kind = 'residence_permit.v1' AND evidence = 4 AND reason IS DISTINCT FROM 'citizenship'
) told
WHERE register_fact.fact = told.fact AND told.day <= 62334
"""


def upgrade() -> None:
    for table in ("register_fact", "register_fact_history"):
        op.add_column(table, sa.Column("end_evidence", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
        op.add_column(table, sa.Column("end_day", sa.Integer(), nullable=False, server_default=sa.text("0")))
    for column in ("end_evidence", "end_day"):
        op.alter_column("register_fact_history", column, server_default=None)
    op.execute(TELL_ENDS)
