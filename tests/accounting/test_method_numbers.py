"""The residence rule runs with the numbers of its method's rulebook, and with no others."""

from datetime import date
from pathlib import Path

from services.accounting.rules.residence.joined_stays import U98
from services.accounting.rules.residence.majority import M12
from services.accounting.rules.residence.purpose import SPAN
from services.accounting.rules.residence.residence import M1216
from shared.kernel.norms import Rulebook

NORMS = Path(__file__).parents[2] / "services" / "accounting" / "rules" / "norms.toml"


def test_the_rule_has_the_numbers_of_the_method() -> None:
    method = Rulebook.load(NORMS).on(date(2024, 1, 1))
    assert method["m1216_threshold"].whole() == M1216.threshold
    assert method["m1216_window"].whole() == M1216.window
    assert method["initial_evidence_span"].whole() == M1216.threshold
    assert method["purpose_span"].whole() == SPAN
    assert [method[f"u98_{name}"].whole() for name in U98._fields] == [*U98]
    assert [method[f"m12_{name}"].whole() for name in M12._fields] == [*M12]


def test_the_numbers_of_a_method_never_change() -> None:
    history = Rulebook.load(NORMS).history
    assert all(
        len(values) == 1 for name, values in history.items() if name.startswith(("m1216_", "u98_", "m12_", "purpose_"))
    )
