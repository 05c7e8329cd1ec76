"""Which region a checkpoint lies in, by the number that stands for its name."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.figures.dimensions import day_number, region_code
from services.accounting.rules.residence.checkpoint import checkpoint_number, regions_of
from services.accounting.rules.residence.region import of_its_day
from shared.kernel.codes import checkpoints_in, code_list, region_of_checkpoint


@pytest.mark.parametrize("code", code_list("regions"))
def test_every_listed_checkpoint_lies_in_its_region(code: str) -> None:
    numbers = [checkpoint_number(each) for each in checkpoints_in(code)]
    assert set(regions_of(np.array(numbers, np.int64)).tolist()) <= {int(code) if code.isdigit() else 0}


@pytest.mark.parametrize(
    ("name", "region"),
    [("ALA-AIR", 75), (" ala-air ", 75), ("KORDAY", 31), ("A NEW GATE", 0), ("ALA AIR", 0)],
)
def test_names_are_read_however_they_are_cased(name: str, region: int) -> None:
    assert regions_of(np.array([checkpoint_number(name)])).tolist() == [region]


@given(st.lists(st.one_of(st.sampled_from([0, -1, 2**31 - 1]), st.integers(-(2**31), 2**31 - 1))))
def test_each_of_many_numbers_lies_where_it_lies_alone_and_none_nowhere(numbers: list[int]) -> None:
    alone = [regions_of(np.array([number], np.int32)).tolist()[0] for number in numbers]
    assert regions_of(np.array(numbers, np.int32)).tolist() == alone
    assert not any(region for number, region in zip(numbers, alone, strict=True) if number <= 0)


@given(
    st.sampled_from([code for region in code_list("regions") for code in checkpoints_in(region)]),
    st.one_of(
        st.dates(date(1970, 1, 1), date(2140, 1, 1)),
        st.sampled_from([date(2018, 6, 18), date(2018, 6, 19), date(2022, 6, 7), date(2022, 6, 8)]),
    ),
)
def test_figures_and_officers_know_a_checkpoint_in_the_same_region(code: str, day: date) -> None:
    region = region_of_checkpoint(f" {code.lower()} ", day)
    assert region is None or code_list("regions")[region].holds_on(day)
    assert region_of_checkpoint(f"{code} 2", day) is None
    today = regions_of(np.array([checkpoint_number(code)]))
    assert of_its_day(today, np.array([day_number(day)])).tolist() == [region_code(region)]
