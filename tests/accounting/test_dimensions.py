"""The stable numbers of the dimensions."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.figures.axes import NOWHERE, axis_of
from services.accounting.rules.figures.dataflows import AGES, COUNTRIES, codes_of
from services.accounting.rules.figures.dimensions import (
    AGE_GROUPS,
    PURPOSES,
    SEXES,
    age_group,
    birth_code,
    cohort,
    counted_citizenship,
    country_code,
    country_name,
    day_number,
    day_of,
    purpose_code,
    region_code,
    region_name,
    sex_code,
)
from shared.kernel.codes import code_list

letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3)
dates = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("code", "number"), [(None, 0), ("AAA", 1), ("KAZ", 6786), ("UZB", 14_172), ("XXA", 16_147), ("ZZZ", 17_576)]
)
def test_country_numbers_are_stored_and_never_change(code: str | None, number: int) -> None:
    assert country_code(code) == number


@given(letters)
def test_a_country_s_number_tells_its_letters_in_15_bits(code: str) -> None:
    assert country_name(country_code(code)) == code
    assert 0 < country_code(code) < 2**15


def test_the_nationality_of_every_document_is_counted_as_a_country_that_figures_know() -> None:
    countries = codes_of(COUNTRIES)
    assert {counted_citizenship(code) for code in code_list("issuing_organisations")} == {"XXX"}
    assert all(counted_citizenship(code) == code for code in code_list("countries"))
    assert "XXX" in countries
    assert not set(code_list("issuing_organisations")) & set(countries)


@pytest.mark.parametrize("code", ["kaz", "KZ", "KAZA", "ҚАЗ", "K1Z", ""])
def test_what_is_no_country_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="three capital letters"):
        country_code(code)


def test_sexes_and_purposes_keep_the_numbers_that_histories_hold() -> None:
    assert [sex_code(sex) for sex in ("M", "F", "X", None)] == [1, 2, 0, 0]
    assert [SEXES[sex_code(sex)] for sex in ("M", "F", "X")] == ["M", "F", "_X"]
    assert PURPOSES == (
        "_X", "work", "study", "private", "tourism", "business", "treatment", "family", "permanent", "transit",
        "official", "other",
    )  # fmt: skip
    assert [purpose_code(purpose) for purpose in ("work", "other", None)] == [1, 11, 0]


def test_a_region_is_the_first_two_digits_of_its_kato_code() -> None:
    assert [region_code(kato) for kato in ("71", "100000000", None)] == [71, 10, 0]
    assert [region_name(number) for number in (71, 0)] == ["71", "_X"]


@given(dates)
def test_days_count_from_1970(day: date) -> None:
    assert day_of(day_number(day)) == day
    assert day_number(date(1970, 1, 1)) == 0


@given(dates, dates)
def test_age_groups_count_complete_years(birth: date, day: date) -> None:
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    expected = 0 if years < 0 else min(years // 5 + 1, 21)

    found = age_group(np.array([birth_code(birth.isoformat())]), np.array([day_number(day)]))

    assert found.tolist() == [expected]


@given(dates, st.integers(1900, 2100))
def test_a_cohort_tells_complete_years_on_the_first_day_of_every_year(birth: date, year: int) -> None:
    found = cohort(birth.isoformat())
    assert found is not None
    assert year - found == year - birth.year - ((1, 1) < (birth.month, birth.day))  # noqa: SIM300  (as above)
    assert cohort(f"{birth.year:04}") == birth.year + 1  # as born on 1 July
    assert cohort(f"{birth.year:04}-01") == birth.year + 1  # on the 15th
    assert cohort(None) is None


@pytest.mark.parametrize(
    ("birth", "day", "group"),
    [
        ("1990", "2025-06-30", "Y30T34"),  # counts as born on 1 July
        ("1990", "2025-07-01", "Y35T39"),
        ("1990-05", "2025-05-14", "Y30T34"),  # counts as born on the 15th
        ("1990-05", "2025-05-15", "Y35T39"),
        (None, "2025-01-01", "_X"),
        ("2025-01-02", "2025-01-01", "_X"),  # born after the day: the birth date is wrong
        ("1900-01-01", "2025-01-01", "Y_GE100"),
    ],
)
def test_a_birth_date_known_in_part_stands_in_the_middle(birth: str | None, day: str, group: str) -> None:
    number = day_number(date.fromisoformat(day))

    assert AGE_GROUPS[int(age_group(np.array([birth_code(birth)]), np.array([number]))[0])] == group


def test_every_age_has_a_published_group_and_every_group_has_ages() -> None:
    named = {level.names[group] for level in axis_of("AGE").levels for group in level.groups}
    assert named - {NOWHERE} | {AGES.total} == set(codes_of(AGES))
