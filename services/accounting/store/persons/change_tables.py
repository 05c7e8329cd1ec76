"""The tables of what changed about persons: written with the change, never changed after."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)


def final_change_table(metadata: MetaData) -> Table:
    """Final verdicts that were overturned (rules.persons.final_changes), in the transaction that did it."""
    return Table(
        "final_change",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("fact", BigInteger, nullable=False),
        Column("person", BigInteger, nullable=False),  # who had the crossing; an id is one of a person's keys for good
        Column("was", SmallInteger, nullable=False),
        Column("became", SmallInteger, nullable=False),
        Column("cause", SmallInteger, nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False),
        Index("final_change_fact", "fact"),
        Index("final_change_gone", "person", postgresql_where=text("became = 0")),
        schema="linkage",
    )


def person_change_table(metadata: MetaData) -> Table:
    """Persons who merged, were split or got another id, and by what."""
    return Table(
        "person_change",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("kind", Text, nullable=False),
        Column("former", BigInteger, nullable=False),
        Column("successor", BigInteger, nullable=False),
        Column("keys", ARRAY(BigInteger), nullable=False),
        Column("cause", Text, nullable=False),
        Column("fact", BigInteger),  # the record that caused it, or
        Column("word", BigInteger),  # the reviewer's word
        CheckConstraint("kind IN ('merge', 'split', 'renamed')", "person_change_kind"),
        CheckConstraint("cause IN ('record', 'correction', 'withdrawal', 'word')", "person_change_cause"),
        Index("person_change_former", "former"),
        Index("person_change_successor", "successor"),
        schema="linkage",
    )
