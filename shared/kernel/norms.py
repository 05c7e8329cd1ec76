"""Norms: the numbers of the law as dated data, each with the act and article that gives it.

A rulebook is a TOML file (`services/<service>/rules/norms.toml`). Each table is one norm with the values that it had
over time:

    [decision_term]
    says = "Time from the full set of documents to the decision"
    unit = "working days"

    [[decision_term.values]]
    from = 2021-11-01
    value = 5
    act = "..."
    article = "..."
    read_in_original = true

    [[decision_term.values]]
    from = 2025-10-26
    value = 3
    ...

`from` is the first day for which the source vouches for the value: before the first one the norm is unknown, which is
not zero. A value holds until the next one begins; `until`, the first day on which it no longer holds, is given for
the last value of a norm that was repealed. Where the next value is known only of a later day, `until` and `gap`, the
reason, say that none is known in between. What is wrong with a rulebook is said at load, everything at once.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

Value = int | Decimal | bool | str | list[Any] | dict[str, Any]

_REQUIRED = {"from", "value", "act", "article", "read_in_original"}
_OPTIONAL = {"until", "gap", "link", "note"}


class RulebookError(ValueError):
    """A rulebook that contradicts itself; the message names every norm and day concerned."""


class NotInForce(KeyError):
    """A norm asked for on a day on which no value of it is known."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Norm:
    """One value of the law in its time. `read_in_original` is False where the named act is known from reports only."""

    name: str
    says: str
    unit: str
    value: Value
    since: date
    act: str
    article: str
    read_in_original: bool
    until: date | None = None
    gap: str | None = None
    link: str | None = None
    note: str | None = None

    @property
    def version(self) -> str:
        """The day since which the value holds: with the name it says which rule was applied."""
        return self.since.isoformat()

    @property
    def basis(self) -> str:
        return f"{self.act}, {self.article}"

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise TypeError(f"norm {self.name} is no whole number")
        return self.value

    def share(self) -> Decimal:
        """A part of one: 0.30 for 30 %."""
        if not isinstance(self.value, Decimal):
            raise TypeError(f"norm {self.name} is no share")
        return self.value

    def applies(self) -> bool:
        if not isinstance(self.value, bool):
            raise TypeError(f"norm {self.name} is no switch")
        return self.value

    def codes(self) -> tuple[str, ...]:
        if not isinstance(self.value, list):
            raise TypeError(f"norm {self.name} is no list of codes")
        return tuple(self.value)

    def table(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            raise TypeError(f"norm {self.name} is no table")
        return self.value


class NormsInForce(Mapping[str, Norm]):
    """The norms of one day by name. An unknown name raises KeyError, one without value that day its kind NotInForce."""

    def __init__(self, day: date, version: str, history: Mapping[str, tuple[Norm, ...]]) -> None:
        self.day = day
        self.version = version
        self._history = history

    def __getitem__(self, name: str) -> Norm:
        for norm in self._history[name]:
            if norm.holds_on(self.day):
                return norm
        raise NotInForce(f"no value of {name} is known on {self.day}")

    def __iter__(self) -> Iterator[str]:
        return (name for name, norms in self._history.items() if any(norm.holds_on(self.day) for norm in norms))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Rulebook:
    """All norms with all their values, in order of time. `version` is a digest of the content."""

    version: str
    history: Mapping[str, tuple[Norm, ...]]

    def on_or_first(self, name: str, day: date) -> Norm:
        """A norm on a day; on one before the first value that is known, that value. Raises NotInForce after its end."""
        return self.on(max(day, self.history[name][0].since))[name]

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls.parse(path.read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises RulebookError for missing or unknown entries, overlaps and gaps."""
        content = tomllib.loads(text, parse_float=Decimal)
        faults = [fault for name, entry in content.items() for fault in _faults(name, entry)]
        if faults:
            raise RulebookError("; ".join(faults))
        return cls(_digest(content), {name: _norms(name, entry) for name, entry in content.items()})

    def on(self, day: date) -> NormsInForce:
        return NormsInForce(day, self.version, self.history)


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _norms(name: str, entry: dict[str, Any]) -> tuple[Norm, ...]:
    values = sorted(entry["values"], key=lambda value: value["from"])
    norms = [
        Norm(name, entry["says"], entry["unit"], since=value["from"], **{k: v for k, v in value.items() if k != "from"})
        for value in values
    ]
    return (*(norm if norm.gap else replace(norm, until=later.since) for norm, later in pairwise(norms)), norms[-1])


def _faults(name: str, entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict) or set(entry) != {"says", "unit", "values"} or not entry["values"]:
        yield f"norm {name}: says, unit and at least one of values are expected"
        return
    misshapen = [fault for value in entry["values"] for fault in _misshapen(name, value)]
    yield from misshapen or _out_of_time(name, entry["values"])


def _misshapen(name: str, value: dict[str, Any]) -> Iterator[str]:
    for missing in sorted(_REQUIRED - set(value)):
        yield f"norm {name}: a value lacks {missing}"
    for unknown in sorted(set(value) - _REQUIRED - _OPTIONAL):
        yield f"norm {name}: {unknown} is no entry of a value"
    if "gap" in value and "until" not in value:
        yield f"norm {name}: a gap begins on the day that until names"
    for edge in ("from", "until"):
        if type(value.get(edge, date.min)) is not date:
            yield f"norm {name}: {edge} is not a day"


def _out_of_time(name: str, values: list[dict[str, Any]]) -> Iterator[str]:
    ordered = sorted(values, key=lambda value: value["from"])
    for value in ordered:
        if value.get("until", date.max) <= value["from"]:
            yield f"norm {name}: the value of {value['from']} ends before it begins"
    for earlier, later in pairwise(ordered):
        end, start = earlier.get("until", later["from"]), later["from"]
        if earlier["from"] == start or end > start:
            yield f"norm {name}: two values hold on {start}"
        elif end < start and not earlier.get("gap"):
            yield f"norm {name}: no value holds from {end} to {start - timedelta(days=1)}"
