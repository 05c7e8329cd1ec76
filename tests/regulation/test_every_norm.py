"""A number of the law that nobody has checked, or that no rule reads, is found here."""

import ast
import re
from collections.abc import Iterator

import pytest

from shared.kernel.norms import Norm, NormsInForce
from tests.regulation.cases import SERVICES, answer, read_cases, rulebook

WITH_RULES = sorted(path.parts[-3] for path in SERVICES.glob("*/rules/norms.toml"))

# Read in the acts and dated, and why no rule reads them. Whoever builds the procedure takes its norms out of here.
READ_BY_NO_RULE = {
    "permits": {
        "monthly_index_benefits": "no benefit is paid by what is built",
    },
    "portal": {
        "stay_without_registration": "frees the foreigner of registering: no host's notice hangs on it",
        "transit_free_of_visa": "it ended before the first day on which stays are judged",
    },
    "accounting": dict.fromkeys(
        (
            *("initial_evidence_span", "m1216_threshold", "m1216_window", "m12_days", "m12_window", "purpose_span"),
            *("u98_absence", "u98_long", "u98_short"),
        ),
        "a constant of the array rule, which tests/accounting/test_method_numbers.py holds to it",
    ),
}


def names_in(service: str) -> Iterator[str]:
    """Patterns of the texts in a service's code; what is put into a text matches anything."""
    for path in (SERVICES / service).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                parts = (re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in node.values)
                yield "".join(parts)


@pytest.mark.parametrize("service", WITH_RULES)
def test_every_norm_is_read_by_the_service(service: str) -> None:
    patterns = {pattern for pattern in names_in(service) if re.search("[a-z]{2}", pattern.replace(r"\w+", ""))}
    read = {norm for norm in rulebook(service).history if any(re.fullmatch(pattern, norm) for pattern in patterns)}
    assert set(rulebook(service).history) - read == set(READ_BY_NO_RULE.get(service, ()))


@pytest.mark.parametrize("service", WITH_RULES)
def test_a_regulation_case_asks_for_every_value_of_every_norm(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value since its day: add a case to tests/regulation/<service>/ with a day on which the value holds."""
    asked: set[tuple[str, str]] = set()
    look_up = NormsInForce.__getitem__

    def recorded(norms: NormsInForce, name: str) -> Norm:
        norm = look_up(norms, name)
        asked.add((norm.name, norm.version))
        return norm

    monkeypatch.setattr(NormsInForce, "__getitem__", recorded)
    for case in read_cases():
        if case.service == service:
            answer(case)
    every = {(norm.name, norm.version) for norms in rulebook(service).history.values() for norm in norms}
    assert sorted(every - asked) == []
