"""Names as offices write them: words whose spelling is known, and what holds of every name of the stock."""

from collections import Counter
from datetime import date
from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulation import people
from deploy.simulation.life import Name, People
from deploy.simulation.names.chinese import kazakh_in_pinyin, palladius
from deploy.simulation.names.tables import OFFICES
from deploy.simulation.names.written import Style, cyrillic, latin, office
from shared.kernel import iin
from shared.kernel.names import is_cyrillic, is_icao

PEOPLES: tuple[People, ...] = get_args(People)
STYLES: tuple[Style, ...] = get_args(Style)


@pytest.mark.parametrize(
    ("table", "of", "name", "printed"),
    [
        ("ICAO", "russian", "Соловьёв Юлия", "SOLOVEV IULIIA"),
        ("RUS-2010", "russian", "Цветков Юлия", "TCVETKOV IULIIA"),
        ("RUS-1997", "russian", "Соловьёв Юлия", "SOLOVYOV YULIYA"),
        ("SUN", "russian", "Щербаков Юлия", "CHTCHERBAKOV IOULIIA"),
        ("SUN", "russian", "Кузьмин Григорий", "KOUZMINE GRIGORII"),
        ("SUN", "kazakh", "Жүсіпов Ержан", "JOUSIPOV ERJAN"),
        ("KAZ", "kazakh", "Ахметов Әділет", "AKHMETOV ADILET"),
        ("KAZ", "kazakh", "Назарбаев Ерлан", "NAZARBAYEV YERLAN"),
        ("KAZ", "kazakh", "Қасымов Шыңғыс", "KASYMOV SHYNGYS"),
        ("KAZ-LATIN", "kazakh", "Жақып Шыңғыс", "JAQYP SYNGYS"),
        ("UZB", "uzbek", "Ҳусанов Хуршид", "HUSANOV XURSHID"),
        ("UZB-1994", "uzbek", "Ҳусанов Ғайрат", "KHUSANOV GAYRAT"),
        ("UZB", "uzbek", "Ўринов Қобил", "ORINOV QOBIL"),
        ("KGZ", "kyrgyz", "Жээнбеков Жылдыз", "ZHEENBEKOV ZHYLDYZ"),
        ("KGZ-2004", "kyrgyz", "Жээнбеков Жылдыз", "JEENBEKOV JYLDYZ"),
        ("TJK", "tajik", "Раҳмонов Ҷамшед", "RAHMONOV JAMSHED"),
        ("TKM", "turkmen", "Чарыев Җемал", "CARYYEW JEMAL"),
        ("MNG", "mongolian", "Батбаяр Мөнхзул", "BATBAYAR MUNKHZUL"),
        ("TUR", "turkish", "Yıldız İbrahim", "YILDIZ IBRAHIM"),
        ("TUR", "turkish", "Çağlar Şükrü", "CAGLAR SUKRU"),
        ("DEU", "german", "Groß Jürgen", "GROSS JUERGEN"),
        ("CHN", "chinese", "Zhang Xiaoming", "ZHANG XIAOMING"),
        ("CHN", "kazakh", "Ерлан Нұрлан", "YEERLAN NUERLAN"),
    ],
)
def test_an_office_prints_a_name_by_its_table(table: str, of: People, name: str, printed: str) -> None:
    surname, given_name = name.split()
    assert " ".join(latin(Name(of, surname, given_name), table)) == printed


@pytest.mark.parametrize(
    ("of", "name", "written"),
    [
        ("chinese", "Zhang Xiaoming", "Чжан Сяомин"),
        ("chinese", "Xu Guoqing", "Сюй Гоцин"),
        ("chinese", "Hu Junjie", "Ху Цзюньцзе"),
        ("turkish", "Çelik Oğuz", "Челик Огуз"),
        ("german", "Müller Jürgen", "Мюллер Юрген"),
        ("korean", "Kim Jihoon", "Ким Джихун"),
        ("uzbek", "Ўринов Ғайрат", "Уринов Гайрат"),
        ("kazakh", "Жүсіпов Әділет", "Жусипов Адилет"),
    ],
)
def test_a_clerk_writes_a_foreign_name_in_russian_letters(of: People, name: str, written: str) -> None:
    surname, given_name = name.split()
    found = cyrillic(Name(of, surname, given_name), "russian")
    assert f"{found.surname} {found.given}" == written


def test_chinese_names_go_into_cyrillic_by_palladius_and_kazakh_ones_into_pinyin() -> None:
    assert [palladius(each) for each in ("Haoran", "Zihan", "Shi", "Xuefeng")] == ["Хаожань", "Цзыхань", "Ши", "Сюэфэн"]
    assert [kazakh_in_pinyin(each) for each in ("Айгүл", "Болат")] == ["AYIGULI", "BOLATE"]


def test_an_office_writes_by_the_table_of_its_day() -> None:
    assert [office("RUS", date(year, 6, 2)) for year in (1996, 2000, 2012, 2020)] == [
        "SUN", "RUS-1997", "RUS-2010", "ICAO",
    ]  # fmt: skip
    assert office("UZB", date(2005, 1, 1)) == "UZB-1994"
    assert office("GBR", date(2020, 1, 1)) == "GBR"


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), of=st.sampled_from(PEOPLES), sex=st.sampled_from("MF"), year=st.integers(1935, 2025))
def test_every_office_can_print_every_name_and_every_clerk_can_write_it(
    seed: int, of: People, sex: str, year: int
) -> None:
    born = date(year, 5, 5)
    father = people.draw_name(Random(seed), of, "M", born)
    name = people.child_name(Random(seed), father, sex, born)
    for table in (*OFFICES, "CHN", "TUR", "GBR"):
        for printed in latin(name, table):
            assert is_icao(printed)
    for style in STYLES:
        found = cyrillic(name, style)
        assert is_cyrillic(found.surname)
        assert is_cyrillic(found.given)
    assert people.in_form(people.in_form(name.surname, "F"), "M") == people.in_form(name.surname, "M")


@settings(max_examples=40)
@given(number=st.integers(1, 3_200_000), year=st.integers(1930, 2026), salt=st.integers(0, 2**32 - 1))
def test_an_iin_is_valid_whoever_gets_it(number: int, year: int, salt: int) -> None:
    numbers = people.Numbers(salt, 3_200_000)
    born = numbers.birth_day(number, year)
    found = numbers.iin(number, born, "F")
    assert born.year == year
    assert iin.is_valid(found)
    assert found[2:6] == f"{born:%m%d}"
    assert found[6] == ("4" if year < 2000 else "6")


def test_lives_born_on_a_day_have_iins_of_their_own() -> None:
    numbers = people.Numbers(5, 9_000_000)
    same_digits = range(7, 9000 * 365 * 3, 9000)  # three rounds of every day, all born in one year
    born = [numbers.birth_day(number, 1992) for number in same_digits]
    assert Counter(Counter(born).values()) == {3: 365}
    iins = {numbers.iin(number, day, "M") for number, day in zip(same_digits, born, strict=True)}
    assert len(iins) == 365 * 3
    assert len({numbers.iin(number, date(1990, 1, 1), "M") for number in range(9000)}) == 9000


def test_sons_bear_the_fathers_surname_and_his_name_for_a_patronymic() -> None:
    father = Name("russian", "Соловьёв", "Дмитрий", "Юрьевич")
    daughter = people.child_name(Random(1), father, "F", date(2001, 1, 1))
    assert (daughter.surname, daughter.patronymic) == ("Соловьёва", "Дмитриевна")
    told = {
        people.child_name(Random(seed), Name("kazakh", "Серікұлы", "Нұрлан"), sex, date(2001, 1, 1)).patronymic
        for seed in range(12)
        for sex in "MF"
    }
    assert told == {"Нұрланұлы", "Нұрланқызы", "Нұрланович", "Нұрлановна"}


def test_the_commonest_names_are_about_as_common_as_in_life() -> None:
    random = Random(3)
    surnames = Counter(people.draw_name(random, "kazakh", "M", date(1990, 1, 1)).surname for _ in range(4000))
    assert 0.003 < surnames["Ахметов"] / 4000 < 0.012  # 73,627 of 17 million, two thirds of them Kazakhs (2014)
    assert len(surnames) > 1000
