"""Reading JSON that a stranger sent: fast, with a bounded depth, and without what PostgreSQL cannot store.

PostgreSQL's text holds no NUL, and a lone surrogate is no Unicode: both are refused here, with a pointer,
so that they never become a server error three layers below.
"""

from typing import Any

import orjson

from shared.errors import Fault, Invalid

MAX_DEPTH = 32


class Malformed(Invalid):
    """The text is not JSON (or nests too deep); nothing inside it can be pointed at."""

    name = "malformed-json"


def parse_json(text: bytes | bytearray | memoryview) -> Any:
    """The value that `text` holds, or Malformed / Invalid."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The text is not JSON: at line {error.lineno}, column {error.colno} it breaks off.") from None
    raw = bytes(text) if isinstance(text, memoryview) else text
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise Malformed(f"The JSON nests deeper than {MAX_DEPTH} levels; send it flatter.")
    if b"\\u0000" in raw and (faults := [Fault(at, "Must not contain the character U+0000.") for at in _nuls(value)]):
        raise Invalid("The input contains a character that cannot be stored; remove it and send again.", faults=faults)
    return value


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
