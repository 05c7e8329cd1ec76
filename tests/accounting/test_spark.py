"""A rebuild on Apache Spark gives what the batches and our own rebuild give: every person, every cell, every doubt."""

from collections.abc import Awaitable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import asyncpg
import pyarrow.parquet as pq
import pytest

from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.rebuild_outside import rebuild_outside
from services.accounting.rules.figures.movements import FIELDS, pack
from shared.testing.kafka import REQUIRED
from tests.accounting.conftest import Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_rebuild import derived
from tests.accounting.world import World

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.skipif(find_spec("pyspark") is None, reason="PySpark is of the extra `spark`, which is not installed"),
    pytest.mark.skipif(not which("java") and not REQUIRED, reason="no Spark without Java on this machine"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
]

QUICK = {  # so little is to be done that compiling and verifying would take longer than doing it
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions "
    "-XX:-BytecodeVerificationRemote",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",  # what is joined by a shuffle in life is so here
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    from deploy.spark.session import session

    with session("local[2]", tmp_path_factory.mktemp("spilled"), QUICK) as found:
        yield found


async def rebuilt_by(spark: "SparkSession", accounting: Accounting, folder: Path) -> None:
    from deploy.spark.engine import Spark

    await rebuild_outside(owner_of(accounting), Spark(spark, folder), lambda _: None)


def owner_of(accounting: Accounting) -> str:
    return accounting.database.owner_url.replace("+asyncpg", "")


async def doubts(accounting: Accounting, work: Awaitable[None]) -> list[int]:
    """The numbers that a rebuild finds for a reviewer by itself."""
    owner = await asyncpg.connect(owner_of(accounting))
    await owner.execute("DELETE FROM linkage.review")
    await work
    found = [row[0] for row in await owner.fetch("SELECT number FROM linkage.review ORDER BY number")]
    await owner.close()
    return found


async def test_spark_s_rebuild_is_ours_and_the_intake_goes_on(
    accounting: Accounting, spark: "SparkSession", tmp_path: Path
) -> None:
    world = World(31, people=400)
    await accounting.take(world.stream())
    world.correct(0.2)
    await accounting.take(world.stream(order=1))
    before = await derived(accounting.connection)
    ours = await doubts(accounting, rebuild(owner_of(accounting), lambda _: None))
    assert await doubts(accounting, rebuilt_by(spark, accounting, tmp_path / "facts")) == ours != []
    assert await derived(accounting.connection) == before
    researched = pq.read_table(tmp_path / "facts" / "cube.parquet").to_pydict()
    cells = pack(**{name: researched[name] for name in FIELDS}).tolist()
    assert list(zip(cells, researched["count"], strict=True)) == before["cube"]
    world.correct(0.05)
    await accounting.take(world.stream(order=2)[-500:])
    await accounting.take(world.stream(order=3, repeat=0))
    await hold_true(accounting, world)


async def test_spark_rebuilds_an_empty_database(accounting: Accounting, spark: "SparkSession", tmp_path: Path) -> None:
    before = await derived(accounting.connection)
    await rebuilt_by(spark, accounting, tmp_path / "facts")
    assert await derived(accounting.connection) == before
