"""What a release withholds of records it withholds of the persons in them, as the cut of a release says it."""

from services.accounting.cases.releases.cut import STANDING, SUMS
from services.accounting.rules.disclosure.equations import Cell, equations
from services.accounting.rules.disclosure.withholding import given_back, is_small, withheld
from tests.accounting.test_withholding import of_quarters


def test_records_do_not_give_back_their_persons() -> None:
    """Somebody was resettled twice in the third quarter: else what one of the two hides is what the other shows."""
    values: dict[Cell, int] = {}
    for code, quarters in (("RESETTLERS", (3, 40, 41, 60)), ("RESETTLERS_SETTLED", (3, 40, 39, 60))):
        for name, value in of_quarters(*quarters).items():
            period = "2025" if name == "year" else f"2025-{name.upper()}"
            values["DF_INTERNAL", ("A" if name == "year" else "Q", code, "REGISTER", "KZ", "KZ"), period] = value
    protected = {cell for cell, value in values.items() if is_small(value)}
    hidden = withheld(values, equations(values, SUMS, STANDING), protected)
    years = equations(values, (), ())
    alike = [{cell: 1, (cell[0], (*cell[1][:1], "RESETTLERS", *cell[1][2:]), cell[2]): -1} for cell in list(values)[5:]]
    assert given_back([*years, *alike], hidden) & protected == set()


def test_a_part_that_counts_nobody_hides_no_other() -> None:
    """Of two levels of education one is small, and of the third there is nobody and no cell: whoever sees all and the
    large one knows the small one."""
    values: dict[Cell, int] = {
        ("DF_KANDAS", ("A", f"KANDAS_INCLUDED{level}", "REGISTER", "KZ", "_T"), "2025"): count
        for level, count in (("", 43), ("_HIGHER", 40), ("_SECONDARY", 3))
    }
    protected = {cell for cell, value in values.items() if is_small(value)}
    hidden = withheld(values, equations(values, SUMS, STANDING), protected)
    assert len(protected) == 1
    assert protected < hidden
