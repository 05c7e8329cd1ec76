"""What new versions of facts mean for persons."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.changes import Trigger, TriggerKind
from services.accounting.rules.persons.identity import FACT_KEYS, NO_KEY, among_set
from services.accounting.rules.releases.causes import Cause
from services.accounting.rules.residence.checkpoint import regions_of
from services.accounting.rules.residence.history import CHECKPOINT_REGION, CROSSING, FACT_EVIDENCE, evidence_of
from services.accounting.rules.rows import CrossingRow, FactRow, Held, RegisterRow, keys_of
from services.accounting.store.facts import Taken

Records = npt.NDArray[np.void]
Ints = npt.NDArray[np.int64]


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
        crossings = _columns(CrossingRow, rows)
        others = _columns(RegisterRow, rows)
        fact_keys = np.concatenate((_records(FACT_KEYS, crossings), _records(FACT_KEYS, others)))
        withdrawn = np.array((*crossings["withdrawn"], *others["withdrawn"]), np.bool_)
        keys = np.stack([fact_keys[name] for name in ("claim", "document", "former")])
        about_someone = ~withdrawn & (keys != NO_KEY).any(axis=0)
        came, told = np.split(about_someone, [len(crossings["fact"])])
        released_keys = {
            key for row in rows if row.fact in replaced for key in {*keys_of(replaced[row.fact])} - {*keys_of(row)}
        }
        return cls(
            fact_keys["fact"],
            fact_keys[about_someone],
            _crossings(crossings)[came],
            evidence_of(_told(others)[told])[0],
            {*keys[:, about_someone].ravel().tolist(), *released_keys} - {NO_KEY},
            released_keys,
            {key for held in replaced.values() for key in keys_of(held)},
            np.array((*crossings["day"], *others["day"]), np.int64),
            _figures_causes(fact_keys["fact"], withdrawn, replaced),
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
        concerned = None if near is None else {*self._facts_near(near)}.union(*(each.replaced for each in self.taken))
        came = (
            (row, each.replaced.get(row.fact))
            for each in self.taken
            for row in each.rows
            if concerned is None or row.fact in concerned
        )
        return [*self.words, *(_cause(row, held) for row, held in came if near is None or _is_about(near, row, held))]

    def _facts_near(self, claims: frozenset[int]) -> list[int]:
        """Those that hold one of these claims."""
        holds = [among_set(self.fact_keys[name], claims) for name in ("claim", "document", "former")]
        near: list[int] = self.fact_keys["fact"][np.any(holds, axis=0)].tolist()
        return near

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


def _figures_causes(facts: Ints, withdrawn: npt.NDArray[np.bool_], replaced: Collection[int]) -> npt.NDArray[np.int8]:
    causes = np.full(len(facts), Cause.TIMELY, np.int8)
    causes[among_set(facts, replaced)] = Cause.CORRECTION
    causes[withdrawn] = Cause.WITHDRAWAL
    return causes


def _columns(kind: type[FactRow], rows: Iterable[FactRow]) -> dict[str, tuple[Any, ...]]:
    """The rows of one kind, column by column."""
    own = [row for row in rows if isinstance(row, kind)]
    return dict(zip(kind._fields, zip(*own, strict=True), strict=True)) if own else dict.fromkeys(kind._fields, ())


def _records(dtype: np.dtype[np.void], columns: Mapping[str, Sequence[Any]]) -> Records:
    """Records whose members are the columns of these names; what no column is named for is 0."""
    made = np.zeros(len(columns["fact"]), dtype)
    for name in {*(dtype.names or ())} & columns.keys():
        made[name] = np.array(columns[name], np.int64)
    return made


def _crossings(columns: Mapping[str, Sequence[Any]]) -> Records:
    """As CROSSING, not counted yet."""
    made = _records(CROSSING, columns)
    made["order"] = np.array(columns["source_order"], np.int64)
    made["birth"] |= regions_of(np.array(columns["checkpoint"], np.int64)).astype(np.uint32) << CHECKPOINT_REGION
    return made


def _told(columns: Mapping[str, Sequence[Any]]) -> Records:
    """As TOLD."""
    return _records(FACT_EVIDENCE, {**columns, "kind": columns["evidence"], "end_kind": columns["end_evidence"]})


NOTHING = Change.of()
