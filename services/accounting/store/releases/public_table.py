"""What everybody reads of a release, after disclosure control: in a schema of its own, with nothing exact beside it."""

from sqlalchemy import BigInteger, Column, MetaData, Numeric, Table, Text

SCHEMA = "public_figures"


def public_figure_table(metadata: MetaData) -> Table:
    """Written with the release, never changed after. `margin`: rules.disclosure.cubes.named."""
    return Table(
        "figure",
        metadata,
        Column("release", BigInteger, primary_key=True, autoincrement=False),
        Column("flow", Text, primary_key=True),
        Column("margin", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("period", Text, primary_key=True),
        Column("value", Numeric, nullable=False),
        Column("status", Text, nullable=False),
        Column("std_error", Numeric),  # of an estimate
        schema=SCHEMA,
    )
