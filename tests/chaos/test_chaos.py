"""A short run of `make chaos`: whatever befalls the parts, everything acknowledged is there, once (R1, R4)."""

from uuid import UUID

import pytest

from deploy.local.system import System
from shared.testing.people import crossing
from tests.chaos.ledger import Ledger
from tests.chaos.play import play
from tests.chaos.proof import Proof


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_or_doubled_whatever_befalls_the_parts() -> None:
    report = play(8, kafka=False, times=8, pause=2.0, afterwards=_what_is_missing_is_found)
    assert report.findings == []
    assert report.records > 100
    assert report.granted > 0
    assert sum(report.troubles.values()) == 8


def _what_is_missing_is_found(system: System, ledger: Ledger) -> None:
    """A proof that finds nothing must be one that could."""
    held = next(each for each in ledger.of("portal") if not each.withdrawn)
    ledger.acknowledge("portal", held.fact, held.body, held.id, held.version + 1)
    ledger.acknowledge("portal", held.fact, crossing(source_id="never sent"), str(UUID(int=0)), 1)
    found = Proof(system, ledger).findings()
    assert [finding.partition(", as")[0] for finding in found] == [
        "portal: 2 acknowledged versions are not in the feed",
        f"portal: a record was answered for as version {held.version} and is ({held.version - 1}, False)",
        "portal: a record was answered for as version 1 and is None",
        "portal: 1 records are not counted",
    ]
