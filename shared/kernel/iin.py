"""Individual (IIN) and business (BIN) identification numbers: are the digits in themselves possible?

Both are 12 ASCII digits whose last is a check digit over the first eleven. The check catches most slips of the
pen but lets about 9 % of single-digit errors pass, so an equal IIN alone never proves that two persons are one.

Source: law 223-III of 12.01.2007 on national registers of identification numbers, and the rules made under it.
"""

FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
# Registers without a number fill the field with zeros, and zeros pass the check.
PLACEHOLDER = "0" * 12
# Fifth digit of a BIN: resident organisation, organisation of a non-resident, joint business of individuals.
BIN_KINDS = "456"


def check_digit(first_eleven: str) -> int | None:
    """The twelfth digit for eleven given ones; None where both rounds give 10: such a number is never issued."""
    for weights in (FIRST_WEIGHTS, SECOND_WEIGHTS):
        remainder = sum(int(digit) * weight for digit, weight in zip(first_eleven, weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def is_valid(iin: str) -> bool:
    """True if the text can be an IIN.

    The date and century that old numbers seem to carry are not looked at: since 2013 a number may contradict
    its holder's birth date and is still good.
    """
    return _has_good_check_digit(iin)


def gives_birth_date(iin: str, birth_date: str) -> bool:
    """Whether a birth date (ISO 8601, maybe in part) is merely what the first six digits of the IIN say.

    Such a date proves nothing beside the number: it is a stranger's as well who was born that day and whose IIN differs
    in the digits after it.
    """
    return iin.startswith(birth_date.replace("-", "")[2:])


def is_valid_bin(bin_number: str) -> bool:
    """True if the text can be a BIN: year and month of registration, kind of organisation, number, check digit."""
    return _has_good_check_digit(bin_number) and 1 <= int(bin_number[2:4]) <= 12 and bin_number[4] in BIN_KINDS


def _has_good_check_digit(number: str) -> bool:
    if len(number) != 12 or not (number.isascii() and number.isdigit()) or number == PLACEHOLDER:
        return False
    return check_digit(number[:11]) == int(number[11])
