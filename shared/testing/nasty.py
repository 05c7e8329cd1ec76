"""What no sender means to send, and a topic or a feed can hold all the same: for tests of everything that reads events.

All of it starts from an event that would be taken; each case spoils it in its own way. Invented people only.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

NUL = "\x00"
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 2**63, 2**64 - 1, [], {}, "", NUL, "\ud7ff\uffff", "x" * 10_000
)  # fmt: skip
POSITIONS: tuple[Any, ...] = (2**63, 2**64 - 1, -1, 1.5, "1", True, [], {}, None)
TIMES: tuple[Any, ...] = (
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60-12:00", "10000-01-01T00:00:00Z", NUL, 7, None, {}
)  # fmt: skip


def nasty_texts(good: Mapping[str, Any]) -> Iterator[bytes]:
    """Bytes that are no event, or that only look like `good`."""
    text = orjson.dumps(good)
    yield from (b"", b"null", b"[]", b"0", b'"an event"', b"\xff\xfe{}", b"{", text[:-1], text + b"}", b"\x00", b"<x/>")
    yield b"[" * 100_000
    yield text.replace(b'{"', b'{"deep":' + b"[" * 300 + b"]" * 300 + b',"', 1)
    for said in (b"NaN", b"-Infinity", b"1e999", b'"\\ud800"', b'"\\udc00\\ud800"'):
        yield text.replace(b'{"', b'{"type":' + said + b',"', 1)
    yield text.replace(b'{"', b'{"type":"\\ud83d","', 1)
    yield text[:-1] + b',"data":null,"subject":7}'  # members said twice: the last counts
    yield from map(orjson.dumps, nasty_events(good))


def nasty_events(good: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Objects in JSON that look like `good`."""
    for name in ("type", "subject", "recordversion", "recordwithdrawn", "data"):
        for value in VALUES:
            yield {**good, name: value}
        yield {key: value for key, value in good.items() if key != name}
    for position in POSITIONS:
        yield {**good, "position": position}
    yield {**good, "type": f"kz.kosh{NUL}.unheard_of.v1"}
    yield {**good, "subject": f"r{NUL}1"}
    yield {**good, "subject": "r" * 1_000_000}
    for key, value in good["data"].items():
        for other in (NUL, f"A{NUL}", 2**63, "0000-01-01", "10000-01-01", "2016-12-31T23:59:60Z", "9" * 400, [[value]]):
            yield {**good, "data": {**good["data"], key: other}}


def odd_but_true(good: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is taken: what it says beside the agreed members is nobody's business."""
    for time in TIMES:
        yield {**good, "time": time}
    yield {**good, "traceparent": NUL * 55}
    yield {**good, "a member": "x" * 10_000_000}
