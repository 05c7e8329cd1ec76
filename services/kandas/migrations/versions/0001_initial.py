"""The first tables of kandas."""

import sqlalchemy as sa
from alembic import op

from shared.audit.access_log import APPEND_ONLY
from shared.outbox.table import IN_COMMIT_ORDER

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("person_iin", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("action IN ('read', 'search', 'change')", name="access_log_action"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "access_log_person",
        "access_log",
        ["person_iin", "id"],
        unique=False,
        postgresql_where=sa.text("person_iin IS NOT NULL"),
    )
    op.create_index("access_log_record", "access_log", ["record_kind", "record_id"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("caller", "key"),
    )
    op.create_index("idempotency_at", "idempotency", ["at"], unique=False)
    op.create_table(
        "kandas_application",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_table(
        "kandas_application_history",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "kandas_status",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("kandas_status_application", "kandas_status", ["application"], unique=False)
    op.create_index("kandas_status_document", "kandas_status", ["document"], unique=False)
    op.create_index(
        "kandas_status_expiry",
        "kandas_status",
        ["valid_until"],
        unique=False,
        postgresql_where=sa.text("state = 'granted'"),
    )
    op.create_index("kandas_status_iin", "kandas_status", ["iin"], unique=False)
    op.create_table(
        "kandas_status_history",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("recordversion", sa.Integer(), nullable=False),
        sa.Column("recordwithdrawn", sa.Boolean(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_table(
        "rejected_line",
        sa.Column("batch", sa.UUID(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "line"),
    )
    op.create_table(
        "relayed",
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("transport"),
    )
    op.create_table(
        "status_decision",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("status", sa.UUID(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("certificate"),
    )
    op.create_index("status_decision_status", "status_decision", ["status"], unique=False)
    op.execute(sa.schema.CreateSequence(sa.Sequence("certificate_number")))
    for statement in (*IN_COMMIT_ORDER, APPEND_ONLY):
        op.execute(statement)


def downgrade() -> None:
    op.execute(sa.schema.DropSequence(sa.Sequence("certificate_number")))
    op.drop_index("status_decision_status", table_name="status_decision")
    op.drop_table("status_decision")
    op.drop_table("relayed")
    op.drop_table("rejected_line")
    op.drop_table("outbox")
    op.drop_table("kandas_status_history")
    op.drop_index("kandas_status_iin", table_name="kandas_status")
    op.drop_index("kandas_status_expiry", table_name="kandas_status", postgresql_where=sa.text("state = 'granted'"))
    op.drop_index("kandas_status_document", table_name="kandas_status")
    op.drop_index("kandas_status_application", table_name="kandas_status")
    op.drop_table("kandas_status")
    op.drop_table("kandas_application_history")
    op.drop_table("kandas_application")
    op.drop_index("idempotency_at", table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_index("access_log_record", table_name="access_log")
    op.drop_index("access_log_person", table_name="access_log", postgresql_where=sa.text("person_iin IS NOT NULL"))
    op.drop_table("access_log")
