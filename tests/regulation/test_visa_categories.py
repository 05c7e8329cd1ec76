"""No category of visas is forgotten: each is held to a case of its own."""

from shared.kernel.codes import code_list
from tests.regulation.cases import read_cases


def test_every_category_of_visas_has_a_case() -> None:
    cases = [case for case in read_cases() if (case.service, case.procedure) == ("portal", "visa")]
    assert {case.facts["application"]["category"] for case in cases} == set(code_list("visa_categories"))
