"""Regulation cases: facts, a day and the expected answer, written so that an official can read and check them.

A file `tests/regulation/<service>/<procedure>.yaml` names one rule and its cases:

    rule: shared.kernel.terms:last_day_of      # module:function; without it the case asks for a norm's value
    cases:
      - title: An application complete on the Friday before Republic Day
        day: 2025-10-24                        # the rules in force on this day decide
        article: Rules of kandas status, term of the decision
        facts: {term: decision_term, after: 2025-10-24}
        expected: 2025-10-28

`facts` are the function's parameters by name, shaped by their annotations (dates, numbers, dataclasses, lists of them).
A parameter of type Norm is given by the norm's name. Three are not written: one of type Rulebook is the service's, one
of type NormsInForce the same on the day, and one called `day` is the case's day. Of a table only the expected entries
are compared, so that a case shows what it is about; a list is compared entry by entry. `expected: not in force` says
that no value of the norm is known on the day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from pydantic import TypeAdapter

from shared.kernel.norms import Norm, NormsInForce, NotInForce, Rulebook, Value

FOLDER = Path(__file__).parent
SERVICES = FOLDER.parents[1] / "services"
ENTRIES = {"title", "day", "article", "facts", "expected"}
NOT_IN_FORCE = "not in force"


@dataclass(frozen=True)
class Case:
    service: str
    procedure: str
    rule: str
    title: str
    day: date
    article: str
    facts: dict[str, Any]
    expected: Any


def read_cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*/*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in content["cases"]:
            if set(entry) != ENTRIES:
                raise ValueError(f"{path.name}: a case consists of {', '.join(sorted(ENTRIES))}, not {sorted(entry)}")
            yield Case(path.parent.name, path.stem, content.get("rule", f"{__name__}:value_of"), **entry)


def rulebook(service: str) -> Rulebook:
    return Rulebook.load(SERVICES / service / "rules" / "norms.toml")


def value_of(norm: Norm) -> Value:
    """The rule of a case that asks only what the rulebook says."""
    return norm.value


def answer(case: Case) -> Any:
    """What the rule makes of the facts; dataclasses as tables."""
    module, name = case.rule.split(":")
    rule = getattr(import_module(module), name)
    norms = rulebook(case.service).on(case.day)
    try:
        found = rule(**_arguments(case, rule, norms))
    except NotInForce:
        return NOT_IN_FORCE
    return TypeAdapter(type(found)).dump_python(found)


def agrees(expected: Any, found: Any) -> bool:
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(key in found and agrees(value, found[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list | tuple):
        return len(expected) == len(found) and all(map(agrees, expected, found))
    if isinstance(expected, float):
        return isinstance(found, int | float | Decimal) and Decimal(str(expected)) == found
    return bool(expected == found) and isinstance(expected, bool) == isinstance(found, bool)


def _arguments(case: Case, rule: Callable[..., Any], norms: NormsInForce) -> dict[str, Any]:
    hints = {name: kind for name, kind in get_type_hints(rule).items() if name != "return"}
    unwritten: dict[str, Any] = {name: norms for name, kind in hints.items() if kind is NormsInForce}
    unwritten |= {name: rulebook(case.service) for name, kind in hints.items() if kind is Rulebook}
    if "day" in hints:
        unwritten["day"] = case.day
    return unwritten | {name: _argument(hints[name], fact, norms) for name, fact in case.facts.items()}


def _argument(kind: Any, fact: Any, norms: NormsInForce) -> Any:
    return norms[fact] if kind is Norm else TypeAdapter(kind).validate_python(fact)
