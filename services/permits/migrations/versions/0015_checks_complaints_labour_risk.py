"""Checks of employers, complaints, and the labour-risk map of each month; registers are searched by place and trade.

Expanding only: the earlier version knows none of these tables.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.db import online
from shared.db.grants import Privilege, grant_more

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MORE: dict[str, tuple[Privilege, ...]] = {
    "public.employer_inspection": ("UPDATE",),
    "public.labour_complaint": ("UPDATE",),
    "public.labour_risk": ("UPDATE",),
}
DAYS = {"employer_inspection": "inspected_on", "labour_complaint": "received_on"}


def upgrade() -> None:
    for name, day in DAYS.items():
        _record(name, sa.Column("employer_bin", sa.Text(), nullable=False), sa.Column(day, sa.Date(), nullable=False))
        online.create_index(f"{name}_by_source_id", name, "((body #>> '{source_id}'))")
        online.create_index(f"{name}_day", name, f"(left(body #>> '{{{day}}}', 10), id)")
        online.create_index(f"{name}_of_day", name, f"({day})")
    _record(
        "labour_risk",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("employer_bin", sa.Text()),
    )
    online.create_index("labour_risk_of_month", "labour_risk", "(month, region)")
    online.create_index("labour_risk_of_employer", "labour_risk", "(employer_bin, month)")
    op.execute(grant_more(MORE))
    for table in ("work_permit", "eaeu_worker"):
        online.create_index(f"{table}_of_trade", table, "((body #>> '{occupation}'), (body #>> '{region}'))")


def _record(name: str, *own: sa.Column[Any]) -> None:
    op.create_table(
        f"{name}_history",
        sa.Column("id", sa.UUID(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        *_state(),
    )
    op.create_table(
        name,
        sa.Column("id", sa.UUID(), primary_key=True),
        sa.Column("source_id", sa.Text(), nullable=False, unique=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        *own,
    )


def _state() -> list[sa.Column[Any]]:
    return [
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
    ]


def downgrade() -> None:
    for table in ("work_permit", "eaeu_worker"):
        op.drop_index(f"{table}_of_trade")
    for name in ("labour_risk", *DAYS):
        op.drop_table(name)
        op.drop_table(f"{name}_history")
