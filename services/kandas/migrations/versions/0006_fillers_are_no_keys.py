"""A document number that says "no number" is no key: it joins nobody.

Expanding only: no process takes a null for an error, and the earlier version matches nothing by it.
"""

from shared.db import online
from shared.kernel.documents import NOT_NUMBERS

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("kandas_status",)


def upgrade() -> None:
    for table in TABLES:
        online.execute(
            f"UPDATE {table} SET document = NULL WHERE document IS NOT NULL"  # noqa: S608 (names of ours)
            " AND (split_part(document, ':', 2) ~ '^(.)\\1*$'"
            " OR split_part(document, ':', 2) = ANY(CAST(:fillers AS text[])))",
            fillers=NOT_NUMBERS,
        )


def downgrade() -> None:
    """Nothing: what a filler joined stays apart."""
