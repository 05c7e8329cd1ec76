"""Matching without a shared number: filters of names, weights of pairs, namesakes, what speaks against a link."""

from typing import Any

import numpy as np
import pytest

from services.accounting.rules.persons.identity import components
from services.accounting.rules.persons.likeness import LIKENESS, NO_BLOCK, Filters, Likeness
from services.accounting.rules.persons.matching import (
    Model,
    Sights,
    candidates,
    code_levels,
    date_levels,
    found,
    namesakes,
    upheld,
)

MODEL = Model.read()
FILTERS = Filters(b"a secret of the tests alone")
OTHERS = ("1999-01-02", "1999-03-04", "1999-05-06", "1999-09-10")
BORN = {"1999-06-28": (1999 << 9) + (6 << 5) + 28, "1999-07-28": (1999 << 9) + (7 << 5) + 28, "1999": 1999 << 9} | {
    born: (1999 << 9) + (int(born[5:7]) << 5) + int(born[8:]) for born in OTHERS
}


def kept(surname: str, given: str | None, born: str = "1999-06-28", state: str | None = "UZB") -> Likeness:
    return FILTERS.of(surname, given, born, state)


def records(*people: tuple[Any, ...]) -> Any:
    """Surname, given names, birth date, and maybe a number that is not their own."""
    rows = []
    for key, (surname, given, born, *shown) in enumerate(people, 1):
        number = next(iter(shown), 0)
        told = kept(surname, given, born)
        bits = [each % 2**64 for each in told[3:]]
        rows.append((key, number or key, BORN[born], 1, *told[:3], (bits[0], bits[1]), (bits[2], bits[3])))
    return np.array(rows, LIKENESS)


def joined(*people: tuple[Any, ...]) -> set[tuple[int, int]]:
    given = records(*people)
    pairs, weight = found(given, namesakes(given["year_block"], given["born"], MODEL), MODEL)
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    return {
        (one, other) for (one, other), bits in zip(pairs.tolist(), weight.tolist(), strict=True) if bits >= MODEL.join
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("KUZNETSOV", "FEDOR"), ("KOUZNETSOV", "FEDOR")),  # French-style Soviet
        (("MAMYTOV", "SYYMTAY"), ("MAMYTOV", "SYIMTAI")),  # Kyrgyz passports of 2004 and of 2017
        (("XODJAYEV", "SOBIR"), ("KHODZHAEV", "SOBIR")),  # Uzbek Latin and ICAO 9303
        (("RAHIMOV", "SARMUROD"), ("RAKHIMOV", "SARMUROD")),
        (("OMAROV", "TIMUR"), ("OMAROVA", "TIMUR")),  # an ending that comes and goes
        (("AL-HASSAN", "OMAR"), ("AL HASSAN", "OMAR")),
        (("RAHIMOV", "SARMUROD MIRZASHOD OGLI"), ("RAHIMOV", "SARMUROD")),  # the father's name left out
    ],
)
def test_spellings_of_one_name_and_one_birth_date_join(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert joined((*one, "1999-06-28"), (*other, "1999-06-28")) == {(1, 2)}


def test_names_in_each_other_s_place_join_where_all_else_agrees() -> None:
    names, born = ("SARMUROD", "RAHIMOV"), "1999-06-28"
    given = records((*names, born), (*names[::-1], born))
    assert joined((*names, born), (*names[::-1], born)) == {(1, 2)}
    given["state"][1] = 0  # an IIN is of no state
    assert [MODEL.review <= weight < MODEL.join for weight in found(given, np.zeros(2, np.int64), MODEL)[1]] == [True]
    given["state"][1] = given["state"][0] + 1
    assert [MODEL.review <= weight < MODEL.join for weight in found(given, np.zeros(2, np.int64), MODEL)[1]] == [True]


@pytest.mark.parametrize(
    ("state", "printed", "here"),
    [
        ("CHN", ("HUANG", "GUOQIANG"), ("KHUAN", "GOTSYAN")),  # pinyin; by Palladius, and Latin again by ICAO 9303
        ("CHN", ("ZHANG", "ZIHAN"), ("CHZHAN", "TSZYKHAN")),
        ("CHN", ("XU", "XIAO-MING"), ("SIUI", "SIAOMIN")),
        ("CHN", ("LYU", "HAO RAN"), ("LYUI", "KHAOZHAN")),
        ("TKM", ("CARYGYLYCOWA", "GULNUR"), ("CHARYGYLYCHOVA", "GULNUR")),
        ("TKM", ("JUMAYEWA", "CEMEN"), ("DZHUMAEVA", "CHEMEN")),
        ("MNG", ("GANBAATAR", "ENKHJIN"), ("GANBAATAR", "ENKHZHIN")),
    ],
)
def test_a_passport_s_own_table_and_the_registers_letters_are_one_name(
    state: str, printed: tuple[str, str], here: tuple[str, str]
) -> None:
    born = "1999-06-28"
    one, other = (FILTERS.of(*name, born, from_) for name, from_ in ((printed, state), (here, None)))
    assert one[1:] == other[1:]


@pytest.mark.parametrize(
    ("name", "state"),
    [
        (("NUERJIANG", "AYIGULI"), "CHN"),  # Kazakhs of China, whose surname is their father's name
        (("BAUIERJIANG", "ULIKULI"), "CHN"),
        (("LI", "ZHANNA"), "KAZ"),  # an office that does not write pinyin
        (("LI", "NATALYA"), None),
    ],
)
def test_what_is_not_chinese_is_not_read_as_pinyin(name: tuple[str, str], state: str | None) -> None:
    assert FILTERS.of(*name, "1999-06-28", state)[1:] == FILTERS.of(*name, "1999-06-28", "RUS")[1:]


def test_chinese_names_are_read_alike_with_and_without_a_document() -> None:
    name = ("HUANG", "GUOQIANG", "1999-06-28")
    assert FILTERS.of(*name, "CHN")[1:] == FILTERS.of(*name, None)[1:] != FILTERS.of(*name, "RUS")[1:]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("RAHIMOV", "HASAN", "1999-06-28"), ("RAHIMOV", "HUSAN", "1999-06-28")),  # twins, as they are often named
        (("RAHIMOV", "TIMUR", "1999-06-28"), ("RAHIMOV", "TEMUR", "1999-06-28")),
        (("RAHIMOV", None, "1999-06-28"), ("RAHIMOV", "TIMUR", "1999-06-28")),
        (("RAHIMOV", "TIMUR", "1999-06-28"), ("RAHIMOV", "TIMUR", "1999-07-28")),
        (("RAHIMOV", "TIMUR", "1999-06-28"), ("RAHIMOV", "TIMUR", "1999")),
        (("KIM", "ANNA", "1999-06-28"), ("LI", "ANNA", "1999-06-28")),
    ],
)
def test_twins_and_half_known_people_do_not(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert joined(one, other) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("TARASOVA", "NATALYA"), ("YASHUNOVA", "NATALYA")),  # who married
        (("YESIENSULITAN", "KAIUSAERSALA"), ("YESENSULTAN", "KAUSARSARA")),  # by China's office, and by Kazakhstan's
    ],
)
def test_who_shares_a_number_and_a_birth_date_is_joined_by_less_of_a_name(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    born = "1999-06-28"
    assert joined((*one, born), (*other, born)) == set()
    assert joined((*one, born, 7), (*other, born, 7)) == {(1, 2)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("RAHIMOV", "HASAN", "1999-06-28"), ("RAHIMOV", "HUSAN", "1999-06-28")),  # twins, and one's number
        (("RAHIMOV", "HASAN", "1999-06-28"), ("RAHIMOVA", "FOTIMA", "1999-06-28")),
        (("RAHIMOV", None, "1999-06-28"), ("RAHIMOV", "TIMUR", "1999-06-28")),
        (("RAHIMOV", "TIMUR", "1999-06-28"), ("KIM", "ANNA", "1999-06-28")),  # an IIN's birth date is a stranger's too
        (("RAHIMOV", "TIMUR", "1999-06-28"), ("RAHIMOV", "TIMUR", "1999-01-02")),  # and son
    ],
)
def test_a_number_is_no_proof_for_relatives_or_strangers(
    one: tuple[str, str | None, str], other: tuple[str, str | None, str]
) -> None:
    assert joined((*one, 7), (*other, 7)) == set()


def test_a_number_that_many_claim_is_a_filler() -> None:
    pair = [("TARASOVA", "NATALYA", "1999-06-28", 7), ("YASHUNOVA", "NATALYA", "1999-06-28", 7)]
    others = [("KIM", "ANNA", "1999-01-02", 7)] * (MODEL.most - 1)
    assert (1, 2) in joined(*pair, *others[1:])
    assert (1, 2) not in joined(*pair, *others)


def test_who_has_many_namesakes_is_joined_by_nothing_but_numbers() -> None:
    twice = [("KUZNETSOV", "FEDOR", "1999-06-28")] * 2
    assert joined(*twice) == {(1, 2)}
    assert joined(*twice, *(("KUZNETSOV", "FEDOR", born) for born in ("1999-07-28", "1999"))) == {
        (1, 2)
    }  # slips, maybe
    assert joined(*twice, *(("KUZNETSOV", "FEDOR", born) for born in OTHERS)) == set()


def test_a_block_that_many_share_joins_nobody() -> None:
    many = [("KUZNETSOV", "FEDOR", "1999-06-28")] * (MODEL.most + 1)
    assert len(joined(*many[:-1])) == MODEL.most * (MODEL.most - 1) // 2
    assert joined(*many) == set()


def test_pairs_are_those_of_one_block_each_once() -> None:
    pairs = candidates(np.array([7, 0, 9, 7, 0, 7]), most=3)
    assert sorted(map(sorted, zip(pairs.one.tolist(), pairs.other.tolist(), strict=True))) == [[0, 3], [0, 5], [3, 5]]
    assert not len(candidates(np.array([7, 7, 7]), most=2).one)
    assert not len(candidates(np.zeros(0, np.int64), most=2).one)


def test_dates_and_codes_agree_by_degrees() -> None:
    def day(year: int, month: int, day: int) -> int:
        return year * 512 + month * 32 + day

    born = day(1990, 5, 1)
    others = [
        born,
        day(1990, 5, 0),
        day(1990, 1, 5),
        day(1990, 5, 9),
        day(1991, 5, 1),
        day(1991, 5, 2),
        day(1991, 0, 0),
    ]
    levels = date_levels(np.full(7, born), np.array(others))
    assert levels.tolist() == [4, 3, 2, 2, 2, 1, 1]
    assert code_levels(np.array([0, 1, 1]), np.array([1, 1, 2])).tolist() == [0, 4, 1]


def test_what_is_kept_needs_the_secret_and_holds_no_name() -> None:
    other = Filters(b"another secret, as long")
    assert kept("KIM", "ANNA") != other.of("KIM", "ANNA", "1999-06-28", "UZB")
    assert all(-(2**63) <= number < 2**63 for number in kept("TASHKENBAYEV" * 8, "ANNA " * 20))
    assert kept("-", None).day_block == NO_BLOCK
    assert kept("KIM", None).year_block == NO_BLOCK
    assert kept("KIM", "ANNA", "1999-06").day_block == NO_BLOCK != kept("KIM", "ANNA", "1999-06").year_block


def speaks_against(iins: list[tuple[int, int]], seen: list[tuple[int, int, int, int]]) -> list[bool]:
    links = np.array([[1, 2], [2, 3], [8, 9]])
    nodes, numbers = np.array(iins, np.int64).reshape(-1, 2).T
    columns = np.array(seen, np.int64).reshape(-1, 4).T
    against: list[bool] = (~upheld(links, components(links), (nodes, numbers), Sights(*columns))).tolist()
    return against


@pytest.mark.parametrize(
    ("iins", "seen", "against"),
    [
        ([], [], [False, False, False]),
        ([(1, 50), (3, 50), (8, 60)], [], [False, False, False]),
        ([(1, 50), (3, 51)], [], [True, True, False]),  # whoever is joined with both is left, too
        ([(1, 50), (1, 51), (3, 51)], [], [False, False, False]),  # one by numbers, with a mistyped IIN
        ([], [(8, 0, 7, 1), (9, 59, 7, 1)], [False, False, True]),
        ([], [(8, 0, 7, 1), (9, 60, 7, 1)], [False, False, False]),
        ([], [(8, 0, 7, 1), (8, 0, 7, 1)], [False, False, False]),
        ([], [(1, 0, 7, 1), (3, 7_199, 6, 1)], [True, True, False]),
        ([], [(1, 0, 7, 1), (2, 900, 7, 0), (1, 1_000, 7, 1), (3, 7_199, 6, 1)], [True, True, False]),
        ([], [(1, 0, 7, 1), (3, 7_199, 0, 1)], [False, False, False]),
        ([], [(1, 0, 7, 1), (3, 1_800, 6, 0)], [False, False, False]),
        ([], [(1, 0, 7, 1), (8, 0, 7, 1)], [False, False, False]),
    ],
)
def test_a_contradiction_leaves_all_who_would_be_joined(
    iins: list[tuple[int, int]], seen: list[tuple[int, int, int, int]], against: list[bool]
) -> None:
    assert speaks_against(iins, seen) == against


def test_more_namesakes_never_speak_for_a_link() -> None:
    assert (np.diff(MODEL.namesakes) <= 0).all()
    assert MODEL.review < MODEL.join
    assert all(len(field.weights) == 5 for field in MODEL.fields)
