"""The engine of a rebuild on Apache Spark (services.accounting.cases.rebuild_outside.Engine).

Exported facts, their persons, and then everything of a person in one partition, where `assemble` reckons it as it does
in a batch and in our own rebuild. There is no second implementation of any rule: Spark moves rows and adds up counts.
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from deploy.spark.arrays import Columns, batch, records, some, whole
from deploy.spark.facts import Facts, anchor
from deploy.spark.files import PARTS, Files
from deploy.spark.persons import doubtful, held, person_of, persons
from services.accounting.cases.export import Extent
from services.accounting.cases.rebuild import RebuiltFigures, Tell, Versions
from services.accounting.cases.rebuild_outside import Outcome
from services.accounting.rules.figures.movements import Tally, unpack
from services.accounting.rules.persons.people import KeyedRecords, People, assemble
from services.accounting.rules.releases.causes import national
from services.accounting.rules.releases.versions import counted_by
from services.accounting.rules.residence.history import CROSSING, FACT_EVIDENCE, evidence_of
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.rules.residence.residence import NEVER

PART: Final = 20_000  # persons in a batch of Arrow
_KEY, _CROSSING, _REGISTER_FACT = range(3)
_PERSON: Final = "person bigint, keys binary, history binary, evidence binary, cells binary, due bigint"
_PACKED: Final = ("person", "keys", "history", "evidence", "cells", "due")
_STORED: Final = _PACKED[:-1]
_CELLS: Final = "what bigint, cell bigint, count bigint"


class Spark:
    """Takes facts to files in `folder`, so many `parts` of each table, which all machines of the cluster must see, and
    computes from them."""

    def __init__(self, spark: SparkSession, folder: Path, parts: int = PARTS) -> None:
        self._spark, self._files = spark, Files(folder, parts)

    def add(self, table: str, columns: Columns) -> None:
        """Takes facts (export.Sink)."""
        self._files.add(table, columns)

    async def compute(self, extent: Extent, versions: Versions, tell: Tell) -> Outcome:
        """Persons, cube, national cells by version, doubts."""
        self._files.close(extent)
        return await asyncio.to_thread(compute, self._spark, self._files.folder, extent, versions, tell)


def compute(spark: SparkSession, folder: Path, extent: Extent, versions: Versions, tell: Tell) -> Outcome:
    """From exported facts in `folder` to persons and figures; what is computed lies beside them afterwards."""
    facts = Facts.of(spark, folder)
    keys = held(facts)
    joined, matched, met_blocks = persons(keys)
    tell("found who is who")
    people = facts.keep(_people(facts, keys.keys, joined, extent.coverage), "person")
    tell("classified the crossings")
    cube, *by_version = _counted(people, extent.coverage, versions)
    _keep_cube(folder, cube)
    tell(f"counted {len(cube.cells)} cells")
    doubts = doubtful(keys, joined)
    counted = RebuiltFigures(extent.coverage, cube, list(map(national, by_version)), doubts, matched, met_blocks)
    return Outcome(_packed(folder / "person"), counted)


def _people(facts: Facts, keys: DataFrame, joined: DataFrame, coverage: Coverage) -> DataFrame:
    """Everybody, packed. All that is told of a person comes into one partition."""
    told = [facts.crossing, facts.register_fact]
    rows = person_of(keys.withColumn("fact", f.col("key")), "key", joined).select("person", "fact")
    rows = rows.withColumn("what", f.lit(_KEY))
    for what, table in zip((_CROSSING, _REGISTER_FACT), told, strict=True):
        owned = person_of(table.withColumn("anchor", anchor()), "anchor", joined)
        owned = owned.drop("anchor", "claim", "document", "former", "checkpoint").withColumn("what", f.lit(what))
        rows = rows.unionByName(owned, allowMissingColumns=True)
    return rows.fillna(0).repartition("person").mapInArrow(whole(partial(_assembled, coverage)), _PERSON)


def _assembled(coverage: Coverage, rows: Columns) -> Iterator[pa.RecordBatch]:
    keys, crossed, told = (some(rows, rows["what"] == what) for what in (_KEY, _CROSSING, _REGISTER_FACT))
    order = np.argsort(keys["fact"])
    evidence, source_row = evidence_of(records(told, FACT_EVIDENCE))
    people, due = assemble(  # a person's id is one of the keys
        keys["fact"][order],
        keys["person"][order],
        KeyedRecords(records(crossed, CROSSING), crossed["person"]),
        KeyedRecords(evidence, told["person"][source_row]),
        coverage,
    )
    end = 0
    for part in people.parts(PART):
        end += len(part.ids)
        packed = (*part.packed(), due[end - len(part.ids) : end])
        yield pa.RecordBatch.from_pydict(dict(zip(_PACKED, map(pa.array, packed), strict=True)))


def _counted(people: DataFrame, coverage: Coverage, versions: Versions) -> list[Tally]:
    """The cube, then the cells by each version of the method: what all partitions count, added up."""
    cells = people.select(*_STORED).mapInArrow(partial(_tallied, coverage, versions), _CELLS)
    total = cells.groupBy("what", "cell").agg(f.sum("count").alias("count")).toArrow().sort_by("cell")
    what, cell, count = (total[name].to_numpy() for name in ("what", "cell", "count"))
    return [Tally(cell[what == each], count[what == each]) for each in range(1 + len(versions))]


def _tallied(coverage: Coverage, versions: Versions, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The cells of each batch: a person lies in one, so whole histories are counted."""
    for each in batches:
        people = People.unpacked(list(zip(*(each[name].to_pylist() for name in _STORED), strict=True)))
        tallies = [people.tally(), *(counted_by(people, coverage, version.rule) for version in versions)]
        for what, counted in enumerate(tallies):
            yield batch(what=np.full(len(counted.cells), what), cell=counted.cells, count=counted.counts)


def _keep_cube(folder: Path, cube: Tally) -> None:
    named = {name: codes.astype(np.int64) for name, codes in unpack(cube.cells).items()}
    pq.write_table(pa.table(named | {"count": cube.counts}), folder / "cube.parquet")


def _packed(folder: Path) -> Iterator[list[Any]]:
    """Persons as they are stored, many at a time."""
    for file in sorted(folder.glob("*.parquet")):
        for rows in pq.ParquetFile(file).iter_batches(PART):
            due = [None if day == NEVER else day for day in rows["due"].to_pylist()]
            stored = (rows[name].to_pylist() for name in _STORED)
            yield list(zip(*stored, due, strict=True))
