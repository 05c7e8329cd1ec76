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
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from deploy.spark.arrays import Columns, batch, records, some, whole
from deploy.spark.files import fields
from services.accounting.cases.export import TABLES
from services.accounting.cases.persons.resolution import doubts
from services.accounting.rules.persons.claims import Sighting, links, shared
from services.accounting.rules.persons.identity import CLAIM, FACT_KEYS, components, pairs

EDGE: Final = "one bigint, other bigint"
_TYPES: Final = {"i2": "smallint", "i4": "int", "i8": "bigint"}
_CLAIM, _SIGHTING = 0, 1
_SIGHTED: Final = ("at", "checkpoint", "arrival")


class Facts(NamedTuple):
    """Exported facts, as tables of Spark, in `folder`; what is computed on the way is kept there too."""

    spark: SparkSession
    folder: Path
    crossing: DataFrame
    register_fact: DataFrame
    claim: DataFrame

    @classmethod
    def of(cls, spark: SparkSession, folder: Path) -> "Facts":
        """The facts that files.Files has written."""
        schemas = {name: ", ".join(f"{c} {_TYPES[kind]}" for c, kind in fields(name).items()) for name in TABLES}
        tables = (spark.read.schema(schema).parquet(str(folder / name)) for name, schema in schemas.items())
        return cls(spark, folder, *(table.drop("part") for table in tables))

    def keep(self, table: DataFrame, name: str) -> DataFrame:
        """Computes a table once and for all."""
        place = str(self.folder / name)
        table.write.parquet(place, mode="overwrite")
        return self.spark.read.schema(table.schema).parquet(place)


class Held(NamedTuple):
    """Facts, the edges that these make (a key alone is joined to itself), all keys (`key`), and the claims in effect on
    numbers that were claimed in more than one way."""

    facts: Facts
    edges: DataFrame
    keys: DataFrame
    contested: DataFrame


def held(facts: Facts) -> Held:
    """The edges of facts that hold several keys."""
    holdings = facts.crossing.select("claim", "document", f.lit(0).cast("bigint").alias("former")).union(
        facts.register_fact.select("claim", "document", "former")
    )
    edges = facts.keep(holdings.distinct().mapInArrow(whole(_pairs), EDGE), "edge")
    keys = edges.select(f.explode(f.array("one", "other")).alias("key")).distinct()
    claims = facts.claim.join(keys, "key", "left_semi")
    several = claims.groupBy("number").count().where("count > 1")
    return Held(facts, edges, keys, facts.keep(claims.join(several, "number", "left_semi"), "contested"))


def by_claims(held: Held) -> DataFrame:
    """The edges between claims on one number."""
    moment = f.col("day").cast("bigint") * 86_400 + f.col("second")
    sighted = (
        held.facts.crossing.select(
            f.explode(f.array("claim", "document")).alias("key"), moment.alias("at"), "checkpoint", "arrival"
        )
        .join(held.contested.select("key", "number"), "key")
        .select("number", "key", *_SIGHTED)
    )
    claims = held.contested.withColumn("what", f.lit(_CLAIM))
    rows = claims.unionByName(sighted.withColumn("what", f.lit(_SIGHTING)), allowMissingColumns=True).fillna(0)
    return rows.repartition("number").mapInArrow(whole(_links), EDGE)


SOURCES: Final[tuple[Callable[[Held], DataFrame], ...]] = (lambda held: held.edges, by_claims)
"""Where edges come from. Another way to find that two keys are one person's is another function here."""


def persons(held: Held) -> DataFrame:
    """The person of each key that belongs to somebody with several (`key`, `person`)."""
    found = [source(held).where("one <> other") for source in SOURCES]
    edges = found[0]
    for others in found[1:]:
        edges = edges.union(others)
    facts = held.facts
    facts.keep(edges.distinct(), "joined")
    table = pq.read_table(facts.folder / "joined")
    keys, person = components(np.stack([table["one"].to_numpy(), table["other"].to_numpy()], axis=1))
    place = facts.folder / "component.parquet"
    pq.write_table(pa.table({"key": keys, "person": person}), place)
    return facts.spark.read.schema("key bigint, person bigint").parquet(str(place))


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
