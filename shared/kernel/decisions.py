"""Decisions that can be followed: each lists every check with the rule applied, its version and what it found."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from shared.kernel.norms import Norm, NormsInForce


class CheckOutcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class DecisionOutcome(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule put to one case. `rule` and `version` name the norm, `basis` its act and article.

    `explanation` says what was found against what is asked; `remedy`, of a failed check only, what would make it pass.
    What is unknown refuses nobody: the explanation says why it is, and the officer looks.
    Neither holds personal data.
    """

    rule: str
    version: str
    basis: str
    outcome: CheckOutcome
    explanation: str
    remedy: str | None = None

    @classmethod
    def passed(cls, norm: Norm, explanation: str) -> Self:
        return cls(norm.name, norm.version, norm.basis, CheckOutcome.PASSED, explanation)

    @classmethod
    def failed(cls, norm: Norm, explanation: str, remedy: str) -> Self:
        return cls(norm.name, norm.version, norm.basis, CheckOutcome.FAILED, explanation, remedy)

    @classmethod
    def not_applicable(cls, norm: Norm, explanation: str) -> Self:
        return cls(norm.name, norm.version, norm.basis, CheckOutcome.NOT_APPLICABLE, explanation)

    @classmethod
    def unknown(cls, norm: Norm, why: str) -> Self:
        return cls(norm.name, norm.version, norm.basis, CheckOutcome.UNKNOWN, why)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules in force on `day` make of a case: refused if one check failed. At least one check is made."""

    outcome: DecisionOutcome
    checks: tuple[Check, ...]
    day: date
    rulebook: str

    @classmethod
    def by(cls, norms: NormsInForce, checks: Iterable[Check]) -> Self:
        """Raises ValueError without any check: nobody is granted anything that nothing was asked about."""
        made = tuple(checks)
        if not made:
            raise ValueError("a decision needs at least one check")
        refused = any(check.outcome is CheckOutcome.FAILED for check in made)
        return cls(DecisionOutcome.REFUSED if refused else DecisionOutcome.GRANTED, made, norms.day, norms.version)

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.outcome is CheckOutcome.FAILED)

    def as_json(self) -> dict[str, Any]:
        """With plain strings, numbers and lists only: for a record, an event or an answer."""
        return {
            "outcome": self.outcome.value,
            "day": self.day.isoformat(),
            "rulebook": self.rulebook,
            "checks": [asdict(check) | {"outcome": check.outcome.value} for check in self.checks],
        }
