"""Names as travel documents write them, and the key that survives case, marks and punctuation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import names

words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)


@pytest.mark.parametrize("name", ["KARIMOV", "AL-HASSAN", "O'TKIR", "DE LA CRUZ", "X"])
def test_accepts_latin_capitals(name: str) -> None:
    assert names.is_icao(name)


@pytest.mark.parametrize("name", ["", " ", "Karimov", "КАРИМОВ", "MÜLLER", "-ALI", "ALI2", "ALI<", "ALI\n", "O’TKIR"])
def test_refuses_everything_else(name: str) -> None:
    assert not names.is_icao(name)


@pytest.mark.parametrize(
    ("surname", "given_names"),
    [("AL-HASSAN", "O'TKIR"), ("al hassan", "Oʻtkir"), ("ALHASSAN", "O`TKIR"), ("Ál–Hāssan", "OTKIR ")],
)
def test_spellings_of_one_name_meet(surname: str, given_names: str) -> None:
    assert names.fold(surname, given_names) == "ALHASSAN,OTKIR"


def test_whole_letters_are_written_out() -> None:
    assert names.fold("Łukasz-Weiß", "Ilkın") == "LUKASZWEISS,ILKIN"


def test_surname_and_given_names_are_not_mixed() -> None:
    assert names.fold("ALI", "KHAN") != names.fold("ALIK", "HAN")
    assert names.fold("ALI") == "ALI,"


@given(st.text(max_size=40), st.text(max_size=40))
def test_folding_a_folded_name_changes_nothing(surname: str, given_names: str) -> None:
    once = names.fold(surname, given_names)
    assert names.fold(*once.split(",")) == once


@given(st.lists(words, min_size=1, max_size=4), st.sampled_from([" ", "-", "'", ""]))
def test_joints_and_case_do_not_matter(parts: list[str], joint: str) -> None:
    assert names.fold(joint.join(parts).lower()) == names.fold("".join(parts))
