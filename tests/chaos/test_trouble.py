"""The deck holds each kind of trouble, so that a run which deals it once has tried them all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.trouble import Card, Trouble
from tests.chaos.wired import WiredSystem

KINDS = ("api", "background", "intake")


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[WiredSystem]:
    system = WiredSystem(tmp_path, port_base=20_000)
    yield system
    system.wires.stop()


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[WiredSystem]:
    system = WiredSystem(tmp_path, port_base=20_000, broker="node")
    system.bootstrap = "known once it runs"
    yield system
    system.wires.stop()


def test_each_program_and_each_network_meets_each_trouble(feed: WiredSystem) -> None:
    told = {card.told for card in _deck(feed, 1)}
    for name in [program.name for program in feed.programs()]:
        assert {f"{name} killed", f"{name} ended", f"{name} frozen"} <= told
        assert {f"{name} to postgres {how}" for how in ("cut", "silent", "slow")} <= told
    assert {f"accounting-intake to feeds {how}" for how in ("cut", "silent", "slow")} <= told
    assert {"postgres killed", "postgres frozen", "postgres frozen long"} <= told


def test_over_kafka_the_broker_and_its_network_meet_theirs(kafka: WiredSystem) -> None:
    told = {card.told for card in _deck(kafka, 1)}
    assert {"kafka killed", "kafka frozen", "kafka frozen long"} <= told
    assert {f"kafka network {how}" for how in ("cut", "silent", "slow", "silent long")} <= told
    assert any(each.endswith("-relay frozen long") for each in told)
    assert not any("to feeds" in each for each in told)


def test_each_kind_of_program_and_its_network_meets_trouble_that_lasts(feed: WiredSystem) -> None:
    long = [card.told for card in _deck(feed, 1) if card.told.endswith(" long")]
    for kind in KINDS:
        assert len([told for told in long if told.endswith(f"-{kind} frozen long")]) == 1
        assert len([told for told in long if told.endswith(f"-{kind} to postgres silent long")]) == 1


def test_the_seed_gives_the_order(feed: WiredSystem) -> None:
    assert _names(feed, 1) == _names(feed, 1)
    assert _names(feed, 1) != _names(feed, 2)


def _names(system: WiredSystem, seed: int) -> list[str]:
    return [card.told for card in _deck(system, seed)]


def _deck(system: WiredSystem, seed: int) -> list[Card]:
    return Trouble(system, seed, long=True, tell=lambda _: None).deck()
