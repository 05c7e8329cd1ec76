"""The key of a folded name and a birth date is called what it is, `name_birth_key`.

A change of names only, in one step: no process of an earlier version may run beside it, which before the first
production costs nothing.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
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
    "work_permit",
    "eaeu_worker",
)


def upgrade() -> None:
    _rename("named", "name_birth_key")


def downgrade() -> None:
    _rename("name_birth_key", "named")


def _rename(old: str, new: str) -> None:
    for table in TABLES:
        op.alter_column(table, old, new_column_name=new)
        op.execute(f"ALTER INDEX {table}_{old} RENAME TO {table}_{new}")
