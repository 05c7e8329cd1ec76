"""What everybody reads of a release, after disclosure control: in a schema of its own, with nothing exact beside it."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, MetaData, Numeric, Table, Text

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


def published_before_table(metadata: MetaData) -> Table:
    """What files of other bodies' figures said, as in `published_figure`, `until` it was replaced. Rows are added, and
    never changed after."""
    return Table(
        "published_before",
        metadata,
        *(Column(name, Text, primary_key=True) for name in ("flow", "key", "period")),
        Column("starts", Date, nullable=False),
        Column("ends", Date, nullable=False),
        Column("value", Numeric, nullable=False),
        Column("unit", Text, nullable=False),
        Column("approximate", Boolean, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("concept", "source", "citation")),
        Column("reported_on", Date),
        Column("dataset", Text, nullable=False),
        Column("loaded_at", DateTime(timezone=True), nullable=False),
        Column("until", DateTime(timezone=True), primary_key=True),
        schema=SCHEMA,
    )
