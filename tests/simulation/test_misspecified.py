"""Each mis-specified world does what its file says and nothing else, and its truth is that of the world."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from deploy.simulation import truth
from deploy.simulation.country import Country
from deploy.simulation.draw import SPOOL, draw
from deploy.simulation.life import Kind, Life
from deploy.simulation.lives.draft import Era
from deploy.simulation.misspecified import AS_IT_IS, names, read, world
from deploy.simulation.rates import rates
from deploy.simulation.registers import written
from deploy.simulation.registers.office import World
from deploy.simulation.written import Written

START, THROUGH = date(2023, 7, 1), date(2026, 6, 30)
SEED = 5
KINDS: tuple[Kind, ...] = ("visitor", "worker_in_russia", "student_abroad", "seasonal_worker")


@cache
def lives() -> tuple[Life, ...]:
    """Some households of each kind, from all years of a country."""
    country = Country(SEED, 20_000, START, THROUGH)
    some = ((kind, range(0, country.households(kind), country.households(kind) // 60)) for kind in KINDS)
    return tuple(life for kind, numbers in some for number in numbers for life in country.household(kind, number))


@cache
def lived(name: str) -> tuple[Life, ...]:
    otherwise = world(name, THROUGH)
    return tuple(otherwise.lived(SEED, life) for life in lives())


@cache
def held(name: str) -> tuple[Written, ...]:
    otherwise, registers = world(name, THROUGH), World(SEED, START, THROUGH, rates())
    return tuple(each for life in lived(name) for each in written(registers, life) if otherwise.is_held(each))


def test_there_is_a_file_for_each_world_that_is_asked_for() -> None:
    assert {"lost_year", "visa_regime", "silent_host"} <= set(names())
    assert not world(AS_IT_IS, THROUGH).gaps
    assert not world(AS_IT_IS, THROUGH).changes
    with pytest.raises(ValueError, match="lost_year"):
        world("../lost_year", THROUGH)


def _year(each: Written) -> bool:
    return each.path == "border-crossings" and each.day.year == 2024


def _missions(each: Written) -> bool:
    of_missions = each.path in ("consular-registrations", "assistance-cases", "studies")
    return of_missions and each.record["country"] == "RUS" and each.known_on >= date(2025, 1, 1)


def _hotels(each: Written) -> bool:
    return each.path == "host-notifications" and each.known_on >= date(2025, 1, 1)


@pytest.mark.parametrize(
    ("name", "lost"), [("lost_year", _year), ("silent_host", _missions), ("silent_hotels", _hotels)]
)
def test_registers_hold_all_but_what_they_have_lost(name: str, lost: Callable[[Written], bool]) -> None:
    """Lives and their truth stay as they were; so does every record outside of the gap."""
    assert lived(name) == lives()
    assert held(name) == tuple(each for each in held(AS_IT_IS) if not lost(each))
    assert len(held(AS_IT_IS)) - len(held(name)) >= 5


def test_under_a_new_regime_visitors_stay_longer_from_its_first_day_on() -> None:
    """Nobody else, nobody before; places follow each other without gap, and registers write of the new truth."""
    since, end = date(2025, 1, 1), Era(START, THROUGH).end
    changed = [(was, now) for was, now in zip(lives(), lived("visa_regime"), strict=True) if was != now]
    assert {now.kind for _, now in changed} == {"visitor"}
    longer = 0
    for was, now in changed:
        assert all(before.until == after.since > before.since for before, after in pairwise(now.stays))
        assert now.stays[-1].since < end
        assert now.stays[-1].until == now.died
        for old, new in zip(was.stays, now.stays, strict=True):
            if old.country == "KAZ" and old != new:
                assert old.since == new.since >= since
                assert old.until is not None
                assert new.until is not None
                assert new.until > old.until
                longer += new.until - new.since >= timedelta(365)
    assert longer >= 5
    ends = {(life.number, stay.until) for life in lived("visa_regime") for stay in life.stays}
    out = [each for each in held("visa_regime") if each.record.get("direction") == "exit"]
    assert {(each.life, each.day) for each in out} <= ends


def test_the_same_seed_and_world_give_the_same_bits(tmp_path: Path) -> None:
    def drawn(name: str, folder: str) -> dict[str, bytes]:
        draw(SEED, 150, START, THROUGH, tmp_path / folder, broken=name)
        assert truth.about(tmp_path / folder).world == name
        return {str(path.relative_to(tmp_path / folder)): path.read_bytes() for path in files(tmp_path / folder)}

    def files(folder: Path) -> list[Path]:
        return [*folder.glob("*.csv"), *(folder / SPOOL).iterdir()]

    assert drawn("visa_regime", "once") == drawn("visa_regime", "again") != drawn(AS_IT_IS, "else")


@pytest.mark.parametrize("name", names())
def test_nothing_is_corrected_that_a_register_was_never_told(name: str) -> None:
    """Or the register would reject it: what a world loses of a record, it loses from some version on, or whole."""
    versions: dict[tuple[str, str], list[int]] = {}
    for each in sorted(held(name), key=lambda each: each.version):
        versions.setdefault((each.path, each.source_id), []).append(each.version)
    assert all(told == list(range(len(told))) for told in versions.values())


GAP = {"paths": ["border-crossings"], "by": "day", "months": [30, 18]}
CHANGE = {"kinds": ["visitor"], "grounds": ["visa"], "months": 18, "share": 0.5, "days": [1, 2]}


@pytest.mark.parametrize(
    "told",
    [
        {"says": "a", "gaps": [GAP]},
        {"says": "a", "source": "b"},
        {"says": "a", "source": "b", "gaps": [GAP | {"paths": ["boarder-crossings"]}]},
        {"says": "a", "source": "b", "gaps": [GAP | {"county": ["RUS"]}]},
        {"says": "a", "source": "b", "gaps": [GAP | {"months": [18, 30]}]},
        {"says": "a", "source": "b", "gaps": [GAP | {"by": "known_on"}]},
        {"says": "a", "source": "b", "changes": [CHANGE | {"share": 2}]},
        {"says": "a", "source": "b", "changes": [CHANGE | {"days": [0, 2]}]},
        {"says": "a", "source": "b", "changes": [CHANGE | {"kinds": ["visitors"]}]},
    ],
)
def test_a_file_that_says_something_else_is_no_world(told: dict[str, Any]) -> None:
    assert read("whole", {"says": "a", "source": "b", "gaps": [GAP], "changes": [CHANGE]}, THROUGH).gaps
    with pytest.raises(ValueError, match=r"expected|is no|breaks nothing"):
        read("other", told, THROUGH)
