"""The first tables of portal."""

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
        "border_alert",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("crossing", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("border_alert_crossing", "border_alert", ["crossing"], unique=False)
    op.create_table(
        "border_alert_history",
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
        "border_crossing",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("crossed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("visa_number", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("border_crossing_document", "border_crossing", ["document", "crossed_at"], unique=False)
    op.create_index(
        "border_crossing_iin",
        "border_crossing",
        ["iin", "crossed_at"],
        unique=False,
        postgresql_where=sa.text("iin IS NOT NULL"),
    )
    op.create_index(
        "border_crossing_visa",
        "border_crossing",
        ["visa_number"],
        unique=False,
        postgresql_where=sa.text("visa_number IS NOT NULL"),
    )
    op.create_table(
        "border_crossing_history",
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
        "citizenship_change",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "citizenship_change_document",
        "citizenship_change",
        ["document"],
        unique=False,
        postgresql_where=sa.text("document IS NOT NULL"),
    )
    op.create_index(
        "citizenship_change_iin",
        "citizenship_change",
        ["iin"],
        unique=False,
        postgresql_where=sa.text("iin IS NOT NULL"),
    )
    op.create_index(
        "citizenship_change_named",
        "citizenship_change",
        ["named"],
        unique=False,
        postgresql_where=sa.text("named IS NOT NULL"),
    )
    op.create_table(
        "citizenship_change_history",
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
        "entry_ban",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("barred_from", sa.Date(), nullable=False),
        sa.Column("barred_until", sa.Date(), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "entry_ban_document", "entry_ban", ["document"], unique=False, postgresql_where=sa.text("document IS NOT NULL")
    )
    op.create_index("entry_ban_iin", "entry_ban", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL"))
    op.create_index(
        "entry_ban_named", "entry_ban", ["named"], unique=False, postgresql_where=sa.text("named IS NOT NULL")
    )
    op.create_table(
        "entry_ban_history",
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
        "expulsion",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "expulsion_document", "expulsion", ["document"], unique=False, postgresql_where=sa.text("document IS NOT NULL")
    )
    op.create_index("expulsion_iin", "expulsion", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL"))
    op.create_index(
        "expulsion_named", "expulsion", ["named"], unique=False, postgresql_where=sa.text("named IS NOT NULL")
    )
    op.create_table(
        "expulsion_history",
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
        "feed_coverage",
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
        "feed_coverage_history",
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
        "host_duty",
        sa.Column("entry", sa.UUID(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("exit", sa.UUID(), nullable=True),
        sa.Column("exited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notification", sa.UUID(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index(
        "host_duty_document", "host_duty", ["document"], unique=False, postgresql_where=sa.text("document IS NOT NULL")
    )
    op.create_index("host_duty_exit", "host_duty", ["exit"], unique=False, postgresql_where=sa.text("exit IS NOT NULL"))
    op.create_index("host_duty_iin", "host_duty", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL"))
    op.create_index(
        "host_duty_named", "host_duty", ["named"], unique=False, postgresql_where=sa.text("named IS NOT NULL")
    )
    op.create_index(
        "host_duty_notification",
        "host_duty",
        ["notification"],
        unique=False,
        postgresql_where=sa.text("notification IS NOT NULL"),
    )
    op.create_index(
        "host_duty_open",
        "host_duty",
        ["due_on", "entry"],
        unique=False,
        postgresql_where=sa.text("exit IS NULL AND notification IS NULL AND NOT withdrawn"),
    )
    op.create_table(
        "host_notification",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stay_from", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "host_notification_document",
        "host_notification",
        ["document"],
        unique=False,
        postgresql_where=sa.text("document IS NOT NULL"),
    )
    op.create_index("host_notification_host", "host_notification", ["host", "id"], unique=False)
    op.create_index(
        "host_notification_iin", "host_notification", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL")
    )
    op.create_index(
        "host_notification_named",
        "host_notification",
        ["named"],
        unique=False,
        postgresql_where=sa.text("named IS NOT NULL"),
    )
    op.create_table(
        "host_notification_history",
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
        "invitation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("invitation_host", "invitation", ["host"], unique=False)
    op.create_table(
        "invitation_history",
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
        "issue_decision",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("record", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("issue_decision_record", "issue_decision", ["record"], unique=False)
    op.create_table(
        "lost_document",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index("lost_document_document", "lost_document", ["document"], unique=False)
    op.create_table(
        "lost_document_history",
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
        "notification_receipt",
        sa.Column("notification", sa.UUID(), nullable=False),
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("crossing", sa.UUID(), nullable=True),
        sa.Column("joins", sa.UUID(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("notification"),
        sa.UniqueConstraint("serial"),
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
        "protection_status",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("review_from", sa.Date(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "protection_status_document",
        "protection_status",
        ["document"],
        unique=False,
        postgresql_where=sa.text("document IS NOT NULL"),
    )
    op.create_index(
        "protection_status_iin", "protection_status", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL")
    )
    op.create_index(
        "protection_status_named",
        "protection_status",
        ["named"],
        unique=False,
        postgresql_where=sa.text("named IS NOT NULL"),
    )
    op.create_index(
        "protection_status_review",
        "protection_status",
        ["review_from"],
        unique=False,
        postgresql_where=sa.text("review_from IS NOT NULL"),
    )
    op.create_table(
        "protection_status_history",
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
        "residence_permit",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "residence_permit_document",
        "residence_permit",
        ["document"],
        unique=False,
        postgresql_where=sa.text("document IS NOT NULL"),
    )
    op.create_index(
        "residence_permit_iin", "residence_permit", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL")
    )
    op.create_index(
        "residence_permit_named",
        "residence_permit",
        ["named"],
        unique=False,
        postgresql_where=sa.text("named IS NOT NULL"),
    )
    op.create_table(
        "residence_permit_history",
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
        "residence_registration",
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
        "residence_registration_history",
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
        "signed_notice",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("signature_key", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_from", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notification", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "signed_notice_pending", "signed_notice", ["id"], unique=False, postgresql_where=sa.text("outcome = 'pending'")
    )
    op.create_index(
        "signed_notice_signature",
        "signed_notice",
        ["signature_key"],
        unique=True,
        postgresql_where=sa.text("outcome <> 'refused'"),
    )
    op.create_table(
        "stay_registration",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exit", sa.UUID(), nullable=True),
        sa.Column("exited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invitation", sa.Text(), nullable=True),
        sa.Column("notification", sa.UUID(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "stay_registration_document",
        "stay_registration",
        ["document"],
        unique=False,
        postgresql_where=sa.text("document IS NOT NULL"),
    )
    op.create_index(
        "stay_registration_exit",
        "stay_registration",
        ["exit"],
        unique=False,
        postgresql_where=sa.text("exit IS NOT NULL"),
    )
    op.create_index(
        "stay_registration_iin", "stay_registration", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL")
    )
    op.create_index(
        "stay_registration_named",
        "stay_registration",
        ["named"],
        unique=False,
        postgresql_where=sa.text("named IS NOT NULL"),
    )
    op.create_index(
        "stay_registration_notification",
        "stay_registration",
        ["notification"],
        unique=False,
        postgresql_where=sa.text("notification IS NOT NULL"),
    )
    op.create_table(
        "stay_registration_history",
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
        "violation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("violation", sa.Text(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "violation_document", "violation", ["document"], unique=False, postgresql_where=sa.text("document IS NOT NULL")
    )
    op.create_index("violation_iin", "violation", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL"))
    op.create_index(
        "violation_named", "violation", ["named"], unique=False, postgresql_where=sa.text("named IS NOT NULL")
    )
    op.create_table(
        "violation_history",
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
        "visa",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("invitation", sa.Text(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("named", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.create_index(
        "visa_document", "visa", ["document"], unique=False, postgresql_where=sa.text("document IS NOT NULL")
    )
    op.create_index("visa_iin", "visa", ["iin"], unique=False, postgresql_where=sa.text("iin IS NOT NULL"))
    op.create_index(
        "visa_invitation", "visa", ["invitation"], unique=False, postgresql_where=sa.text("invitation IS NOT NULL")
    )
    op.create_index("visa_named", "visa", ["named"], unique=False, postgresql_where=sa.text("named IS NOT NULL"))
    op.create_table(
        "visa_history",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.execute(sa.schema.CreateSequence(sa.Sequence("invitation_number")))
    op.execute(sa.schema.CreateSequence(sa.Sequence("visa_number")))
    for statement in (*IN_COMMIT_ORDER, APPEND_ONLY):
        op.execute(statement)


def downgrade() -> None:
    op.execute(sa.schema.DropSequence(sa.Sequence("invitation_number")))
    op.execute(sa.schema.DropSequence(sa.Sequence("visa_number")))
    op.drop_table("visa_history")
    op.drop_index("visa_named", table_name="visa", postgresql_where=sa.text("named IS NOT NULL"))
    op.drop_index("visa_invitation", table_name="visa", postgresql_where=sa.text("invitation IS NOT NULL"))
    op.drop_index("visa_iin", table_name="visa", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("visa_document", table_name="visa", postgresql_where=sa.text("document IS NOT NULL"))
    op.drop_table("visa")
    op.drop_table("violation_history")
    op.drop_index("violation_named", table_name="violation", postgresql_where=sa.text("named IS NOT NULL"))
    op.drop_index("violation_iin", table_name="violation", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("violation_document", table_name="violation", postgresql_where=sa.text("document IS NOT NULL"))
    op.drop_table("violation")
    op.drop_table("stay_registration_history")
    op.drop_index(
        "stay_registration_notification",
        table_name="stay_registration",
        postgresql_where=sa.text("notification IS NOT NULL"),
    )
    op.drop_index(
        "stay_registration_named", table_name="stay_registration", postgresql_where=sa.text("named IS NOT NULL")
    )
    op.drop_index("stay_registration_iin", table_name="stay_registration", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index(
        "stay_registration_exit", table_name="stay_registration", postgresql_where=sa.text("exit IS NOT NULL")
    )
    op.drop_index(
        "stay_registration_document", table_name="stay_registration", postgresql_where=sa.text("document IS NOT NULL")
    )
    op.drop_table("stay_registration")
    op.drop_index(
        "signed_notice_signature", table_name="signed_notice", postgresql_where=sa.text("outcome <> 'refused'")
    )
    op.drop_index("signed_notice_pending", table_name="signed_notice", postgresql_where=sa.text("outcome = 'pending'"))
    op.drop_table("signed_notice")
    op.drop_table("residence_registration_history")
    op.drop_table("residence_registration")
    op.drop_table("residence_permit_history")
    op.drop_index(
        "residence_permit_named", table_name="residence_permit", postgresql_where=sa.text("named IS NOT NULL")
    )
    op.drop_index("residence_permit_iin", table_name="residence_permit", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index(
        "residence_permit_document", table_name="residence_permit", postgresql_where=sa.text("document IS NOT NULL")
    )
    op.drop_table("residence_permit")
    op.drop_table("relayed")
    op.drop_table("rejected_line")
    op.drop_table("protection_status_history")
    op.drop_index(
        "protection_status_review", table_name="protection_status", postgresql_where=sa.text("review_from IS NOT NULL")
    )
    op.drop_index(
        "protection_status_named", table_name="protection_status", postgresql_where=sa.text("named IS NOT NULL")
    )
    op.drop_index("protection_status_iin", table_name="protection_status", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index(
        "protection_status_document", table_name="protection_status", postgresql_where=sa.text("document IS NOT NULL")
    )
    op.drop_table("protection_status")
    op.drop_table("outbox")
    op.drop_table("notification_receipt")
    op.drop_table("lost_document_history")
    op.drop_index("lost_document_document", table_name="lost_document")
    op.drop_table("lost_document")
    op.drop_index("issue_decision_record", table_name="issue_decision")
    op.drop_table("issue_decision")
    op.drop_table("invitation_history")
    op.drop_index("invitation_host", table_name="invitation")
    op.drop_table("invitation")
    op.drop_index("idempotency_at", table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_table("host_notification_history")
    op.drop_index(
        "host_notification_named", table_name="host_notification", postgresql_where=sa.text("named IS NOT NULL")
    )
    op.drop_index("host_notification_iin", table_name="host_notification", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("host_notification_host", table_name="host_notification")
    op.drop_index(
        "host_notification_document", table_name="host_notification", postgresql_where=sa.text("document IS NOT NULL")
    )
    op.drop_table("host_notification")
    op.drop_index(
        "host_duty_open",
        table_name="host_duty",
        postgresql_where=sa.text("exit IS NULL AND notification IS NULL AND NOT withdrawn"),
    )
    op.drop_index(
        "host_duty_notification", table_name="host_duty", postgresql_where=sa.text("notification IS NOT NULL")
    )
    op.drop_index("host_duty_named", table_name="host_duty", postgresql_where=sa.text("named IS NOT NULL"))
    op.drop_index("host_duty_iin", table_name="host_duty", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("host_duty_exit", table_name="host_duty", postgresql_where=sa.text("exit IS NOT NULL"))
    op.drop_index("host_duty_document", table_name="host_duty", postgresql_where=sa.text("document IS NOT NULL"))
    op.drop_table("host_duty")
    op.drop_table("feed_coverage_history")
    op.drop_table("feed_coverage")
    op.drop_table("expulsion_history")
    op.drop_index("expulsion_named", table_name="expulsion", postgresql_where=sa.text("named IS NOT NULL"))
    op.drop_index("expulsion_iin", table_name="expulsion", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("expulsion_document", table_name="expulsion", postgresql_where=sa.text("document IS NOT NULL"))
    op.drop_table("expulsion")
    op.drop_table("entry_ban_history")
    op.drop_index("entry_ban_named", table_name="entry_ban", postgresql_where=sa.text("named IS NOT NULL"))
    op.drop_index("entry_ban_iin", table_name="entry_ban", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("entry_ban_document", table_name="entry_ban", postgresql_where=sa.text("document IS NOT NULL"))
    op.drop_table("entry_ban")
    op.drop_table("citizenship_change_history")
    op.drop_index(
        "citizenship_change_named", table_name="citizenship_change", postgresql_where=sa.text("named IS NOT NULL")
    )
    op.drop_index(
        "citizenship_change_iin", table_name="citizenship_change", postgresql_where=sa.text("iin IS NOT NULL")
    )
    op.drop_index(
        "citizenship_change_document", table_name="citizenship_change", postgresql_where=sa.text("document IS NOT NULL")
    )
    op.drop_table("citizenship_change")
    op.drop_table("border_crossing_history")
    op.drop_index(
        "border_crossing_visa", table_name="border_crossing", postgresql_where=sa.text("visa_number IS NOT NULL")
    )
    op.drop_index("border_crossing_iin", table_name="border_crossing", postgresql_where=sa.text("iin IS NOT NULL"))
    op.drop_index("border_crossing_document", table_name="border_crossing")
    op.drop_table("border_crossing")
    op.drop_table("border_alert_history")
    op.drop_index("border_alert_crossing", table_name="border_alert")
    op.drop_table("border_alert")
    op.drop_index("access_log_record", table_name="access_log")
    op.drop_index("access_log_person", table_name="access_log", postgresql_where=sa.text("person_iin IS NOT NULL"))
    op.drop_table("access_log")
