"""Reading JSON that a stranger sent: fast, with a bounded depth, and without what PostgreSQL cannot store.

PostgreSQL's text holds no NUL, and a lone surrogate is no Unicode: both are refused here, with a pointer,
so that they never become a server error three layers below. A member that stands twice in one object is refused
too: which of the two counts would be a matter of the parser (RFC 8259, section 4).
"""

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from shared.errors import Fault, Invalid

MAX_DEPTH = 32
TWICE = "Stands there twice."
_AFTER_A_STRING = (b'" ', b'"\t', b'"\r', b'"\n')
_SPACED = re.compile(rb'"[ \t\r\n]+:')


class Malformed(Invalid):
    """The text is not JSON (or nests too deep); nothing inside it can be pointed at."""

    name = "malformed-json"


def parse_json(text: bytes | bytearray | memoryview) -> Any:
    """The value that `text` holds, or Malformed / Invalid."""
    raw = bytes(text)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise Malformed("The text is written in UTF-16; send it in UTF-8.") from None
        raise Malformed(f"The text is not JSON: at line {error.lineno}, column {error.colno} it breaks off.") from None
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise Malformed(f"The JSON nests deeper than {MAX_DEPTH} levels; send it flatter.")
    if b"\\u0000" in raw and (faults := [Fault(at, "Must not contain the character U+0000.") for at in _nuls(value)]):
        raise Invalid("The input contains a character that cannot be stored; remove it and send again.", faults=faults)
    refuse_twice(raw, members(value))
    return value


def members(value: Any) -> int:
    """How many members the objects in a value have together."""
    if isinstance(value, dict):
        return len(value) + sum(members(item) for item in value.values() if isinstance(item, dict | list))
    if isinstance(value, list):
        return sum(members(item) for item in value if isinstance(item, dict | list))
    return 0


def refuse_twice(text: bytes | bytearray, distinct: int) -> None:
    """Raises Invalid where a member stands twice in an object of `text`, JSON that says `distinct` members.

    Nearly always counting is enough: written without white space before it, the colon after every name follows a
    quotation mark, and inside of a string that would be escaped. Where the counts differ, the text is read once more.
    """
    space, tab, carriage, line = _AFTER_A_STRING
    spaced = (space in text or tab in text or carriage in text or line in text) and _SPACED.search(text)
    if text.count(b'":') == distinct and not spaced:
        return
    found = json.loads(text, object_pairs_hook=_Members, parse_int=str, parse_float=str)
    if faults := [Fault(pointer, TWICE) for pointer in _twice(found, "")]:
        raise Invalid("A member stands twice in an object; leave one.", faults=faults)


class _Members(dict[str, Any]):
    """An object with the names that stand in it more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = {name for name, times in Counter(name for name, _ in pairs).items() if times > 1}


def _twice(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, _Members):
        yield from (f"{at}/{escape(name)}" for name in value if name in value.twice)
        for name, item in value.items():
            yield from _twice(item, f"{at}/{escape(name)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _twice(item, f"{at}/{index}")


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth


def _nuls(value: Any, at: str = "") -> list[str]:
    if isinstance(value, str):
        return [at] if "\0" in value else []
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _nuls(item, f"{at}/{index}")]
    if isinstance(value, dict):
        keys = [at] if any("\0" in key for key in value) else []
        return keys + [found for key, item in value.items() for found in _nuls(item, f"{at}/{escape(key)}")]
    return []


def escape(key: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
