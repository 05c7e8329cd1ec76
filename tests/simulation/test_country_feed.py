"""The load of the bench: the feed of a simulated country, with all that a feed brings; the same seed, the same bits."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.accounting.intake.decode import decode
from services.accounting.rules.persons.identity import Hashes
from shared.events.portal import BorderCrossing, FeedCoverage
from tests.bench import country_feed
from tests.bench.country_feed import draw

EVENTS = 1_600
Events = list[dict[str, Any]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(EVENTS, 3, tmp_path_factory.mktemp("feed"))


@pytest.fixture(scope="module")
def events(file: Path) -> Events:
    return [event for line in file.read_bytes().splitlines() for event in orjson.loads(line)]


def test_it_is_as_large_as_asked_and_begins_with_what_it_covers(events: Events) -> None:
    assert abs(len(events) / EVENTS - 1) < 0.15
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events].index(FeedCoverage.TYPE) == 0
    kinds = Counter(event["type"] for event in events)
    assert kinds[BorderCrossing.TYPE] > len(events) / 2
    assert len(kinds) >= 6


def test_accounting_understands_all_of_it(events: Events) -> None:
    assert decode("portal", events, Hashes(b"a secret of the tests alone")).parked == []


def test_records_are_corrected_and_withdrawn_and_come_twice_and_late(events: Events) -> None:
    of_record: defaultdict[str, Events] = defaultdict(list)
    for event in events:
        of_record[event["subject"]].append(event)
    told = Counter(event["id"] for event in events)
    again = sum(count - 1 for count in told.values())
    assert 0.004 * len(events) < again < 0.02 * len(events)
    assert sum(event["recordversion"] > 1 for event in events) > 0.01 * len(events)
    assert any(event["recordwithdrawn"] for event in events)
    for versions in of_record.values():  # each once, from the first on, in their order
        once = list({event["recordversion"]: event for event in versions})
        assert once == list(range(1, len(once) + 1))
        assert not any(event["recordwithdrawn"] for event in versions if event["recordversion"] < len(once))
    known = [event["time"] for event in events if told[event["id"]] == 1 and event["type"] != FeedCoverage.TYPE]
    assert known == sorted(known)
    late = [event for event in events if event["type"] == BorderCrossing.TYPE and _days_late(event) > 1]
    assert late


def _days_late(event: dict[str, Any]) -> int:
    happened, known = (date.fromisoformat(day[:10]) for day in (event["data"]["crossed_at"], event["time"]))
    return (known - happened).days


def test_the_same_seed_gives_the_same_bits_in_any_process(file: Path, tmp_path: Path) -> None:
    """Whatever order a process gives to sets and whatever it drew before; another seed draws another country."""
    command = [sys.executable, "-m", "tests.bench.country_feed", "--events", str(EVENTS), "--folder", str(tmp_path)]
    drawn = partial(subprocess.run, check=True, capture_output=True)
    told = str(drawn([*command, "--seed", "3"], env=os.environ | {"PYTHONHASHSEED": "4711"}).stdout)
    assert "us/event" in told
    assert "MiB_peak" in told
    (other,) = tmp_path.glob("feed-*-seed3-*.jsonl")
    assert other.read_bytes() == file.read_bytes()
    assert [each.name for each in tmp_path.iterdir()] == [other.name]  # nothing is left of the drawing


def test_what_was_drawn_is_read_again_and_what_other_code_drew_goes(tmp_path: Path) -> None:
    former = tmp_path / "feed-100-seed3-000000000000.jsonl"
    former.write_bytes(b"[]\n")
    file = draw(100, 3, tmp_path)
    assert list(tmp_path.iterdir()) == [file]
    file.write_bytes(b"[1]\n[2]\n")
    assert list(country_feed.pages(100, 3, tmp_path)) == [b"[1]", b"[2]"]
