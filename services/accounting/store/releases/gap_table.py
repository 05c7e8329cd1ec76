"""The sums that do not hold between the figures of a release: by how much the whole is more than its parts, and why."""

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text


def released_gap_table(metadata: MetaData) -> Table:
    """Written with the release, never changed after."""
    return Table(
        "released_gap",
        metadata,
        Column("release", BigInteger, primary_key=True, autoincrement=False),
        Column("flow", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("period", Text, primary_key=True),
        Column("parts", Text, primary_key=True),
        Column("gap", BigInteger, nullable=False),
        Column("why", Text, nullable=False),
        Column("withheld", Boolean, nullable=False),  # one of its figures is: the gap is shown to nobody
    )
