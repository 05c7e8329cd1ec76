"""Spellings of one name meet under one key, whoever transliterated them; other people's names do not."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import spellings

SPELLINGS = [
    ("ХАСАНОВ", "KHASANOV", "HASANOV", "XASANOV", "HASSANOFF", "KHASSANOV"),
    ("ЖҮНІСОВ", "ZHUNISOV", "JUNISOV", "DZHUNISOV", "DJUNISOV", "DŽUNISOV"),
    ("ЮРИЙ", "YURIY", "IURII", "YURI", "JURIJ", "YURII"),
    ("ЮЛИЯ", "YULIYA", "IULIIA", "JULIJA", "YULIA"),
    ("ТАТЬЯНА", "TATYANA", "TATIANA", "TATJANA"),
    ("ҚАЙРАТ", "KAYRAT", "QAIRAT", "KAIRAT", "KAJRAT"),
    ("ҒАНИ", "GHANI", "GANI", "GANY"),
    ("ШЕРЗОД", "SHERZOD", "ŞERZOD", "SCHERZOD"),
    ("АЛЕКСАНДР", "ALEKSANDR", "ALEXANDR"),
    ("СЕРГЕЙ", "SERGEI", "SERGEY", "SERGEJ"),
    ("ЧЫНГЫЗ", "CHYNGYZ", "CHINGIZ", "TCHYNGHYZ", "ÇINGIZ"),
    ("ЩЕРБАКОВ", "SHCHERBAKOV", "SCHERBAKOW", "SHERBAKOV"),
    ("ЁЛКИН", "YOLKIN", "ELKIN", "IOLKIN"),
    ("ЦОЙ", "TSOI", "TSOY", "TZOY"),
    ("O'TKIR", "OʻTKIR", "OTKIR", "O`TKIR"),
]
letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ'- АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯŞÇĞÄ", max_size=30)
names = st.tuples(letters.filter(lambda name: spellings.fold(name)), letters)
pairs = st.sampled_from([pair for group in SPELLINGS for pair in product(group, repeat=2)])


def meet(held: spellings.Name, asked: spellings.Name) -> bool:
    return bool(set(spellings.keys([held], 1990)) & set(spellings.asked_keys([asked], 1990)))


@given(letters)
def test_folding_what_is_folded_changes_nothing(name: str) -> None:
    for folded in spellings.fold(name):
        assert spellings.fold(folded) == {folded}


@pytest.mark.parametrize(("one", "other"), [pair for group in SPELLINGS for pair in product(group, repeat=2)])
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert spellings.fold(one) & spellings.fold(other)


@given(pairs, pairs, st.booleans())
def test_in_either_order_they_meet(surname: tuple[str, str], given_names: tuple[str, str], swapped: bool) -> None:
    held, asked = (surname[0], given_names[0]), (surname[1], given_names[1])
    assert spellings.likeness([held], [asked]) == "same"
    assert meet(held, asked[::-1] if swapped else asked)


@given(pairs, st.lists(pairs, min_size=1, max_size=3), st.data())
def test_one_of_several_given_names_is_enough_and_so_is_none(
    surname: tuple[str, str], given_names: list[tuple[str, str]], data: st.DataObject
) -> None:
    whole = (surname[0], " ".join(name[0] for name in given_names))
    for part in (data.draw(st.sampled_from(given_names))[1], None):
        assert meet(whole, (surname[1], part))
        assert meet((surname[1], part), whole)
        assert spellings.likeness([whole], [(surname[1], part)]) is not None


@given(names, names)
def test_likeness_does_not_depend_on_who_is_asked_for(one: spellings.Name, other: spellings.Name) -> None:
    assert spellings.likeness([one], [other]) == spellings.likeness([other], [one])
    assert meet(one, other) == meet(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("KARIMOV", "AZIZ"), ("KARIMOV", "BOTIR")),
        (("KIM", "ALEKSANDR"), ("KIM", "SERGEI")),
        (("LI", "NA"), ("LI", "MIN")),
        (("AKHMETOVA", "AIGUL"), ("AKHMETOVA", "SAULE")),
        (("SASANOV", "TIMUR"), ("SHASHANOV", "TIMUR")),
    ],
)
def test_two_people_of_one_surname_do_not_meet(one: spellings.Name, other: spellings.Name) -> None:
    assert spellings.likeness([one], [other]) is None


@pytest.mark.parametrize(
    ("one", "other"), [("NURLANOV", "NURLAN"), ("NURLANULY", "NURLANOVA"), ("КУАНЫШҚЫЗЫ", "KUANYSH")]
)
def test_an_ending_may_come_and_go(one: str, other: str) -> None:
    assert spellings.likeness([(one, "DANA")], [(other, "DANA")]) == "alike"


def test_two_words_written_as_one_meet() -> None:
    assert spellings.likeness([("AL-HASSAN", "CHOL SU")], [("ALHASSAN", "CHOLSU")]) == "same"
    assert meet(("AL HASSAN", "ALI"), ("HASSAN", "ALI"))


@given(letters, letters)
def test_keys_are_bounded_however_many_words_a_name_has(surname: str, given_names: str) -> None:
    words = " ".join([surname, given_names] * 20)
    assert len(spellings.keys([(words, words)], 1990)) < 1_000
