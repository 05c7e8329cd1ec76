"""The check digits of IIN and BIN, by cases worked on paper and by their properties."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.kernel import iin

eleven_digits = st.text("0123456789", min_size=11, max_size=11)


def test_first_round_worked_by_hand() -> None:
    # 9+0*2+0*3+5*4+0*5+1*6+3*7+0*8+0*9+0*10+1*11 = 67 = 6*11 + 1
    assert iin.check_digit("90050130001") == 1
    assert iin.is_valid("900501300011")


def test_second_round_worked_by_hand() -> None:
    # first round: 9+20+6+21+2*10+4*11 = 120 = 10*11 + 10, so again: 27+30+8+27+2*1+4*2 = 102 = 9*11 + 3
    assert iin.check_digit("90050130024") == 3
    assert iin.is_valid("900501300243")


def test_a_number_that_gives_ten_twice_is_never_issued() -> None:
    never = [n for n in range(10**3) if iin.check_digit(f"90050130{n:03}") is None]
    assert never
    assert not any(iin.is_valid(f"90050130{n:03}{last}") for n in never for last in range(10))


@pytest.mark.parametrize(
    "text", ["", "90050130001", "9005013000110", "90050130001 ", "90050130001a", "٩٠٠٥٠١٣٠٠٠١١", "000000000000"]
)
def test_refuses_what_is_not_twelve_ascii_digits_or_a_placeholder(text: str) -> None:
    assert not iin.is_valid(text)
    assert not iin.is_valid_bin(text)


@given(eleven_digits, st.integers(0, 9))
def test_exactly_the_computed_digit_is_accepted(first_eleven: str, last: int) -> None:
    assume(first_eleven != "0" * 11)
    assert iin.is_valid(f"{first_eleven}{last}") == (iin.check_digit(first_eleven) == last)


@given(eleven_digits)
def test_an_impossible_birth_date_is_no_reason_to_refuse(digits: str) -> None:
    first_eleven = "991399" + digits[6:]
    digit = iin.check_digit(first_eleven)
    assume(digit is not None)
    assert iin.is_valid(f"{first_eleven}{digit}")


@given(eleven_digits)
def test_a_bin_names_a_month_and_a_kind_of_organisation(first_eleven: str) -> None:
    digit = iin.check_digit(first_eleven)
    assume(digit is not None and first_eleven != "0" * 11)
    month, kind = first_eleven[2:4], first_eleven[4]
    assert iin.is_valid_bin(f"{first_eleven}{digit}") == ("01" <= month <= "12" and kind in "456")


@pytest.mark.parametrize(
    ("birth_date", "given"),
    [("1990-05-01", True), ("1890-05-01", True), ("1990-05", True), ("1990", True), ("1990-05-02", False),
     ("1990-06", False), ("1991", False)],
)  # fmt: skip
def test_a_birth_date_may_be_merely_what_the_number_says(birth_date: str, given: bool) -> None:
    assert iin.gives_birth_date("900501300001", birth_date) is given
