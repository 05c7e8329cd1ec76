"""Groups are what everybody truly is on the day of the crossing, and judged where a figure says how sure it is."""

from collections import Counter
from datetime import date

from deploy.simulation.life import Stay
from tests.accuracy.compared import Compared
from tests.accuracy.dimensions import AGES, GROUPS, PARTS, compared, key, true
from tests.accuracy.said import Observation
from tests.accuracy.truth import TrueLife, Truth

BORN = date(1989, 3, 1)


def mover() -> TrueLife:
    """Came to work on the day before turning 35, became a citizen, and left to study ten years later."""
    came, left = date(2024, 2, 29), date(2034, 5, 1)
    stays = (
        Stay(date(2020, 1, 1), came, "UZB", None, "permanent", "abroad"),
        Stay(came, left, "KAZ", "75", "work", "eaeu"),
        Stay(left, None, "DEU", None, "study", "abroad"),
    )
    citizenships = ((BORN, "UZB"), (date(2030, 1, 1), "KAZ"))
    return TrueLife(1, "eaeu_worker", "UZB", citizenships, stays, "F", BORN)


TRUTH = Truth(date(2023, 1, 1), date(2034, 12, 31), {1: mover()}, [])


def test_a_group_is_that_of_the_day_of_the_crossing() -> None:
    came = {dimension: list(true(TRUTH, dimension, arrival=True)) for dimension in GROUPS}
    left = {dimension: list(true(TRUTH, dimension, arrival=False)) for dimension in GROUPS}
    assert came == {"CITIZEN": [("UZB", "2024")], "SEX": [("F", "2024")], "AGE": [("Y15T34", "2024")],
                    "PURPOSE": [("work", "2024")]}  # fmt: skip
    assert left == {"CITIZEN": [("KAZ", "2034")], "SEX": [("F", "2034")], "AGE": [("Y35T64", "2034")],
                    "PURPOSE": [("study", "2034")]}  # fmt: skip
    assert [below for below, _ in AGES] == sorted(below for below, _ in AGES)


def test_a_foreigner_leaves_from_what_the_stay_here_was_for() -> None:
    """As the figures have it: the border asks a departing worker nothing of what home is for."""
    leaver = mover()._replace(citizenships=((BORN, "UZB"),))
    left = true(Truth(TRUTH.start, TRUTH.through, {1: leaver}, []), "PURPOSE", arrival=False)
    assert left == {("work", "2034"): 1}


def test_what_has_no_standard_error_and_what_the_truth_does_not_know_is_left_out() -> None:
    said = {
        ("UZB", "2024"): Observation(4.0, "E", 1.0),
        ("UZB", "2023"): Observation(0.0, "A", None),
        ("UZB", "2025"): Observation(2.0, "E", 1.5),
        ("_O", "2024"): Observation(9.0, "E", 1.0),
    }
    found = list(compared("IMM by CITIZEN", Counter({("UZB", "2024"): 3}), said))
    assert [(each.period, each.truth, each.figure) for each in found] == [("2024 UZB", 3, 4.0), ("2025 UZB", 0, 2.0)]
    assert [each.covered for each in found] == [True, True]
    assert isinstance(found[0], Compared)


def test_a_key_is_open_along_its_dimension_alone() -> None:
    assert key("IMM", "CITIZEN") == "A.IMM.M1216R.KZ._T.._T._T._T"
    assert all(key("EMI", dimension).count("..") + key("EMI", dimension).endswith(".") == 1 for dimension in GROUPS)
    assert len(PARTS) == key("IMM", "SEX").count(".") + 1
