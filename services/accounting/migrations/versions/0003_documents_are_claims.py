"""Documents are claims, as IINs are: their keys say birth date, name and sex. A fact may name the former document.

The facts stored before kept a key of the document alone, and no name where there was no IIN. Their keys are made anew
from what they did keep, so they join by birth date and never by name. The persons are then those of a rebuild.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Claims on IINs have odd keys (rules.identity.Hashes); a birth date may be the IIN's own, so it is no evidence.
ODD = (
    "UPDATE claim SET key = key | 1 WHERE key & 1 = 0",
    "UPDATE crossing SET claim = claim | 1 WHERE claim <> 0 AND claim & 1 = 0",
    "UPDATE register_fact SET claim = claim | 1 WHERE claim <> 0 AND claim & 1 = 0",
)

# dimensions.birth_code writes the middle of what is not known: 1 July of a year, the 15th of a month.
BORN = """CASE WHEN birth & 511 = 225 THEN birth & ~511 WHEN birth & 31 = 15 THEN birth & ~31 ELSE birth END"""
TOLD = """(split_part(body->>'birth_date', '-', 1)::int * 512
    + coalesce(nullif(split_part(body->>'birth_date', '-', 2), '')::int, 0) * 32
    + coalesce(nullif(split_part(body->>'birth_date', '-', 3), '')::int, 0))"""
SEX = "CASE body->>'sex' WHEN 'M' THEN 1 WHEN 'F' THEN 2 ELSE 0 END"
# Even keys, never 0.
SAID = f"""
CREATE TEMPORARY TABLE said ON COMMIT DROP AS
SELECT fact, number, born, sex,
    greatest(hashtextextended(format('%s %s %s', number, born, sex), 0) & 9223372036854775806, 2) AS key
FROM (
    SELECT fact, document AS number, {BORN} AS born, sex::int AS sex FROM crossing WHERE document NOT IN (0, fact)
    UNION ALL
    SELECT fact, document, {TOLD}, {SEX} FROM register_fact WHERE document NOT IN (0, fact) AND body ? 'birth_date'
) told
"""  # noqa: S608
CLAIMED = """
INSERT INTO claim (key, number, born, name, sex, dated, fact)
SELECT key, number, born, 0, sex, true, min(fact) FROM said GROUP BY key, number, born, sex ON CONFLICT DO NOTHING
"""
HELD = "UPDATE {table} SET document = said.key FROM said WHERE said.fact = {table}.fact"


def upgrade() -> None:
    for table in ("crossing", "crossing_history"):
        op.add_column(table, sa.Column("checkpoint", sa.Integer(), nullable=False, server_default=sa.text("0")))
    for table in ("register_fact", "register_fact_history"):
        op.add_column(table, sa.Column("former", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.alter_column("crossing_history", "checkpoint", server_default=None)
    op.alter_column("register_fact_history", "former", server_default=None)
    op.create_index("register_fact_former", "register_fact", ["former"], postgresql_where=sa.text("former <> 0"))
    op.alter_column("claim", "iin", new_column_name="number")
    op.execute("ALTER INDEX claim_iin RENAME TO claim_number")
    op.alter_column("review", "iin", new_column_name="number")
    op.add_column("claim", sa.Column("sex", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("claim", sa.Column("dated", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    for statement in (*ODD, SAID, CLAIMED, HELD.format(table="crossing"), HELD.format(table="register_fact")):
        op.execute(statement)
