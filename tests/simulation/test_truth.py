"""The truth is read back as it was drawn, and what is sent comes in the order in which it became known."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from deploy.simulation import truth
from deploy.simulation.country import Country
from deploy.simulation.draw import draw
from deploy.simulation.rates import rates
from deploy.simulation.registers import written
from deploy.simulation.registers.office import World
from deploy.simulation.spool import ORDER, Sheet, Spool
from deploy.simulation.written import Written

START, THROUGH = date(2024, 7, 1), date(2026, 6, 30)
PEOPLE, SEED = 300, 11


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("country")


@pytest.fixture(scope="module")
def spool(folder: Path) -> Spool:
    return draw(SEED, PEOPLE, START, THROUGH, folder)


def test_lives_are_read_back_as_they_were_drawn(folder: Path, spool: Spool) -> None:
    assert list(truth.lives(folder)) == list(Country(SEED, PEOPLE, START, THROUGH).lives())
    assert truth.about(folder) == truth.About(SEED, PEOPLE, START, THROUGH, THROUGH)


def test_every_record_has_its_truth(folder: Path, spool: Spool) -> None:
    told = {(each.source_id, each.version): each for each in truth.records(folder)}
    drawn = everything()
    assert len(told) == len(drawn)
    for each in drawn:
        behind = told[each.source_id, each.version]
        assert (behind.life, behind.day, behind.known_on) == (each.life, each.day, each.known_on)
        assert (behind.path, behind.act, behind.faults) == (each.path, each.act, each.faults)


def test_what_is_sent_is_what_was_written_and_in_order(spool: Spool) -> None:
    """Month by month; within one the kinds in their order, new records first, each by the day on which it is known."""
    known = {(each.source_id, each.version): each for each in everything()}
    sent: list[tuple[Sheet, date]] = []
    for month, sheets in spool.months().items():
        for sheet in sheets:
            for line in spool.lines(sheet):
                told = orjson.loads(line)
                number = (told["source_id"].rpartition(":")[2], told.get("version", 0))
                each = known.pop(number)
                assert (f"{each.known_on:%Y-%m}", each.path, each.role) == (month, sheet.path, sheet.role)
                if each.act != "withdraw":
                    assert told.get("record", told) == orjson.loads(orjson.dumps(each.record))
                sent.append((sheet, each.known_on))
    assert not known
    for (sheet, day), (following, next_day) in pairwise(sent):
        if sheet == following:
            assert day <= next_day
        else:
            assert (sheet.month, ORDER.index(sheet.path), sheet.changes) <= (
                following.month,
                ORDER.index(following.path),
                following.changes,
            )


def test_what_is_held_in_memory_is_bounded_over_all_sheets_together(tmp_path: Path) -> None:
    """However many months and kinds there are: a little of each is much of all."""
    spool, large = Spool(tmp_path / "spool", lambda _: bytes(2**20)), 40
    for number in range(large):
        day = date(2010 + number // 12, 1 + number % 12, 1)
        spool.add(Written("portal", "violations", "migration-police", day, str(number), "create", {}, 1, day))
    written = sum(file.stat().st_size for file in (tmp_path / "spool").iterdir())
    assert (large - 33) * 2**20 < written < large * 2**20
    spool.close()
    assert [len(list(spool.in_turn(sheets))) for sheets in spool.months().values()] == [1] * large


def test_nothing_of_the_truth_is_sent(spool: Spool) -> None:
    for sheets in spool.months().values():
        for sheet in sheets:
            for line in spool.lines(sheet):
                assert not {"life", "faults", "day", "known_on"} & set(orjson.loads(line))


def test_a_country_that_was_not_drawn_to_the_end_is_none(tmp_path: Path) -> None:
    about = truth.About(1, 1, START, THROUGH, THROUGH)
    with pytest.raises(RuntimeError, match="stopped"), truth.Truth(tmp_path, about):
        raise RuntimeError("stopped")
    with pytest.raises(FileNotFoundError):
        truth.about(tmp_path)


def test_what_a_broken_run_left_is_not_sent_again(tmp_path: Path) -> None:
    draw(SEED, 20, START, THROUGH, tmp_path)
    again = draw(SEED, 20, START, THROUGH, tmp_path)
    lines = [line for sheets in again.months().values() for sheet in sheets for line in again.lines(sheet)]
    assert len(lines) == sum(1 for _ in truth.records(tmp_path))


def everything() -> list[Written]:
    world = World(SEED, START, THROUGH, rates())
    return [each for life in Country(SEED, PEOPLE, START, THROUGH).lives() for each in written(world, life)]
