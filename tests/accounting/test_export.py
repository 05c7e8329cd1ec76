"""Exported facts: each once, exact, in the part of its key, and nobody else's to read."""

import os
import stat
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, from_dtype

from deploy.spark import files as spark_files
from deploy.spark.arrays import columns, records
from deploy.spark.files import Files, Unsafe, extent_of, private
from services.accounting.cases.export import TABLES, Columns, Extent, export
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import bulk
from tests.accounting.conftest import Accounting, review_of
from tests.accounting.test_words_taken import ADD, CLAIMS
from tests.accounting.world import World

HELD = {
    "crossing": """SELECT fact, day, second, source_order AS "order", citizen, stated, claim, document, checkpoint
        FROM linkage.crossing WHERE NOT withdrawn""",
    "register_fact": """SELECT fact, evidence AS kind, region, claim, document, former
        FROM linkage.register_fact WHERE NOT withdrawn AND (claim <> 0 OR document <> 0)""",
    "claim": "SELECT key, number, born, name, sex, dated::int AS dated FROM linkage.claim",
    "word": """SELECT id, one, other, (verdict = 'same')::int AS same, (reason = 'two_iins_of_one')::int AS two_iins
        FROM linkage.word WHERE id <= (SELECT max(id) FROM linkage.word_taken)""",
}
"""What an export must hold, in its own names."""

EXTENT = Extent(Coverage(1, 2), {"portal": 2**62})


def read(folder: Path, table: str) -> dict[str, np.ndarray]:
    found = pq.read_table(folder / table).drop_columns("part")
    return {name: found[name].to_numpy() for name in found.column_names}


def rows_of(table: str, found: Columns) -> list[tuple[int, ...]]:
    return sorted(zip(*(found[name].tolist() for name in TABLES[table].names or ()), strict=True))


@settings(max_examples=8)
@given(st.data(), st.sampled_from(sorted(TABLES)), st.integers(1, 5))
def test_every_row_is_in_the_file_of_its_key_as_it_was(data: st.DataObject, table: str, parts: int) -> None:
    kind = TABLES[table]
    blocks = [data.draw(arrays(kind, size, elements=from_dtype(kind))) for size in (0, 7, 3)]
    with TemporaryDirectory() as folder:
        files = Files(Path(folder), parts)
        for block in blocks:
            files.add(table, {name: block[name] for name in kind.names or ()})
        files.close(EXTENT)
        whole = np.concatenate(blocks)
        given_rows = rows_of(table, {name: whole[name] for name in kind.names or ()})
        found = read(Path(folder), table)
        assert rows_of(table, found) == given_rows
        assert np.sort(records(found, kind)).tobytes() == np.sort(whole).tobytes()
        for each in TABLES:
            assert len(list(Path(folder, each).iterdir())) == parts  # also without a row: a reader finds the columns
        numbers = [_numbers(Path(folder), part) for part in range(parts)]
        assert sum(map(len, numbers)) == len(set().union(*numbers))
        assert extent_of(Path(folder)) == EXTENT


def _numbers(folder: Path, part: int) -> set[int]:
    return set(pq.ParquetFile(folder / "claim" / f"part={part}" / "rows.parquet").read()["number"].to_pylist())


def test_nobody_else_may_read_an_export(tmp_path: Path) -> None:
    before = os.umask(0)  # a machine that gives everything to everybody
    try:
        folder = tmp_path / "new" / "facts"
        Files(folder).close(EXTENT)
        made = [folder, *folder.rglob("*")]
        assert len(made) > 2 * len(TABLES)
        assert {stat.S_IMODE(each.stat().st_mode) for each in made if each.is_dir()} == {0o700}
        assert {stat.S_IMODE(each.stat().st_mode) for each in made if each.is_file()} == {0o600}
        open_to_all = tmp_path / "open"
        open_to_all.mkdir(mode=0o755)
        with pytest.raises(Unsafe, match="others may enter open"):
            private(open_to_all)
        with pytest.raises(Unsafe, match="facts is not empty"):
            Files(folder)
    finally:
        os.umask(before)


def test_memory_is_flat_even_where_parts_are_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_files, "ROW_GROUP", 1_000)
    files, rows = Files(tmp_path / "facts", 2), np.zeros(1_000, TABLES["claim"])
    rows["number"][1:] = 2  # each block has one row of the one part and 999 of the other
    block = {name: rows[name] for name in TABLES["claim"].names or ()}
    files.add("claim", block)  # what Arrow imports at its first use is no row
    tracemalloc.start()
    try:
        for _ in range(49):
            files.add("claim", block)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 20 * rows.nbytes
    files.close(EXTENT)
    assert len(read(tmp_path / "facts", "claim")["key"]) == 50_000


def test_an_export_that_was_cut_short_is_none(tmp_path: Path) -> None:
    Files(tmp_path / "facts")
    with pytest.raises(FileNotFoundError):
        extent_of(tmp_path / "facts")


def test_a_missing_number_is_no_number() -> None:
    """Arrow's arrays with a null come as floating point, which knows 53 bits of a key's 63."""
    with pytest.raises(ValueError, match="no value in key"):
        columns([pa.RecordBatch.from_pydict({"key": pa.array([2**62 + 1, None])})])


async def test_an_export_holds_the_facts_in_effect_of_one_moment(
    accounting: Accounting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = World(27, people=20)
    await accounting.take(world.stream())
    world.correct(0.3)
    await accounting.take(world.stream(order=1))
    async with review_of(accounting.database) as review:
        one, other, third = (row[0] for row in await review.fetch(CLAIMS + " LIMIT 3"))
        await review.execute(ADD, one, other, "same", "two_iins_of_one")
        await review.execute(ADD, one, third, "apart", "namesakes")
        await accounting.writer.take_words()
        await review.execute(ADD, other, third, "same", "spelling")  # which the figures do not have yet
    monkeypatch.setattr(bulk, "BLOCK", 20)  # so that little is many blocks
    folder = tmp_path / "facts"
    files = Files(folder, 3)
    extent = await export(accounting.database.owner_url.replace("+asyncpg", ""), files)
    files.close(extent)
    assert extent.positions.keys() == {"portal", "review"}
    found = {table: read(folder, table) for table in TABLES}
    for table, query in HELD.items():
        held = await accounting.connection.fetch(query)
        names = list(held[0].keys())
        assert sorted(zip(*(found[table][name].tolist() for name in names), strict=True)) == sorted(map(tuple, held))
    assert len(found["crossing"]["fact"]) > 4 * 20
