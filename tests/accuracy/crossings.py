"""Per-crossing verdicts: a total may be right while half of its parts are wrong (5.1 of the method)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deploy.simulation.truth import TrueRecord
from tests.accuracy.said import Verdict
from tests.accuracy.truth import Truth


class Verdicts(NamedTuple):
    """Recorded crossings of one origin by what is said of them: decided rightly, wrongly, not yet, or not at all, and
    the crossings that truly happened and were never recorded."""

    right: int
    wrong: int
    open: int
    missing: int

    @property
    def share_right(self) -> float:
        """Of the decided ones; 1 where none is."""
        decided = self.right + self.wrong
        return self.right / decided if decided else 1.0


def judged(truth: Truth, records: Sequence[TrueRecord], verdicts: Mapping[str, Verdict]) -> dict[str, Verdicts]:
    """Citizenship at the beginning of the life -> how its crossings are judged; `_T` for all of them."""
    recorded = {
        (record.life, record.day, record.what == "entry"): record.source_id
        for record in records
        if record.path == "border-crossings"
    }
    counts: dict[str, Counter[str]] = {}
    for crossing in truth.crossings:
        said = verdicts.get(recorded.get((crossing.life, crossing.day, crossing.arrival), ""))
        outcome = _outcome(said, bool(crossing.result.migration))
        for group in ("_T", truth.lives[crossing.life].citizenship):
            counts.setdefault(group, Counter())[outcome] += 1
    return {group: Verdicts(own["right"], own["wrong"], own["open"], own["missing"]) for group, own in counts.items()}


def _outcome(said: Verdict | None, migration: bool) -> str:
    if said is None:
        return "missing"
    if said.migration is None:
        return "open"
    return "right" if said.migration == migration else "wrong"
