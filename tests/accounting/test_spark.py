"""A rebuild on Apache Spark gives what the batches and our own rebuild give: every person, every cell, every doubt."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from services.accounting.cases.rebuild_outside import rebuild_outside
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

QUICK = {  # so little is to be done that compiling would take longer than doing it
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    from deploy.spark.session import session

    with session("local[2]", tmp_path_factory.mktemp("spilled"), QUICK) as found:
        yield found


async def rebuilt_by(spark: "SparkSession", accounting: Accounting, folder: Path) -> None:
    from deploy.spark.engine import Spark

    await rebuild_outside(accounting.database.owner_url.replace("+asyncpg", ""), Spark(spark, folder), lambda _: None)


async def test_spark_s_rebuild_changes_nothing(accounting: Accounting, spark: "SparkSession", tmp_path: Path) -> None:
    world = World(31, people=150)
    await accounting.take(world.stream())
    world.correct(0.2)
    await accounting.take(world.stream(order=1))
    before = await derived(accounting.connection)
    await rebuilt_by(spark, accounting, tmp_path / "facts")
    assert await derived(accounting.connection) == before
    await hold_true(accounting, world)
