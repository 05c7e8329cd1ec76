"""A stream of border crossings as a feed brings it: about 4 a person, 1 % twice, 1 % corrected, 0.2 % withdrawn."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from random import Random
from typing import Any

import numpy as np
import orjson

from services.accounting.rules.figures.dimensions import day_of
from shared.events.portal import BorderCrossing, FeedCoverage
from shared.kernel.iin import check_digit
from tests.accounting.histories import day, generate

FIRST, LAST = day("2019-01-01"), day("2026-01-01")
PAGE = 2_000
CITIZENS = ("KAZ", "UZB", "RUS", "KGZ", "CHN", "TUR", "IND")
PURPOSES = ("work", "study", "private", "tourism", "business", "family", None)


def pages(events: int, seed: int = 1) -> list[bytes]:
    """About so many events, oldest first, as the feed's answers; the first declares what the register covers."""
    return [orjson.dumps(page) for page in batched(stream(events, seed), PAGE)]


def stream(events: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """The same one after the other, as they are asked for: a long stream takes no room."""
    for position, event in enumerate(chain([_coverage()], _stream(events, Random(seed))), 1):
        event["position"] = position
        yield event


def batched(events: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Pages of so many, the last one with what is left."""
    while page := list(islice(events, size)):
        yield page


def _stream(events: int, random: Random) -> Iterator[dict[str, Any]]:
    histories = generate(int(events / 3.75), random.randrange(10**6), FIRST, LAST)
    person = np.repeat(np.arange(len(histories.lengths)), histories.lengths)
    order = np.lexsort((np.arange(len(person)), histories.day))
    columns = (column[order].tolist() for column in (person, histories.day, histories.arrival))
    seen: deque[dict[str, Any]] = deque(maxlen=50_000)
    for number, (who, on, arrival) in enumerate(zip(*columns, strict=True)):
        event = _event(number, 1, _crossing(number, who, on, arrival))
        yield event
        seen.append(event)
        chance = random.random()
        if chance < 0.022:
            yield _again(random.choice(seen), chance)


def _again(event: dict[str, Any], chance: float) -> dict[str, Any]:
    """The same event once more, or its record corrected, or withdrawn."""
    if chance < 0.01:
        return dict(event)
    corrected = event["data"] | {"crossed_at": event["data"]["crossed_at"].replace("T1", "T0"), "purpose": "other"}
    return event | {"recordversion": event["recordversion"] + 1, "data": corrected, "recordwithdrawn": chance >= 0.02}


def _crossing(number: int, who: int, on: int, arrival: bool) -> dict[str, Any]:
    local = Random(who)
    citizen = local.choice(CITIZENS)
    return {
        "source_id": f"B-{number:09}", "direction": "entry" if arrival else "exit",
        "crossed_at": f"{day_of(on).isoformat()}T{10 + number % 10}:{number % 60:02}:00+05:00", "checkpoint": "ALA-AIR",
        "person": {
            "iin": _iin(who) if citizen == "KAZ" else None,
            "document": {"type": "P", "number": f"N{who:08}", "issuing_state": citizen, "expires": "2030-01-31"},
            "surname": "KARIM" + "ABCDEFGHIJ"[who % 10], "given_names": "AZIZ", "surname_cyrillic": "Каримов",
            "given_names_cyrillic": "Азиз", "patronymic_cyrillic": None,
            "birth_date": (date(1940, 1, 1) + timedelta(days=local.randrange(27_000))).isoformat(),
            "sex": local.choice("MF"), "citizenship": citizen,
        },
        "visa_number": None, "purpose": local.choice(PURPOSES), "country": local.choice(CITIZENS[1:]),
        "resident_at_start": None,
    }  # fmt: skip


def _iin(who: int) -> str | None:
    digit = check_digit(f"{who + 1:011}")
    return None if digit is None else f"{who + 1:011}{digit}"


def _coverage() -> dict[str, Any]:
    last = day_of(LAST - 1).isoformat()
    covered = {"feed": "berkut", "register_start": day_of(FIRST).isoformat(), "complete_through": last}
    return _event("coverage", 1, covered) | {"type": FeedCoverage.TYPE}


def _event(record: object, version: int, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"portal.border_crossing.v1:{record}:{version}", "type": BorderCrossing.TYPE,
        "source": "/kosh/portal", "subject": f"0198c0de-0000-7000-8000-{record!s:>012}",
        "time": datetime(2026, 1, 1, tzinfo=UTC).isoformat(), "datacontenttype": "application/json",
        "recordversion": version, "recordwithdrawn": False, "data": data,
    }  # fmt: skip
