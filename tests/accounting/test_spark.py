"""A rebuild on Apache Spark gives what the batches and our own rebuild give: every person, every cell, every doubt."""

from collections.abc import Awaitable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import asyncpg
import pyarrow.parquet as pq
import pytest

from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.rebuild_outside import rebuild_outside
from services.accounting.rules.figures.movements import FIELDS, pack
from services.accounting.rules.releases.causes import Cause
from services.accounting.rules.releases.versions import METHOD_VERSIONS, MethodVersion
from services.accounting.rules.residence.residence import Rule
from shared.events.portal import BorderCrossing
from shared.testing.kafka import REQUIRED
from tests.accounting.conftest import Accounting, review_of
from tests.accounting.test_identity import passport
from tests.accounting.test_rebuild import derived, rebuilt
from tests.accounting.test_words_taken import ADD
from tests.accounting.world import Version, World

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.skipif(find_spec("pyspark") is None, reason="PySpark is of the extra `spark`, which is not installed"),
    pytest.mark.skipif(not which("java") and not REQUIRED, reason="no Spark without Java on this machine"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
]

VERSIONS = (MethodVersion("0", date(2020, 1, 1), Rule(270, 487), "invented"), METHOD_VERSIONS[-1])
PAIRS = """SELECT one.key, other.key FROM linkage.claim one JOIN linkage.claim other USING (number)
JOIN linkage_derived.identity_key i ON i.key = one.key JOIN linkage_derived.identity_key o ON o.key = other.key
WHERE one.key < other.key AND (i.person = o.person) = $1 ORDER BY 1, 2"""
BY_NAME = """SELECT count(*), count(DISTINCT person) FROM linkage.claim JOIN linkage_derived.identity_key USING (key)
WHERE born = (1985 << 9) + (3 << 5) + 3"""
"""The claims on the two passports of test_identity's Nodira, and how many she is."""
SPOIL = """DELETE FROM linkage.review; DELETE FROM linkage.doubtful_pair; DELETE FROM linkage.met_block;
DELETE FROM cube_cause; DELETE FROM method_overlap; DELETE FROM derived.cube WHERE cell % 7 = 0"""
BESIDE = {
    "causes": "SELECT cell, cause, count FROM cube_cause ORDER BY cell, cause",
    "overlap": "SELECT method_version, cell, count FROM method_overlap ORDER BY method_version, cell",
    "doubts": "SELECT number FROM linkage.review ORDER BY number",
    "doubtful pairs": "SELECT one, other, weight, why FROM linkage.doubtful_pair ORDER BY one, other",
    "met blocks": "SELECT block, crowded FROM linkage.met_block ORDER BY block",
}
"""What a rebuild writes beside the derived tables."""

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


def owner_of(accounting: Accounting) -> str:
    return accounting.database.owner_url.replace("+asyncpg", "")


async def say(accounting: Accounting, review: asyncpg.Connection) -> None:
    """Words against some of what evidence joins, and for some of what it leaves apart."""

    async def held(joined: bool) -> list[tuple[int, int]]:
        return [(one, other) for one, other in await review.fetch(PAIRS, joined)]

    to_part, to_join = (await held(True))[::3], (await held(False))[::3]
    for pair in to_part:
        await review.execute(ADD, *pair, "apart", "namesakes")
    for pair in to_join:
        await review.execute(ADD, *pair, "same", "spelling")
    assert await accounting.writer.take_words()
    assert {*to_part} & {*await held(False)}
    assert {*to_join} & {*await held(True)}


async def written_by(accounting: Accounting, rebuilding: Awaitable[None]) -> dict[str, Any]:
    """All that a rebuild writes, over a cube that is wrong before it."""
    owner = await asyncpg.connect(owner_of(accounting))
    try:
        await owner.execute(SPOIL)
        await rebuilding
        beside = {name: list(map(tuple, await owner.fetch(query))) for name, query in BESIDE.items()}
    finally:
        await owner.close()
    return await derived(accounting.connection) | beside


async def test_spark_s_rebuild_is_ours_and_the_intake_goes_on(
    accounting: Accounting, spark: "SparkSession", tmp_path: Path
) -> None:
    from deploy.spark.engine import Spark

    def by_spark(folder: Path) -> Awaitable[None]:
        return rebuild_outside(owner_of(accounting), Spark(spark, folder, parts=2), print, VERSIONS)

    world = World(31, people=120)
    await accounting.take(world.stream())
    world.correct(0.2)
    crossed = (passport(number)["data"] | {"source_id": f"B-by-name-{number}"} for number in (1, 2))
    world.records |= {each["source_id"]: [Version(BorderCrossing.TYPE, each, False)] for each in crossed}
    await accounting.take(world.stream(order=1))
    async with review_of(accounting.database) as review:
        await say(accounting, review)
    before = await derived(accounting.connection)
    ours = await written_by(accounting, rebuild(owner_of(accounting), print, VERSIONS))
    assert ours == before | {name: ours[name] for name in BESIDE}
    assert all(ours[name] for name in BESIDE)
    assert {why for *_, why in ours["doubtful pairs"]} == {"veto", "weight"}
    assert tuple(*await accounting.connection.fetch(BY_NAME)) == (2, 1)
    assert {cause for _, cause, _ in ours["causes"]} == {Cause.METHOD}
    once, now = ([row[1:] for row in ours["overlap"] if row[0] == each.id] for each in VERSIONS)
    assert once != now != []
    assert await written_by(accounting, by_spark(tmp_path / "facts")) == ours
    researched = pq.read_table(tmp_path / "facts" / "cube.parquet").to_pydict()
    cells = pack(**{name: researched[name] for name in FIELDS}).tolist()
    assert sorted(zip(cells, researched["count"], strict=True)) == before["cube"]
    world.correct(0.05)
    await accounting.take(world.stream(order=2)[-500:])
    await accounting.take(world.stream(order=3, repeat=0))
    before = await derived(accounting.connection)
    assert await rebuilt(accounting) == before
