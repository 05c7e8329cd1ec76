"""By fact the print under which its rows are sealed (rules.reconciliation.seal)."""

from collections.abc import Mapping
from typing import Final

from services.accounting.rules.kept import KEPT
from services.accounting.rules.reconciliation.seal import print_of
from services.accounting.rules.rows import CONSUMER, CrossingRow, RegisterRow
from shared.events.catalogue import FACTS
from shared.events.digests import members_digest
from shared.events.envelope import Fact
from shared.events.grants import granted_members
from shared.events.portal import BorderCrossing

GRANTED: Final[Mapping[str, str]] = {
    fact.NAME: members_digest(members) for fact in FACTS.values() if (members := granted_members(CONSUMER, fact))
}
"""By fact the digest of the members that we are granted."""


def _print(fact: type[Fact]) -> int:
    columns = CrossingRow._fields if fact is BorderCrossing else RegisterRow._fields
    return print_of(GRANTED[fact.NAME], columns, KEPT.get(fact.NAME, frozenset()))


PRINTS: Final[Mapping[str, int]] = {fact.NAME: _print(fact) for fact in FACTS.values() if fact.NAME in GRANTED}
