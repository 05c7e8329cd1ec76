"""Pinyin by Palladius' system: every syllable, and where a word falls into syllables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.simulation.names import chinese
from shared.kernel.palladius import SYLLABLES, in_cyrillic, is_syllable

UNWRITTEN = {"lyu", "nyu", "lyue", "nyue"}  # as passports print the U with two dots: the country's table has none


@pytest.mark.parametrize(
    ("pinyin", "cyrillic"),
    [
        ("Xiaoming", "СЯОМИН"),
        ("GUOQIANG", "ГОЦЯН"),
        ("Zihan", "ЦЗЫХАНЬ"),
        ("XUE FENG", "СЮЭФЭН"),
        ("Huang", "ХУАН"),
        ("LYU", "ЛЮЙ"),
        ("Yanan", "ЯНАНЬ"),
        ("Er", "ЭР"),
    ],
)
def test_a_word_is_written_by_its_syllables(pinyin: str, cyrillic: str) -> None:
    assert in_cyrillic(pinyin) == cyrillic


@pytest.mark.parametrize(
    "word", ["", "-", "BAUIERJIANG", "KHUAN", "GOTSYAN", "IVANOV", "xian" * 60 + "q", "\0", "Хуан"]
)
def test_what_is_no_pinyin_is_left(word: str) -> None:
    assert in_cyrillic(word) is None


def test_each_syllable_is_that_of_another_table() -> None:
    told = {syllable: chinese.palladius(syllable).upper() for syllable in SYLLABLES if syllable not in UNWRITTEN}
    assert {syllable: in_cyrillic(syllable) for syllable in told} == told


@given(st.lists(st.sampled_from([each for each in sorted(SYLLABLES) if each[0] not in "aeo"]), min_size=1, max_size=6))
def test_syllables_make_a_word_that_can_be_read(syllables: list[str]) -> None:
    assert in_cyrillic("".join(syllables)) is not None
    assert is_syllable(syllables[0])
