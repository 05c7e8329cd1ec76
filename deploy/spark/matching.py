"""Matching by names in Spark: who shares a day's block comes into one partition, a number into another, a year's block
into a third.

What was found goes to the driver, pairs of keys alone, and is judged there with the IINs and crossings of those whom it
would join, nobody else's.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f

from deploy.spark.arrays import Array, Columns, batch, columns, records, whole
from deploy.spark.facts import Facts, anchor, holdings, moment
from services.accounting.cases.persons.alike import (
    MODEL,
    NO_VERDICT,
    JudgedMatches,
    Matches,
    at_stake,
    judged,
    near,
    of_one,
    of_one_fact,
)
from services.accounting.rules.persons.identity import FACT_KEYS, Keys, components, distinct
from services.accounting.rules.persons.likeness import STORED, likeness_of
from services.accounting.rules.persons.matching import BLOCKS, Sights, found, namesakes, proving

_FOUND, _NEAR = 0, 1
_PAIR: Final = "what bigint, one bigint, other bigint, one_block bigint, other_block bigint, weight double"
_COMPARED: Final = ", ".join(f"{name} bigint" for name in STORED.names or ())
_COUNTED: Final = f"{_COMPARED}, others bigint"


def matches(facts: Facts, keys: DataFrame) -> tuple[Matches, set[int]]:
    """Who may be one person by name and birth date, of the `keys` in effect; the years' blocks in which a pair met."""
    compared = facts.likeness.join(keys, "key", "left_semi")
    known = compared.repartition("number").mapInArrow(whole(_proving), _COMPARED)
    counted = known.repartition("year_block", _spread("year_block")).mapInArrow(whole(_with_namesakes), _COUNTED)
    told = pa.concat_tables(
        counted.repartition(block, _spread(block)).mapInArrow(whole(partial(_pairs, block)), _PAIR).toArrow()
        for block in BLOCKS
    )
    told = told.group_by(told.column_names, use_threads=False).aggregate([])  # who shares both is there twice
    what, *rows, weight = (told[name].to_numpy() for name in told.column_names)
    pairs, blocks = (np.stack(each, axis=1) for each in (rows[:2], rows[2:]))
    met = _met(facts, pairs[what == _NEAR], blocks[what == _NEAR])
    return Matches.of(pairs[what == _FOUND], weight[what == _FOUND]), met


def judge(facts: Facts, by_records: Keys, by_links: Keys, matches: Matches) -> JudgedMatches:
    """What becomes of matches, by the exported claims and crossings."""
    if not matches:
        return NO_VERDICT
    ends = np.concatenate((matches.joined, matches.doubtful)).ravel()  # a key alone is joined to itself
    by_numbers = components(np.concatenate((by_records, by_links, np.stack((ends, ends), axis=1))))
    stake = facts.lay("at_stake", key=at_stake(by_numbers, matches))
    iins = facts.claim.where("key & 1 = 1").join(stake, "key", "left_semi").select("key", "number")
    crossed = facts.crossing.select(anchor().alias("key"), moment().alias("at"), "checkpoint", "arrival")
    seen = crossed.join(stake, "key", "left_semi").select("key", "at", "checkpoint", "arrival")
    return judged(by_numbers, matches, np.stack(_numbers(iins), axis=1), Sights(*_numbers(seen)))


def _spread(block: str) -> Column:
    """A second key to part rows by, so that those without a block come into all partitions."""
    return f.when(f.col(block) == 0, f.col("key")).otherwise(0)


def _met(facts: Facts, pairs: Keys, blocks: Keys) -> set[int]:
    """The blocks of the pairs that no fact holds."""
    if not len(pairs):
        return set()
    ends = facts.lay("near_by_name", key=distinct(pairs.ravel()))
    own = holdings(facts).withColumn("key", f.explode(f.array("claim", "document", "former")))
    rows = columns(own.join(ends, "key", "left_semi").select("claim", "document", "former").toArrow().to_batches())
    return set(blocks[~of_one(pairs, of_one_fact(records(rows, FACT_KEYS)))].ravel().tolist()) - {0}


def _numbers(rows: DataFrame) -> list[Array]:
    table = rows.toArrow()
    return [table[name].to_numpy().astype(np.int64) for name in table.column_names]


def _proving(rows: Columns) -> Iterator[pa.RecordBatch]:
    """All of them, without numbers that too many claim."""
    yield batch(**dict(rows) | {"number": proving(likeness_of(rows), MODEL.most)["number"]})


def _with_namesakes(rows: Columns) -> Iterator[pa.RecordBatch]:
    """All of them, with how many namesakes each has."""
    yield batch(**rows, others=namesakes(rows["year_block"], rows["born"].astype(np.int64), MODEL))


def _pairs(block: str, rows: Columns) -> Iterator[pa.RecordBatch]:
    compared = likeness_of(rows)
    keys, weight = found(compared, rows["others"], MODEL, [block])
    close, blocks = near(compared, MODEL.most, blocks=[block])
    for what, pairs, of_years, bits in (
        (_FOUND, keys, np.zeros_like(keys), weight),
        (_NEAR, close, blocks, np.zeros(len(close))),
    ):
        numbers = (np.full(len(pairs), what), *pairs.T, *of_years.T)
        names = ("what", "one", "other", "one_block", "other_block")
        told = dict(zip(names, (pa.array(each, pa.int64()) for each in numbers), strict=True))
        yield pa.RecordBatch.from_pydict(told | {"weight": pa.array(bits)})
