"""Numbers of invented hosts and employers: IIN and BIN that pass the check and belong to nobody."""

from functools import lru_cache

from shared.kernel.iin import check_digit


@lru_cache(maxsize=2**14)
def bin_of(number: int) -> str:
    """The BIN of an organisation registered in May of some year."""
    return _checked(f"{number // 10**4 % 26:02d}054", number, 6)


@lru_cache(maxsize=2**14)
def iin_of(number: int) -> str:
    """The IIN of a man born in the first half of July of some year of the last century."""
    return _checked(f"{40 + number // 10**4 % 60:02d}07{1 + number % 15:02d}3", number, 4)


def _checked(beginning: str, number: int, digits: int) -> str:
    """The next number at or after `number` that has a check digit: of 121, one has none."""
    for step in range(10):
        eleven = f"{beginning}{(number + step) % 10**digits:0{digits}d}"
        if (check := check_digit(eleven)) is not None:
            return f"{eleven}{check}"
    raise AssertionError("of ten numbers in a row one has a check digit")
