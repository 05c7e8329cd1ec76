"""For whom a caller may speak: an employer for itself, the authority for everybody."""

from shared.errors import Fault, Forbidden
from shared.identity.callers import Caller

AUTHORITY = ("permits-officer",)
NOT_YOURS = Fault("/employer_bin", "Is not the BIN that your token carries.")


def may_act_for(caller: Caller, bin_number: str) -> bool:
    """Whether the caller may act for this employer and see what it did."""
    return not caller.roles.isdisjoint(AUTHORITY) or ("employer" in caller.roles and caller.bin == bin_number)


def expect_to_act_for(caller: Caller, bin_number: str) -> None:
    """Raises Forbidden for another employer's affairs."""
    if not may_act_for(caller, bin_number):
        raise Forbidden("An employer acts for itself only: your token carries another BIN, or none.")
