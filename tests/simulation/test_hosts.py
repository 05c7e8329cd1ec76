"""What host countries publish: each counts by its own definition whom it knows, and what it says can be loaded."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from deploy.simulation.hosts import Host, HostFigures, hosts, read
from deploy.simulation.life import Life, Name, Stay
from deploy.simulation.misspecified import world
from services.accounting.rules.estimates.hosts import HOSTS
from services.accounting.rules.figures.published_figure import read_row

START, THROUGH = date(2023, 7, 1), date(2026, 6, 30)
KOREA = Host("KOR", "WORKING", "all from 90 days on", 90, 1.0, 0.0)
CAME = Host("KOR", "IMM", "all from 90 days on", 90, 1.0, 0.0)


def life(number: int, *stays: str, citizenship: str = "KAZ") -> Life:
    """`2024-01-15 KOR work`, each until the next one."""
    told = [stay.split() for stay in stays]
    since = [date.fromisoformat(parts[0]) for parts in told]
    made = tuple(
        Stay(begins, ends, country, None, purpose, "abroad")
        for begins, ends, (_, country, purpose) in zip(since, [*since[1:], None], told, strict=True)
    )
    names = ((date(1990, 1, 1), Name("kazakh", "SERIK", "ALIYA")),)
    return Life(number, number, "worker_in_korea", "F", date(1990, 1, 1), None, names,
                ((date(1990, 1, 1), citizenship),), (), None, None, None, None, None, made)  # fmt: skip


LIVES = (
    life(1, "2020-01-01 KAZ permanent", "2024-10-02 KOR work", "2025-03-01 KAZ permanent"),  # 90 days on 31 December
    life(2, "2020-01-01 KAZ permanent", "2024-10-03 KOR work", "2024-12-20 KOR work"),  # 89, then again without a gap
    life(3, "2020-01-01 KAZ permanent", "2024-02-01 KOR study"),
    life(4, "2020-01-01 KAZ permanent", "2024-02-01 KOR work", citizenship="RUS"),
    life(5, "2020-01-01 KAZ permanent", "2024-02-01 KOR work", "2024-04-30 KAZ permanent"),  # gone after 89 days
    life(
        6,
        "2020-01-01 KAZ permanent",
        "2023-08-01 KOR permanent",
        "2024-02-01 KAZ tourism",
        "2024-02-20 KOR permanent",
        "2024-06-01 KAZ permanent",
        "2025-02-01 KOR permanent",
    ),  # came back from a visit, then came again
)


def figures(
    folder: Path, *told: Host, seed: int = 5, silent: dict[str, date] | None = None
) -> dict[str, dict[str, int]]:
    """Key -> year -> value, as an operator would load them."""
    found = HostFigures(seed, START, THROUGH, silent or {}, told or None)
    for one in LIVES:
        found.live(one)
    found.write(folder / "hosts.csv")
    said: dict[str, dict[str, int]] = {}
    for each in map(read_row, csv.DictReader((folder / "hosts.csv").read_text().splitlines())):
        said.setdefault(".".join(each.key), {})[each.period] = int(each.value)
    return said


def test_a_host_counts_by_its_own_term_whom_it_means(tmp_path: Path) -> None:
    said = figures(tmp_path, KOREA, CAME)
    assert said == {
        "A.WORKING.PUBLISHED.KOR.KAZ.KOR": {"2024": 1, "2025": 1},
        "A.IMM.PUBLISHED.KOR.KAZ.KOR": {"2024": 3, "2025": 1},
    }


def test_whom_a_host_knows_depends_on_the_seed_and_the_person_alone(tmp_path: Path) -> None:
    half = replace(KOREA, holds=0.5)
    known = [half.knows(7, number) for number in range(400)]
    assert known == [half.knows(7, number) for number in range(400)]
    assert 150 < sum(known) < 250
    assert known != [half.knows(8, number) for number in range(400)]
    assert replace(KOREA, strays=0.3).told(7, 2024, 1000) == replace(KOREA, strays=0.3).told(7, 2024, 1000) != 1000
    assert figures(tmp_path) == figures(tmp_path)


def test_a_host_that_has_fallen_silent_publishes_nothing_more(tmp_path: Path) -> None:
    silent = world("silent_host", THROUGH).silent
    assert set(silent) == {"RUS", "KOR"}
    assert silent["KOR"] == date(2025, 1, 1)
    told, before = figures(tmp_path, silent=silent), figures(tmp_path)
    assert told.keys() == before.keys()
    gone = {key for key in told if told[key] != before[key]}
    assert gone == {key for key in before if ".RUS" in key or ".KOR" in key}
    assert all(set(told[key]) == {"2024"} for key in gone)


def test_hosts_are_of_both_kinds_and_say_where_their_size_is_from() -> None:
    """Those whom accounting trusts, and those that it does not."""
    trusted = {each.country for each in HOSTS if each.trusted}
    told = {each.country for each in hosts() if each.counts == "WORKING"}
    assert len(told & trusted) >= 3
    assert told - trusted


@pytest.mark.parametrize(
    "broken",
    [{"holds": 0}, {"holds": 1.5}, {"counts": "BORN"}, {"source": ""}, {"least": -1}, {"strays": 1}, {"more": 1}],
)
def test_what_is_no_host_is_refused(broken: dict[str, object]) -> None:
    line: dict[str, object] = {"country": "KOR", "counts": "IMM", "says": "all", "source": "assumed", "least": 0,
                               "holds": 0.9, "strays": 0.1}  # fmt: skip
    assert len(read([line])) == 1
    with pytest.raises(ValueError, match="is no host"):
        read([line | broken])
    with pytest.raises(ValueError, match="twice"):
        read([line, line])
