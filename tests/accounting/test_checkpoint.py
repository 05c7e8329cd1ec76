"""Which region a checkpoint lies in, by the number that stands for its name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.residence.checkpoint import checkpoint_number, region_of, regions_of
from shared.kernel.codes import checkpoints_in, code_list


@pytest.mark.parametrize("code", code_list("regions"))
def test_every_listed_checkpoint_lies_in_its_region(code: str) -> None:
    numbers = [checkpoint_number(each) for each in checkpoints_in(code)]
    assert set(regions_of(np.array(numbers, np.int64)).tolist()) <= {int(code) if code.isdigit() else 0}


@pytest.mark.parametrize(
    ("name", "region"),
    [("ALA-AIR", 75), (" ala-air ", 75), ("KORDAY", 31), ("A NEW GATE", 0), ("ALA AIR", 0)],
)
def test_names_are_read_however_they_are_cased(name: str, region: int) -> None:
    assert region_of(checkpoint_number(name)) == region


@given(st.one_of(st.sampled_from([0, -1, 2**31 - 1]), st.integers(-(2**31), 2**31 - 1)))
def test_any_other_number_lies_nowhere(number: int) -> None:
    assert regions_of(np.array([number], np.int32)).tolist() == [region_of(number)]
    assert number > 0 or region_of(number) == 0
