"""Who is who, in Spark: edges between keys from every source of them, and the components that these make.

What joins two keys is said by the functions of services.accounting.rules.persons; Spark only brings together what they
need. The components are computed on one machine: of all edges only those between two keys go there, each once, so that
somebody with one key costs nothing. An edge takes some 120 bytes there at the most.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from deploy.spark.arrays import Columns, batch, columns, records, some, whole
from deploy.spark.facts import Facts, holdings, moment
from deploy.spark.matching import judge, matches
from services.accounting.cases.persons.alike import JudgedMatches
from services.accounting.cases.persons.resolution import doubts
from services.accounting.rules.persons.claims import Sighting, links, shared
from services.accounting.rules.persons.identity import CLAIM, FACT_KEYS, Keys, components, distinct, pairs
from services.accounting.rules.persons.words import awake, settled, within_earshot

EDGE: Final = "one bigint, other bigint"
_CLAIM, _SIGHTING = 0, 1
_SIGHTED: Final = ("at", "checkpoint", "arrival")


class Held(NamedTuple):
    """Facts, the edges that these make (a key alone is joined to itself), all keys (`key`), and the claims in effect on
    numbers that were claimed in more than one way."""

    facts: Facts
    edges: DataFrame
    keys: DataFrame
    contested: DataFrame


def held(facts: Facts) -> Held:
    """The edges of facts that hold several keys."""
    edges = facts.keep(holdings(facts).mapInArrow(whole(_pairs), EDGE), "edge")
    keys = edges.select(f.explode(f.array("one", "other")).alias("key")).distinct()
    claims = facts.claim.join(keys, "key", "left_semi")
    several = claims.groupBy("number").count().where("count > 1")
    return Held(facts, edges, keys, facts.keep(claims.join(several, "number", "left_semi"), "contested"))


def by_claims(held: Held) -> DataFrame:
    """The edges between claims on one number."""
    sighted = (
        held.facts.crossing.select(
            f.explode(f.array("claim", "document")).alias("key"), moment().alias("at"), "checkpoint", "arrival"
        )
        .join(held.contested.select("key", "number"), "key")
        .select("number", "key", *_SIGHTED)
    )
    claims = held.contested.withColumn("what", f.lit(_CLAIM))
    rows = claims.unionByName(sighted.withColumn("what", f.lit(_SIGHTING)), allowMissingColumns=True).fillna(0)
    return rows.repartition("number").mapInArrow(whole(_links), EDGE)


LINKS: Final[tuple[Callable[[Held], DataFrame], ...]] = (by_claims,)
"""What joins keys by numbers beside the records that hold several of them, as far as reviewers' words let it. Another
way that knows nothing of who is one by numbers is another function here; deploy.spark.matching comes after them."""


class Persons(NamedTuple):
    """The person of each key that belongs to somebody with several (`key`, `person`), what became of matches, and the
    years' blocks in which such a pair has met."""

    joined: DataFrame
    matched: JudgedMatches
    met_blocks: set[int]


def persons(held: Held) -> Persons:
    """Who is who, by records, numbers, names and words."""
    facts, edges = held.facts, held.edges.withColumn("record", f.lit(True))
    for source in LINKS:
        edges = edges.union(source(held).withColumn("record", f.lit(False)))
    facts.keep(edges.where("one <> other").distinct(), "joined")
    by_records, by_links = (_joined(facts.folder / "joined", record) for record in (True, False))
    found, met_blocks = matches(facts, held.keys)
    matched = judge(facts, by_records, by_links, found)
    by_links = np.concatenate((by_links, matched.joined))
    keys, person = components(np.concatenate((by_records, _settled(held, by_records, by_links))))
    return Persons(facts.lay("component", key=keys, person=person), matched, met_blocks)


def _joined(folder: Path, record: bool) -> Keys:
    found = pq.read_table(folder, columns=["one", "other"], filters=[("record", "=", record)])
    return np.stack([found["one"].to_numpy(), found["other"].to_numpy()], axis=1)


def _settled(held: Held, by_records: Keys, by_links: Keys) -> Keys:
    """The links and words that hold. Of claims only those come here that are within earshot of a word."""
    facts = held.facts
    if not (said := facts.words()):
        return by_links
    ends = facts.lay("end", key=distinct(np.array([each.pair for each in said], np.int64).ravel()))
    alone = np.sort(held.keys.join(ends, "key", "left_semi").toArrow()["key"].to_numpy())
    if not (heard := awake(said, alone)):
        return by_links
    by_records = np.concatenate((by_records, np.stack((alone, alone), axis=1)))
    near = within_earshot(by_records, by_links, heard)
    told = facts.claim.join(facts.lay("near", key=near), "key", "left_semi").toArrow().to_batches()
    recorded, linked = (np.isin(edges[:, 0], near) for edges in (by_records, by_links))
    holding = settled(by_records[recorded], by_links[linked], heard, records(columns(told), CLAIM))
    return np.concatenate((by_links[~linked], holding))


def person_of(rows: DataFrame, key: str, persons: DataFrame) -> DataFrame:
    """Rows with the `person` of their key; who has one key is called by it."""
    found = rows.join(persons.withColumnRenamed("key", "joined"), f.col(key) == f.col("joined"), "left")
    return found.withColumn("person", f.coalesce("person", key)).drop("joined")


def doubtful(held: Held, persons: DataFrame) -> list[int]:
    """The numbers about whose holders there is a doubt."""
    rows = person_of(held.contested, "key", persons).repartition("number")
    return [row.number for row in rows.mapInArrow(whole(_doubts), "number bigint").collect()]


def _pairs(rows: Columns) -> Iterator[pa.RecordBatch]:
    yield _edges(pairs(records(rows, FACT_KEYS)))


def _links(rows: Columns) -> Iterator[pa.RecordBatch]:
    claims, seen = (some(rows, rows["what"] == what) for what in (_CLAIM, _SIGHTING))
    by_key: dict[int, list[Sighting]] = {}
    for key, at, checkpoint, arrival in zip(*(seen[name].tolist() for name in ("key", *_SIGHTED)), strict=True):
        by_key.setdefault(key, []).append(Sighting(key, at, checkpoint, bool(arrival)))
    yield _edges(links(shared(records(claims, CLAIM)), by_key))


def _doubts(rows: Columns) -> Iterator[pa.RecordBatch]:
    order = np.argsort(rows["key"])
    numbers = doubts(list(shared(records(rows, CLAIM))), rows["key"][order], rows["person"][order])
    yield batch(number=numbers)


def _edges(found: np.ndarray) -> pa.RecordBatch:
    return batch(one=found[:, 0], other=found[:, 1])
