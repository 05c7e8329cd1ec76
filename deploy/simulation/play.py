"""Plays what registers wrote into the services, by their own HTTP interfaces, month by month as it became known.

Each month's records are sent as NDJSON batches, its corrections and withdrawals after them; then the border's feed
is declared complete through the month. Whatever a service rejects is a fault of the simulation and ends it with its
reason, but for a version that the register has moved on by itself (a status that ran out): that one is read again, as
an officer would.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

import httpx
import orjson

from deploy.simulation.spool import Sheet, Spool

LINES = 5_000
"""In a request: few enough to be told of the one that is rejected, many enough for a service to take them in bulk."""

FIRST_QUOTA = 2018
"""The first year of which the register of permits takes a quota."""

COVERAGE = "/v1/feeds/berkut/coverage"
AGENCIES = {"notifier": "eqonaq"}
"""On whose behalf a role sends, where it is not the whole country's."""


class Rejected(Exception):
    """A service did not take what the simulation sent."""


@dataclass(slots=True)
class Played:
    """How many records were taken, and how many of them corrected and withdrawn, by path."""

    taken: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registers:
    """Where the services are, and how to speak to them: `headers` of a role, on behalf of an agency (None: of whoever
    reaches the whole country)."""

    clients: Mapping[str, httpx.AsyncClient]
    headers: Callable[[str, str | None], dict[str, str]]

    def of(self, role: str) -> dict[str, str]:
        return self.headers(role, AGENCIES.get(role))


async def quota_kept(registers: Registers, start: date, through: date) -> int | None:
    """The first of these years of which a quota is on record: permits of it come from the procedure alone, so that
    none can be played in (decision 0055)."""
    for year in range(max(start.year, FIRST_QUOTA), through.year + 1):
        headers = registers.of("permits-officer")
        answer = await registers.clients["permits"].get(f"/v1/quotas/{year}", headers=headers)
        if answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()
            return year
    return None


async def play(
    spool: Spool, registers: Registers, start: date, through: date, tell: Callable[[str], None] = lambda _: None
) -> Played:
    """Sends everything, in order; the services side by side. Raises Rejected."""
    played = Played()
    for month, sheets in spool.months().items():
        of_service = {sheet.service: [each for each in sheets if each.service == sheet.service] for sheet in sheets}
        await _together(_send_all(spool, each, registers, played) for each in of_service.values())
        await _declare(registers, start, min(_last_day(month), through))
        tell(f"{month}: {sum(played.taken.values())} records taken, {sum(played.changed.values())} changed")
    return played


async def _together(sending: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All of them side by side; the first that fails ends the others, and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in sending:
                group.create_task(each)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _send_all(spool: Spool, sheets: Sequence[Sheet], registers: Registers, played: Played) -> None:
    for sheet in sheets:
        lines = spool.lines(sheet)
        while some := list(islice(lines, LINES)):
            count = played.changed if sheet.changes else played.taken
            count[sheet.path] = count.get(sheet.path, 0) + await _send(sheet, some, registers)


async def _send(sheet: Sheet, lines: Sequence[bytes], registers: Registers) -> int:
    """How many were taken: all of them. Raises Rejected."""
    rejected = await _post(sheet, lines, registers)
    if rejected and sheet.changes:
        moved_on = [number for number, problems in rejected if {each["pointer"] for each in problems} == {"/version"}]
        if len(moved_on) == len(rejected):
            again = [await _seen_anew(sheet, lines[number], registers) for number in moved_on]
            rejected = await _post(sheet, again, registers)
    if rejected:
        number, problems = rejected[0]
        raise Rejected(
            f"{sheet.service} {sheet.path} ({sheet.month}), {len(rejected)} lines: {problems}, as of {number}"
        )
    return len(lines)


async def _post(sheet: Sheet, lines: Sequence[bytes], registers: Registers) -> list[tuple[int, Any]]:
    """The lines that were rejected, by their place, each with its problems."""
    address = f"/v1/{sheet.path}:{'correct-batch' if sheet.changes else 'batch'}"
    headers = registers.of(sheet.role) | {"Content-Type": "application/x-ndjson"}
    answer = await registers.clients[sheet.service].post(address, content=b"\n".join(lines), headers=headers)
    if answer.is_error:
        raise Rejected(f"{sheet.service} {address}: {answer.status_code} {answer.text[:1000]}")
    told = answer.content.splitlines()
    if len(told) != len(lines) + 1:
        raise Rejected(f"{sheet.service} {address}: {len(told)} lines answer {len(lines)}")
    return list(_rejected(told[:-1]))


def _rejected(told: Sequence[bytes]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(told):
        if b"rejected" in line and (answer := orjson.loads(line))["status"] == "rejected":
            yield number, answer["problems"]


async def _seen_anew(sheet: Sheet, line: bytes, registers: Registers) -> bytes:
    """The line upon the record's present version."""
    change = orjson.loads(line)
    wanted = {"source_id": change["source_id"]}
    client = registers.clients[sheet.service]
    answer = await client.post(f"/v1/{sheet.path}:find", json=wanted, headers=registers.of(sheet.role))
    (found,) = answer.raise_for_status().json()["records"]
    return orjson.dumps(change | {"version": found["version"]})


async def _declare(registers: Registers, start: date, through: date) -> None:
    """That the border has delivered all of a month, as far as it knows: what is late comes after that. Never less than
    was declared before, such as of another country that was played in first."""
    portal, headers = registers.clients["portal"], registers.of("border")
    held = await portal.get(COVERAGE, headers=headers)
    known = {} if held.status_code == httpx.codes.NOT_FOUND else held.raise_for_status().json()
    coverage = {
        "register_start": min(start.isoformat(), known.get("register_start", start.isoformat())),
        "complete_through": max(through.isoformat(), known.get("complete_through", "")),
    }
    answer = await portal.put(COVERAGE, json=coverage, headers=headers)
    if answer.is_error:
        raise Rejected(f"feed coverage through {through}: {answer.text}")


def _last_day(month: str) -> date:
    return (date.fromisoformat(f"{month}-01") + timedelta(32)).replace(day=1) - timedelta(1)
