"""Estimates say what makes them unsure: groups judged by size, crossings that were lost, months that break.

Expanding only: the version before writes none of it, and reads none.
"""

from alembic import op

from shared.db.grants import grant_more

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE estimate_size (
        size double precision PRIMARY KEY,
        groups bigint NOT NULL,
        bias double precision NOT NULL,
        covered_80 double precision NOT NULL,
        covered_95 double precision NOT NULL,
        widening double precision NOT NULL
    )""",
    """CREATE TABLE estimate_doubt (
        month date NOT NULL,
        arrival boolean NOT NULL,
        figure double precision NOT NULL,
        missed double precision NOT NULL,
        chance double precision NOT NULL,
        broken double precision NOT NULL,
        undetermined bigint NOT NULL,
        PRIMARY KEY (month, arrival)
    )""",
    """CREATE TABLE estimate_break (
        series text NOT NULL,
        month date NOT NULL,
        seen double precision NOT NULL,
        usual double precision NOT NULL,
        PRIMARY KEY (series, month)
    )""",
)
REPLACED = ("estimate_size", "estimate_doubt", "estimate_break")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute(grant_more({f"public.{table}": ("DELETE",) for table in REPLACED}))


def downgrade() -> None:
    for table in REPLACED:
        op.execute(f"DROP TABLE {table}")
