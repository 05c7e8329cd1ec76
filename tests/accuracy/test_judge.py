"""The short cut: what all registers of a country write is understood by accounting as events, each once, in order."""

from datetime import date
from pathlib import Path

import orjson

from deploy.simulation import truth
from deploy.simulation.draw import draw
from services.accounting.intake.decode import decode
from services.accounting.rules.persons.identity import Hashes
from tests.accuracy.judge import REGISTERS, THROUGH, pages
from tests.bench.published import FACTS, event

START = date(2026, 1, 1)


def test_every_register_of_a_country_is_understood_and_told_in_the_order_of_days(tmp_path: Path) -> None:
    spool = draw(5, 200, START, THROUGH, tmp_path, line=event)
    behind, hashes = list(truth.records(tmp_path)), Hashes(b"a secret of the tests alone")
    assert {each.service for each in behind} == set(REGISTERS)
    for register in REGISTERS:
        events = [told for page in pages(spool, register, START) for told in orjson.loads(page)]
        assert decode(register, events, hashes).parked == []
        assert [told["position"] for told in events] == list(range(1, len(events) + 1))
        own = events[register == "portal" :]
        assert len(own) == sum(each.service == register for each in behind)
        assert [told["time"] for told in own] == sorted(told["time"] for told in own)
        assert {told["type"] for told in own} <= {fact.TYPE for fact in FACTS.values()}
