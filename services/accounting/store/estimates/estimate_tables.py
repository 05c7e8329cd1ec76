"""The tables of estimates: each run of the model is dated and stays, and only the newest one's findings."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import grants

_NEWEST = "the newest run of the model takes the place of the one before"


def estimate_tables(metadata: MetaData) -> None:
    """Runs of the model of open crossings, its strata, its back-test, what it expects of those open now; and what
    the residency index last gave."""
    _run(metadata)
    _findings(metadata)
    _doubts(metadata)
    _index(metadata)


def _run(metadata: MetaData) -> None:
    Table(
        "estimate_run",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("made_at", DateTime(timezone=True), nullable=False),
        Column("version", Text, nullable=False),  # of the method by which it is learned
        Column("register_start", Integer, nullable=False),
        Column("obs_end", Integer, nullable=False),
        Column(
            "first_vintage", Date
        ),  # of the ends of observation that it was learned from; none: nothing is estimated
        Column("last_vintage", Date),
        Column("open", BigInteger, nullable=False),  # crossings that are estimated
        Column("base", ARRAY(Double), nullable=False),  # departures, arrivals; likewise the next two
        Column("spread", ARRAY(Double), nullable=False),  # each by band of months behind the end of observation
        Column("widening", ARRAY(Double), nullable=False),
    )


def _findings(metadata: MetaData) -> None:
    Table(
        "estimate_stratum",
        metadata,
        Column("level", SmallInteger, primary_key=True, autoincrement=False),
        Column("stratum", BigInteger, primary_key=True, autoincrement=False),
        Column("open", BigInteger, nullable=False),
        Column("migrations", BigInteger, nullable=False),
        Column("probability", Double, nullable=False),
        info=grants.may("DELETE", because=_NEWEST),
    )
    Table(
        "estimate_judged",
        metadata,
        Column("vintage", Date, primary_key=True),
        Column("span", Text, primary_key=True),
        Column("arrival", Boolean, primary_key=True),
        Column("naive", BigInteger, nullable=False),
        Column("value", Double, nullable=False),
        Column("error", Double, nullable=False),
        Column("final", BigInteger, nullable=False),
        info=grants.may("DELETE", because=_NEWEST),
    )
    Table(
        "estimate_cell",
        metadata,
        Column("cell", BigInteger, primary_key=True, autoincrement=False),
        Column("count", BigInteger, nullable=False),
        info=grants.may("DELETE", because=_NEWEST),
    )


def _doubts(metadata: MetaData) -> None:
    """What makes estimates unsure beside the fate of open crossings."""
    Table(
        "estimate_size",
        metadata,
        Column("size", Double, primary_key=True, autoincrement=False),
        Column("groups", BigInteger, nullable=False),
        *(Column(name, Double, nullable=False) for name in ("bias", "covered_80", "covered_95", "widening")),
        info=grants.may("DELETE", because=_NEWEST),
    )
    Table(
        "estimate_doubt",
        metadata,
        Column("month", Date, primary_key=True),
        Column("arrival", Boolean, primary_key=True),
        *(Column(name, Double, nullable=False) for name in ("figure", "missed", "chance", "broken")),
        Column("undetermined", BigInteger, nullable=False),
        info=grants.may("DELETE", because=_NEWEST),
    )
    Table(
        "estimate_break",
        metadata,
        Column("series", Text, primary_key=True),
        Column("month", Date, primary_key=True),
        Column("seen", Double, nullable=False),
        Column("usual", Double, nullable=False),
        info=grants.may("DELETE", because=_NEWEST),
    )


def _index(metadata: MetaData) -> None:
    """When the residency index was reckoned, and its sums of the whole country."""
    Table(
        "sign_run",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("made_at", DateTime(timezone=True), nullable=False),
        Column("model", Text, nullable=False),
        Column("register_start", Integer, nullable=False),
        Column("obs_end", Integer, nullable=False),
    )
    Table(
        "sign_figure",
        metadata,
        Column("measure", Text, primary_key=True),
        Column("month", Integer, primary_key=True, autoincrement=False),
        Column("value", BigInteger, nullable=False),
        Column("model", Text, nullable=False),
        Column("std_error", Double),
        info=grants.may("DELETE", because="the index is reckoned anew as a whole"),
    )
