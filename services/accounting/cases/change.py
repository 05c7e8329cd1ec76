"""What new versions of facts mean for persons."""

from dataclasses import dataclass, replace
from itertools import chain
from typing import Self

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.changes import Trigger, TriggerKind
from services.accounting.rules.persons.identity import FACT_KEYS, NO_KEY
from services.accounting.rules.releases.causes import Cause
from services.accounting.rules.residence.checkpoint import region_of
from services.accounting.rules.residence.history import CHECKPOINT_REGION, CROSSING, FACT_EVIDENCE, evidence_of
from services.accounting.rules.rows import CrossingRow, FactRow, Held, RegisterRow, keys_of
from services.accounting.store.facts import Taken

Records = npt.NDArray[np.void]


@dataclass(frozen=True)
class Change:
    """`facts` are all that changed: what persons keep of them is out of date. `fact_keys` (FACT_KEYS), `crossings` and
    `evidence` are what those in effect bring instead. `keys` are all that they hold or held, `released_keys` those that
    one of them no longer holds: whoever had these may fall apart. `corrected_keys` are all that former versions held:
    what one of these spoke against may no longer hold. `fact_days` (0: none) and `fact_causes` are of each of `facts`:
    whether a record that is new comes late is known to whom the coverage is. `replacing` are
    those that had an earlier version. `taken` and `words` are what came, should persons merge or part by it."""

    facts: npt.NDArray[np.int64]
    fact_keys: Records
    crossings: Records
    evidence: Records
    keys: set[int]
    released_keys: set[int]
    corrected_keys: set[int]
    fact_days: npt.NDArray[np.int64]
    fact_causes: npt.NDArray[np.int8]
    replacing: npt.NDArray[np.int64]
    taken: tuple[Taken, ...] = ()
    words: tuple[Trigger, ...] = ()

    @classmethod
    def of(cls, *taken: Taken) -> Self:
        """The change that newly stored rows make."""
        rows: list[FactRow] = [row for each in taken for row in each.rows]
        replaced = {fact: held for each in taken for fact, held in each.replaced.items()}
        about_someone = [row for row in rows if keys_of(row)]
        released_keys = {
            key for row in rows if row.fact in replaced for key in {*keys_of(replaced[row.fact])} - {*keys_of(row)}
        }
        return cls(
            np.array([row.fact for row in rows], np.int64),
            np.array([_fact_keys(row) for row in about_someone], FACT_KEYS),
            np.array([_crossing(row) for row in about_someone if isinstance(row, CrossingRow)], CROSSING),
            evidence_of(np.array([_told(row) for row in about_someone if isinstance(row, RegisterRow)], FACT_EVIDENCE))[
                0
            ],
            {*chain.from_iterable(map(keys_of, about_someone)), *released_keys},
            released_keys,
            {key for held in replaced.values() for key in keys_of(held)},
            np.array([row.day for row in rows], np.int64),
            np.array([_figures_cause(row, row.fact in replaced) for row in rows], np.int8),
            np.array(list(replaced), np.int64),
            taken,
        )

    @classmethod
    def of_words(cls, keys: set[int], words: tuple[Trigger, ...]) -> Self:
        """The change that words about these claims make: no fact changes, and whoever holds one may fall apart."""
        return replace(cls.of(), keys=keys, released_keys=keys, corrected_keys=keys, words=words)

    def causes(self, near: frozenset[int] | None = None) -> list[Trigger]:
        """What came, each with the claims that it holds or held, should persons have merged or parted by it; with
        `near`, of the records only those that hold or held one of these claims."""
        came = ((row, each.replaced.get(row.fact)) for each in self.taken for row in each.rows)
        return [*self.words, *(_cause(row, held) for row, held in came if near is None or _is_about(near, row, held))]

    def corrections(self) -> list[tuple[int, int]]:
        """One key of each record that was corrected, before and after."""
        both = ((each.replaced[row.fact], row) for each in self.taken for row in each.rows if row.fact in each.replaced)
        return [(keys_of(held)[-1], keys_of(row)[-1]) for held, row in both if keys_of(held) and keys_of(row)]


def _is_about(claims: frozenset[int], row: FactRow, held: Held | None) -> bool:
    return not claims.isdisjoint(keys_of(row)) or (held is not None and not claims.isdisjoint(keys_of(held)))


def _cause(row: FactRow, held: Held | None) -> Trigger:
    keys, before = frozenset(keys_of(row)), frozenset(keys_of(held) if held else ())
    kind: TriggerKind = "withdrawal" if row.withdrawn else "correction" if held else "record"
    return Trigger(kind, row.fact, keys | before, before - keys)


def _figures_cause(row: FactRow, replaces: bool) -> Cause:
    if row.withdrawn:
        return Cause.WITHDRAWAL
    return Cause.CORRECTION if replaces else Cause.TIMELY


def _fact_keys(row: FactRow) -> tuple[int, int, int, int]:
    """As FACT_KEYS: crossings name no document before the present one."""
    return row.fact, row.claim, row.document, row.former if isinstance(row, RegisterRow) else NO_KEY


def _crossing(row: CrossingRow) -> tuple[int, ...]:
    """As CROSSING, not counted yet."""
    birth = row.birth | region_of(row.checkpoint) << CHECKPOINT_REGION
    return (
        row.fact, row.second, row.source_order, birth, row.day, row.partner, row.citizen, row.purpose, row.sex,
        row.arrival, row.stated, 0, 0,
    )  # fmt: skip


def _told(row: RegisterRow) -> tuple[int, ...]:
    """As TOLD."""
    return row.fact, row.day, row.evidence, row.region, row.end_day, row.end_evidence


NOTHING = Change.of()
