"""A document number that says "no number" is no key: it joins nobody.

Expanding only: no process takes a null for an error, and the earlier version matches nothing by it.
"""

from alembic import op

from shared.db import online
from shared.kernel.documents import NOT_NUMBERS

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = (
    "border_crossing",
    "residence_permit",
    "protection_status",
    "citizenship_change",
    "violation",
    "expulsion",
    "visa",
    "stay_registration",
    "host_duty",
    "host_notification",
    "entry_ban",
    "lost_document",
    "work_permit",
    "eaeu_worker",
)


def upgrade() -> None:
    op.alter_column("lost_document", "document", nullable=True)
    for table in TABLES:
        online.execute(
            f"UPDATE {table} SET document = NULL WHERE document IS NOT NULL"  # noqa: S608 (names of ours)
            " AND (split_part(document, ':', 2) ~ '^(.)\\1*$'"
            " OR split_part(document, ':', 2) = ANY(CAST(:fillers AS text[])))",
            fillers=NOT_NUMBERS,
        )


def downgrade() -> None:
    """Nothing: what a filler joined stays apart."""
