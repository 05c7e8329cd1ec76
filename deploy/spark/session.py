"""The session with Apache Spark, on this machine or on a cluster.

What is not said here comes from Spark's own configuration (SPARK_CONF_DIR, spark-defaults.conf): memory, cores, images
on Kubernetes, and encryption between machines (`spark.authenticate`, `spark.network.crypto.enabled`), which a cluster
needs. Its Python must find this code, numpy and what the extra `spark` names.
"""

import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pyspark.sql import SparkSession

ROOT: Final = Path(__file__).resolve().parents[2]
_HERE: Final = {  # on one machine nothing listens for others, and the executors see the code that we see
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executorEnv.PYTHONPATH": str(ROOT),
    "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
}


@contextmanager
def session(master: str, scratch: Path, settings: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A session at `master` (`local[*]`, `spark://host:7077`, `k8s://...`). What Spark spills goes to `scratch` on this
    machine; it is as secret as the facts are."""
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")  # no function of pandas is called
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    chosen = {
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.enabled": "false",  # it listens, and asks nobody who they are
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
        **(_HERE if master.startswith("local") else {}),
        **(settings or {}),
    }
    builder = SparkSession.builder.appName("kosh-accounting-rebuild").master(master)
    for name, value in chosen.items():
        builder = builder.config(name, value)
    before = os.umask(0o077)  # which Java inherits, and with it all that it writes
    try:
        spark = builder.getOrCreate()
    finally:
        os.umask(before)
    try:
        yield spark
    finally:
        spark.stop()
