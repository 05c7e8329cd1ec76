"""Exported facts as tables of Spark, and what several questions ask of them."""

from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

from deploy.spark.arrays import Array, columns, records
from deploy.spark.files import fields
from services.accounting.cases.export import TABLES
from services.accounting.rules.persons.words import Word

_TYPES: Final = {"i2": "smallint", "i4": "int", "i8": "bigint"}


class Facts(NamedTuple):
    """Exported facts, as tables of Spark, in `folder`; what is computed on the way is kept there too."""

    spark: SparkSession
    folder: Path
    crossing: DataFrame
    register_fact: DataFrame
    claim: DataFrame
    likeness: DataFrame
    word: DataFrame

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

    def lay(self, name: str, **numbers: Array) -> DataFrame:
        """Columns of bigint from this machine, as a table that all machines read."""
        place = self.folder / f"{name}.parquet"
        pq.write_table(pa.table(numbers), place)
        return self.spark.read.schema(", ".join(f"{each} bigint" for each in numbers)).parquet(str(place))

    def words(self) -> list[Word]:
        """What reviewers said."""
        rows = columns(self.word.toArrow().to_batches())
        return [Word(*row) for row in records(rows, TABLES["word"]).tolist()] if rows else []


def holdings(facts: Facts) -> DataFrame:
    """The keys that each fact holds; who holds the same is there once."""
    crossed = facts.crossing.select("claim", "document", f.lit(0).cast("bigint").alias("former"))
    return crossed.union(facts.register_fact.select("claim", "document", "former")).distinct()


def anchor() -> Column:
    """One key of each fact (rules.persons.identity.anchor)."""
    return f.when(f.col("document") != 0, f.col("document")).otherwise(f.col("claim"))


def moment() -> Column:
    """Of a crossing, in seconds since 1970."""
    return f.col("day").cast("bigint") * 86_400 + f.col("second")
