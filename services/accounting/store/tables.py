"""The tables of accounting.

Linkage and analysis are apart (the separation principle of statistical offices; decision 0029). Schema `linkage` holds
the facts as the registers state them, with the keys, birth dates and record numbers by which persons are told apart;
`linkage_derived` what follows of it: who is who, and each person's history. The intake writes there and the review
reads there, each by a role of its own; the API's own role enters neither. It has `public` (how far each source was
read, releases, what others published, the access log) and `derived`: the cube, and the view `record`, which shows the
registers' facts in effect by kind, pseudonym and coded body.

A rebuild makes the derived schemas anew beside the present ones and swaps them by renaming, so no table of the others
may point into them. No name, number of a person or document is stored: identity rests on keyed hashes (rules.identity).
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.accounting.store.estimates.estimate_tables import estimate_tables
from services.accounting.store.forecasts.forecast_tables import forecast_tables
from services.accounting.store.persons.change_tables import final_change_table, person_change_table
from services.accounting.store.persons.matching_tables import doubtful_pair_table, met_block_table
from services.accounting.store.releases.gap_table import released_gap_table
from services.accounting.store.releases.public_table import public_figure_table, published_before_table
from shared.audit.access_log import access_log_table
from shared.audit.chain import seal_table
from shared.db import grants
from shared.timer import timer_table

metadata = MetaData()

access_log = access_log_table(metadata)
access_seal = seal_table(metadata)
job_run = timer_table(metadata)


def _record() -> list[Column[Any]]:
    """What every stored fact has: its key (rules.identity.fact_key), the source's own number, the newest version."""
    return [
        Column("fact", BigInteger, primary_key=True, autoincrement=False),
        Column("source_id", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("withdrawn", Boolean, nullable=False),
    ]


def _sealing() -> list[Column[Any]]:
    """What reconciliation compares by: the day that the event told (days since 1970, in Kazakhstan), and the row's seal
    (rules.reconciliation.seal). Null in what a version before them stored."""
    return [Column("told", Integer), Column("seal", BigInteger)]


def _crossing() -> list[Column[Any]]:
    """Codes as in rules.dimensions, time as in rules.history; `claim` and `document` are identity keys, 0 = none.
    `checkpoint` tells checkpoints apart (intake.digest.portal), 0 = not known."""
    return [
        Column("day", Integer, nullable=False),
        Column("second", Integer, nullable=False),
        Column("source_order", BigInteger, nullable=False),
        Column("birth", Integer, nullable=False),
        Column("partner", SmallInteger, nullable=False),
        Column("citizen", SmallInteger, nullable=False),
        Column("purpose", SmallInteger, nullable=False),
        Column("sex", SmallInteger, nullable=False),
        Column("arrival", SmallInteger, nullable=False),
        Column("stated", SmallInteger, nullable=False),
        Column("claim", BigInteger, nullable=False),
        Column("document", BigInteger, nullable=False),
        Column("checkpoint", Integer, nullable=False, server_default=text("0")),
        *_sealing(),
    ]


def _register_fact() -> list[Column[Any]]:
    """`kind` is the fact's name and version. `evidence` (history.Kind or 0), `day` and `region` are what it shows of a
    person's being in the country, `end_evidence` and `end_day` what ends that. `body` is the event's data, the person
    reduced to birth date, sex and citizenship."""
    return [
        Column("kind", Text, nullable=False),
        Column("claim", BigInteger, nullable=False),
        Column("document", BigInteger, nullable=False),
        Column("evidence", SmallInteger, nullable=False),
        Column("day", Integer, nullable=False),
        Column("region", SmallInteger, nullable=False),
        Column("body", JSONB, nullable=False),
        Column("end_evidence", SmallInteger, nullable=False, server_default=text("0")),
        Column("end_day", Integer, nullable=False, server_default=text("0")),
        Column("former", BigInteger, nullable=False, server_default=text("0")),
        *_sealing(),
    ]


def _replaced(table: Table) -> Table:
    """`<name>_history`: the versions that newer ones replaced."""
    name = f"{table.name}_history"
    keys = ("fact", "version")
    columns = [Column(c.name, c.type, primary_key=c.name in keys, nullable=c.nullable) for c in table.columns]
    for column in columns:
        column.autoincrement = False
    return Table(name, metadata, *columns, schema="linkage")


_REPLACED = "a newer version moves the one before to the history"
_FOLLOWS = "it follows from the facts, and changes with them"

crossing = Table(
    "crossing",
    metadata,
    *_record(),
    *_crossing(),
    schema="linkage",
    info=grants.may("DELETE", because=_REPLACED),
)
crossing_history = _replaced(crossing)

register_fact = Table(
    "register_fact",
    metadata,
    *_record(),
    *_register_fact(),
    Index("register_fact_kind", "kind"),
    Index("register_fact_claim", "claim"),
    Index("register_fact_document", "document"),
    Index("register_fact_former", "former", postgresql_where=text("former <> 0")),
    schema="linkage",
    info=grants.may("DELETE", because=_REPLACED),
)
register_fact_history = _replaced(register_fact)

# What a claim key stands for: a number (of a document, or an IIN; hashed) together with a birth date as written, a
# folded name (hashed; 0 where it was not kept) and sex; `dated`: the birth date is evidence (rules.identity).
# Only said, never taken back; which claims hold, identity_key tells. From `state` on, by what claims on different
# numbers are found and compared (rules.persons.likeness); NULL in claims stored before: they meet by number alone
# until their register is adopted.
claim = Table(
    "claim",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("born", Integer, nullable=False),
    Column("name", BigInteger, nullable=False),
    Column("fact", BigInteger, nullable=False),  # the first fact that said so: where a reviewer begins
    Column("sex", SmallInteger, nullable=False, server_default=text("0")),
    Column("dated", Boolean, nullable=False, server_default=text("false")),
    Column("state", SmallInteger),
    Column("day_block", BigInteger),
    Column("year_block", BigInteger),
    Column("surname_1", BigInteger),
    Column("surname_2", BigInteger),
    Column("given_1", BigInteger),
    Column("given_2", BigInteger),
    Index("claim_number", "number"),
    Index("claim_day_block", "day_block", postgresql_where=text("day_block <> 0")),
    Index("claim_year_block", "year_block", postgresql_where=text("year_block <> 0")),
    Index("claim_without_likeness", "key", postgresql_where=text("day_block IS NULL")),
    schema="linkage",
)

# Numbers about which there was a doubt at some time (rules.claims): candidates for clerical review, see store.reviews.
review = Table(
    "review",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    schema="linkage",
)

# What reviewers said of two claims (rules.words), each by its key, the smaller first; of several words on one pair the
# newest counts. Said by the API as the review, taken by the intake.
word = Table(
    "word",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("one", BigInteger, nullable=False),
    Column("other", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("said_by", Text, nullable=False),
    Column("agency", Text),
    Column("said_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    CheckConstraint("verdict IN ('same', 'apart', 'withdrawn')", "word_verdict"),
    CheckConstraint("one < other", "word_pair"),
    Index("word_one", "one", "other", "id"),
    Index("word_other", "other"),
    schema="linkage",
)

# How far words were taken: the newest of them each time, with its effect.
word_taken = Table(
    "word_taken",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("taken_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    schema="linkage",
)

person_change = person_change_table(metadata)
final_change = final_change_table(metadata)
doubtful_pair = doubtful_pair_table(metadata)
met_block = met_block_table(metadata)
estimate_tables(metadata)

# How far each source was read, written in the transaction of the effect. The feed has one part, Kafka its partitions.
source_position = Table(
    "source_position",
    metadata,
    Column("transport", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 10},
    info=grants.may("UPDATE", because="the position moves on"),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),  # of the newest event seen, in the source's outbox
    Column("newest", DateTime(timezone=True)),  # when it happened
    Column("counted_at", DateTime(timezone=True), nullable=False),  # when the newest batch was committed to the figures
    Column("seen", BigInteger, nullable=False),
    Column("repeated", BigInteger, nullable=False),  # seen without effect: the same or a newer version was there
    Column("stopped", Text),  # why reading stopped, until an operator resumes it
    Column("epoch", Text),  # of `position`; null: of a register, or of a version of ours, that knew of none
    Column("went_back", Boolean, nullable=False, server_default=text("false")),  # it does not hold what was read of it
    postgresql_with={"fillfactor": 10},
    info=grants.may("UPDATE", because="what is known of the source moves on"),
)

parked_event = Table(
    "parked_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("source", Text, nullable=False),
    Column("type", Text),
    Column("reason", Text, nullable=False),  # holds nothing of the event's content
    Column("parked_at", DateTime(timezone=True), nullable=False),
    Column("resend", Boolean, nullable=False),
    Column("transport", Text),  # what carried it, and where it lies there
    Column("part", Integer),
    Column("position", BigInteger),
    Column("digest", LargeBinary),  # SHA-256, null where its bytes are not had
    Column("skipped_at", DateTime(timezone=True)),  # an operator said that it is not wanted
    Column("event", LargeBinary),  # wiped: no version since 0013 writes or reads it
    Index("parked_event_resend", "id", postgresql_where=text("resend")),
    info=grants.may("UPDATE", "DELETE", because="it is marked to be taken up again, and goes once it is understood"),
)

# What other bodies have published; a data set is what one file says (store.published_figure).
published_figure = Table(
    "published_figure",
    metadata,
    Column("flow", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),  # the day after the last one
    Column("value", Numeric, nullable=False),
    Column("unit", Text, nullable=False),
    Column("approximate", Boolean, nullable=False),
    Column("concept", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("citation", Text, nullable=False),
    Column("reported_on", Date),
    Column("dataset", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False),
    Index("published_figure_dataset", "dataset"),
    info=grants.may("UPDATE", "DELETE", because="a file that is loaded again replaces what it said before"),
)

# Figures frozen at a release (cases.releases), as counted. Rows are added, and never changed after.
release = Table(
    "release",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("cut_at", DateTime(timezone=True), nullable=False),
    Column("counted_at", DateTime(timezone=True), nullable=False),  # the newest batch that is in its figures
    Column("register_start", Integer, nullable=False),  # days since 1970, as in `counted`
    Column("obs_end", Integer, nullable=False),
    Column("reason", Text),  # why it was cut out of turn
    Column("method_version", Text),  # rules.releases.versions; none: cut before causes and sums were kept
    Column("disclosure", Text),  # the method of disclosure control; none: small counts were withheld
    Index("release_cut_at", "cut_at"),
)

released_figure = Table(
    "released_figure",
    metadata,
    Column("release", BigInteger, primary_key=True, autoincrement=False),
    Column("flow", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("withheld", Boolean, nullable=False),  # in releases without a method of disclosure control: from everybody
    Column("std_error", Numeric),  # of an estimate
)

# How much of a released figure each cause has made since the journal began: differences between releases are theirs.
released_cause = Table(
    "released_cause",
    metadata,
    Column("release", BigInteger, primary_key=True, autoincrement=False),
    Column("flow", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("cause", SmallInteger, primary_key=True, autoincrement=False),  # rules.releases.causes.Cause
    Column("value", BigInteger, nullable=False),
)

released_gap = released_gap_table(metadata)
public_figure = public_figure_table(metadata)
published_before = published_before_table(metadata)
forecast_series, forecast_score, forecast = forecast_tables(metadata)

# Why national cells of the cube moved: sums by cause. Not in `derived`, which a rebuild makes anew from the facts.
cube_cause = Table(
    "cube_cause",
    metadata,
    Column("cell", BigInteger, primary_key=True, autoincrement=False),
    Column("cause", SmallInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    info=grants.may("UPDATE", because="what a cause moved adds up"),
)

# National cells by the present version of the method and by the one before it, as the newest rebuild counted both.
method_overlap = Table(
    "method_overlap",
    metadata,
    Column("method_version", Text, primary_key=True),
    Column("cell", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
)

identity_key = Table(
    "identity_key",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger, nullable=False),
    schema="linkage_derived",
    info=grants.may("UPDATE", "DELETE", because=_FOLLOWS),
)

# One compact row a person. `keys` are the packed identity keys that its facts hold; the person's id is the smallest.
# The packed columns are written anew with each crossing: compressing them would cost more than it saves.
person = Table(
    "person",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("keys", LargeBinary, nullable=False),
    Column("history", LargeBinary, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("due", Integer),  # the end of observation (days since 1970) at which something may change without an event
    Column("cells", LargeBinary, nullable=False, server_default=text("''")),  # rules.figures.line_cells, packed
    Index("person_due", "due", postgresql_where=text("due IS NOT NULL")),
    schema="linkage_derived",
    info=grants.may("UPDATE", "DELETE", because=_FOLLOWS),
    postgresql_with={"fillfactor": 75},
)

# The figures of crossings: rules.movements says what a cell counts and how it is packed.
cube = Table(
    "cube",
    metadata,
    Column("cell", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    schema="derived",
    info=grants.may("UPDATE", "DELETE", because=_FOLLOWS),
    postgresql_with={"fillfactor": 70},
)

# The period that `derived` is computed for: one row, none until the border feed has declared its coverage.
counted = Table(
    "counted",
    metadata,
    Column("register_start", Integer, primary_key=True, autoincrement=False),  # days since 1970
    Column("obs_end", Integer, nullable=False),
    schema="derived",
    info=grants.may("DELETE", because=_FOLLOWS),
)
