"""What is forecast from a release, in the room that everybody reads: it is made of nothing else."""

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Numeric, Table, Text

from services.accounting.store.releases.public_table import SCHEMA


def forecast_tables(metadata: MetaData) -> tuple[Table, ...]:
    """Written once for a release, never changed after. `key` is the series key of DF_FLOW."""
    about = Table(
        "forecast_series",
        metadata,
        Column("release", BigInteger, primary_key=True, autoincrement=False),
        Column("key", Text, primary_key=True),
        Column("place", BigInteger, nullable=False),
        Column("first", Text),
        Column("last", Text),
        Column("break_tested", Boolean, nullable=False),
        Column("broken", Text),
        Column("stopped", Text),
        Column("model", Text),
        schema=SCHEMA,
    )
    score = Table(
        "forecast_score",
        metadata,
        Column("release", BigInteger, primary_key=True, autoincrement=False),
        Column("key", Text, primary_key=True),
        Column("model", Text, primary_key=True),
        Column("origins", BigInteger, nullable=False),
        Column("months", BigInteger, nullable=False),
        Column("mase", Numeric),  # none: nothing ever changed
        Column("covered_80", Numeric, nullable=False),
        Column("covered_95", Numeric, nullable=False),
        schema=SCHEMA,
    )
    month = Table(
        "forecast",
        metadata,
        Column("release", BigInteger, primary_key=True, autoincrement=False),
        Column("key", Text, primary_key=True),
        Column("period", Text, primary_key=True),
        *(Column(name, Numeric, nullable=False) for name in ("value", "lower_80", "upper_80", "lower_95", "upper_95")),
        schema=SCHEMA,
    )
    return about, score, month
