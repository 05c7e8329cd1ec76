"""The tables of matching beside the claims: what is in doubt, and in which blocks two have met."""

from sqlalchemy import REAL, BigInteger, Boolean, Column, DateTime, MetaData, Table, Text, text

from shared.db import grants


def doubtful_pair_table(metadata: MetaData) -> Table:
    """Keys that may be one person's and that nobody joined (rules.persons.matching), the smaller first, with the weight
    in bits. Only added to: which of them two persons hold, identity_key tells."""
    return Table(
        "doubtful_pair",
        metadata,
        Column("one", BigInteger, primary_key=True, autoincrement=False),
        Column("other", BigInteger, primary_key=True, autoincrement=False),
        Column("weight", REAL, nullable=False),
        Column("why", Text, nullable=False),  # weight: between the thresholds; veto: a contradiction
        Column("found_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        schema="linkage",
    )


def met_block_table(metadata: MetaData) -> Table:
    """Blocks (claim.year_block) in which two keys may be one person's: whoever comes to them may tell that names are
    frequent. `crowded`: more claims share it than may join, so that another one changes nothing."""
    return Table(
        "met_block",
        metadata,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("crowded", Boolean, nullable=False, server_default=text("false")),
        schema="linkage",
        info=grants.may("UPDATE", because="blocks fill, and empty again"),
    )
