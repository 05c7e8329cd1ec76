"""The seal of a stored fact: eight bytes that bind what the register said to the row that was made of it.

    seal = print of 16 bits, content digest of the event XOR digest of the row's columns (48 bits each)

Whoever knows the row as it stands gets the event's content digest back: one that differs from the register's says that
either of the two was altered. `print` is that of the members that were read and of the columns that they became: of
another one, a seal cannot be compared until the register is read anew.
"""

from hashlib import blake2b
from struct import Struct
from typing import Any, Final, NamedTuple

import orjson

from services.accounting.rules.rows import CrossingRow, FactRow, RegisterRow
from shared.kernel.digests import CONTENT_BITS

_CONTENT: Final = (1 << CONTENT_BITS) - 1
_SIGNED: Final = 1 << 63
_BYTES: Final = CONTENT_BITS // 8
_INTEGERS: Final = Struct(f">{len(CrossingRow._fields[4:-2])}q")
_LARGEST: Final = 2.0**63
_BODY: Final = RegisterRow._fields.index("body")

SEALING: Final = ("told", "seal")
"""The last columns of a row, which it does not cover: the day told, and the seal itself."""


class Opened(NamedTuple):
    """What a seal says: `print`, and the content digest of the event, if the row is as it was."""

    print: int
    content: int


def seal(row: FactRow, content: int, print: int) -> int:
    """The seal of a row that was made of an event with that content digest, as PostgreSQL's bigint."""
    made = print << CONTENT_BITS | (content ^ row_digest(row))
    return made - (_SIGNED << 1) if made >= _SIGNED else made


def open_seal(row: FactRow) -> Opened | None:
    """None where the row has none: it was stored by a version that knew of none."""
    if row.seal is None:
        return None
    made = row.seal % (_SIGNED << 1)
    return Opened(made >> CONTENT_BITS, (made & _CONTENT) ^ row_digest(row))


def row_digest(row: FactRow) -> int:
    """48 bits of all that a figure or a link to a person can come from; the version is bound by the content digest."""
    said = _INTEGERS.pack(*row[4:-2]) if isinstance(row, CrossingRow) else _said(row)
    return int.from_bytes(blake2b(said, digest_size=_BYTES).digest())


def _said(row: RegisterRow) -> bytes:
    return ",".join(map(str, (*row[4:_BODY], _canonical(row.body), *row[_BODY + 1 : -2]))).encode()


def print_of(members: str, columns: tuple[str, ...], kept: frozenset[str]) -> int:
    """16 bits of the members that are granted (their digest), the columns of the row and the members kept in it."""
    said = "|".join((members, *columns[4:-2], *sorted(kept)))
    return int.from_bytes(blake2b(said.encode(), digest_size=2).digest())


def _canonical(body: str) -> str:
    """JSON that is the same whether it was stored or not: JSONB keeps neither the order of members nor how a number was
    written."""
    return orjson.dumps(_plain(orjson.loads(body)), option=orjson.OPT_SORT_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST
    return int(value) if whole else value
