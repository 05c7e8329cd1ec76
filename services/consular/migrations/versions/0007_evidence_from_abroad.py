"""Missions are asked and answer; transfers, cases of assistance, placement agencies and courses of study are on record.

Expanding only: the earlier version knows none of these tables.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import Privilege, grant_more

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MORE: dict[str, tuple[Privilege, ...]] = {
    "public.assistance_case": ("UPDATE",),
    "public.placement_agency": ("UPDATE",),
    "public.placement_complaint": ("UPDATE",),
    "public.placement_contract": ("UPDATE",),
    "public.register_total": ("UPDATE",),
    "public.remittance": ("UPDATE",),
    "public.statistics_request": ("UPDATE",),
    "public.study": ("UPDATE",),
}


def upgrade() -> None:
    op.create_table(
        "assistance_case",
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
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "assistance_case_by_document",
        "assistance_case",
        [sa.literal_column("(body #>> '{person,document,number}')")],
        unique=False,
    )
    op.create_index(
        "assistance_case_by_iin", "assistance_case", [sa.literal_column("(body #>> '{person,iin}')")], unique=False
    )
    op.create_index(
        "assistance_case_day",
        "assistance_case",
        [sa.literal_column("left(body #>> '{opened_on}', 10)"), "id"],
        unique=False,
    )
    op.create_table(
        "assistance_case_history",
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
        "placement_agency",
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
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "placement_agency_day",
        "placement_agency",
        [sa.literal_column("left(body #>> '{listed_on}', 10)"), "id"],
        unique=False,
    )
    op.create_table(
        "placement_agency_history",
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
        "placement_complaint",
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
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "placement_complaint_day",
        "placement_complaint",
        [sa.literal_column("left(body #>> '{received_on}', 10)"), "id"],
        unique=False,
    )
    op.create_table(
        "placement_complaint_history",
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
        "placement_contract",
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
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "placement_contract_day",
        "placement_contract",
        [sa.literal_column("left(body #>> '{signed_on}', 10)"), "id"],
        unique=False,
    )
    op.create_table(
        "placement_contract_history",
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
        "register_total",
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
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "register_total_day", "register_total", [sa.literal_column("left(body #>> '{day}', 10)"), "id"], unique=False
    )
    op.create_table(
        "register_total_history",
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
        "remittance",
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
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "remittance_day", "remittance", [sa.literal_column("left(body #>> '{reported_on}', 10)"), "id"], unique=False
    )
    op.create_table(
        "remittance_history",
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
        "statistics_request",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "statistics_request_day",
        "statistics_request",
        [sa.literal_column("left(body #>> '{asked_on}', 10)"), "id"],
        unique=False,
    )
    op.create_index(
        "statistics_request_open",
        "statistics_request",
        ["answer_by", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "statistics_request_history",
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
        "study",
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
        info={
            "privileges": ("UPDATE",),
            "because": "a new version takes the place of the one that goes to the history",
        },
    )
    op.create_index(
        "study_by_document", "study", [sa.literal_column("(body #>> '{person,document,number}')")], unique=False
    )
    op.create_index("study_by_iin", "study", [sa.literal_column("(body #>> '{person,iin}')")], unique=False)
    op.create_index("study_day", "study", [sa.literal_column("left(body #>> '{since}', 10)"), "id"], unique=False)
    op.create_table(
        "study_history",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.execute(grant_more(MORE))


def downgrade() -> None:
    op.drop_table("study_history")
    op.drop_index("study_day", table_name="study")
    op.drop_index("study_by_iin", table_name="study")
    op.drop_index("study_by_document", table_name="study")
    op.drop_table("study")
    op.drop_table("statistics_request_history")
    op.drop_index(
        "statistics_request_open", table_name="statistics_request", postgresql_where=sa.text("state = 'asked'")
    )
    op.drop_index("statistics_request_day", table_name="statistics_request")
    op.drop_table("statistics_request")
    op.drop_table("remittance_history")
    op.drop_index("remittance_day", table_name="remittance")
    op.drop_table("remittance")
    op.drop_table("register_total_history")
    op.drop_index("register_total_day", table_name="register_total")
    op.drop_table("register_total")
    op.drop_table("placement_contract_history")
    op.drop_index("placement_contract_day", table_name="placement_contract")
    op.drop_table("placement_contract")
    op.drop_table("placement_complaint_history")
    op.drop_index("placement_complaint_day", table_name="placement_complaint")
    op.drop_table("placement_complaint")
    op.drop_table("placement_agency_history")
    op.drop_index("placement_agency_day", table_name="placement_agency")
    op.drop_table("placement_agency")
    op.drop_table("assistance_case_history")
    op.drop_index("assistance_case_day", table_name="assistance_case")
    op.drop_index("assistance_case_by_iin", table_name="assistance_case")
    op.drop_index("assistance_case_by_document", table_name="assistance_case")
    op.drop_table("assistance_case")
