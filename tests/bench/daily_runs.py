"""S13: what runs once a day, over 10,000 whom it concerns: overstays (P5) and kandas statuses that expire. Seconds; of
overstays alone, and beside single intake at full speed by a process of the portal's API."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.postgres import Database, Server
from deploy.local.temporary import reachable_directory
from services.kandas.cases import kandas_status
from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.border.border_crossing import CROSSINGS
from services.portal.cases.stays import overstay_run
from shared.db.engine import make_engine
from shared.db.migrate import upgrade
from shared.events.kandas import KandasStatus
from shared.events.portal import BorderCrossing
from shared.inbox import table as inbox
from shared.process import tune_gc
from shared.records import intake
from shared.records.record_type import RecordType
from shared.testing.people import crossing, person
from shared.testing.process import ApiProcess, api_process
from tests.bench.load import post_all
from tests.bench.portal_intake import new_crossing

PEOPLE = 10_000
AT_ONCE = 2_000
DAY = date(2026, 6, 1)
CONNECTIONS = 64
WARM_UP = 2_000


async def load(engine: AsyncEngine, record_type: RecordType[Any], facts: list[Any]) -> None:
    """Puts facts on record, some at a time."""
    for start in range(0, len(facts), AT_ONCE):
        await intake.submit(engine, record_type, facts[start : start + AT_ONCE], PORTAL)


def entry() -> BorderCrossing:
    """Of somebody who may stay for a while and never left."""
    return BorderCrossing.model_validate(crossing(person=person(citizenship="KOR")))


def status(number: int) -> KandasStatus:
    """One that holds no longer."""
    return KandasStatus.model_validate(
        {
            "source_id": f"K-{number}",
            "case": f"C-{number}",
            "member": "applicant",
            "person": person(),
            "country_of_origin": "UZB",
            "region": "75",
            "state": "granted",
            "applied_on": "2024-01-10",
            "decided_on": "2024-02-01",
            "valid_until": "2025-01-31",
        }
    )


async def overstays(engine: AsyncEngine) -> int:
    async with engine.begin() as connection:
        await inbox.confirm(connection, "permits", datetime(2200, 1, 1, tzinfo=UTC))
    return (await overstay_run.run(engine, DAY, PORTAL)).recorded


async def expiries(engine: AsyncEngine) -> int:
    return (await kandas_status.expire(engine, kandas_status.KANDAS)).expired


async def timed(name: str, engine: AsyncEngine, run: Callable[[AsyncEngine], Awaitable[int]]) -> None:
    """Prints what the run took for the first time, when it concerns everybody, and for the second, when nobody."""
    took = []
    for concerned in (PEOPLE, 0):
        begun = time.perf_counter()
        if (found := await run(engine)) != concerned:
            raise RuntimeError(f"{found} found, not {concerned}")
        took.append(time.perf_counter() - begun)
    print(f"S13_{name} {took[0]:.1f} s goal=5 again={took[1]:.1f} over={PEOPLE} n=1", flush=True)


def keep_asking(port: int, token: dict[str, str], under_way: Event, ended: Event) -> None:
    """Single intake by as many connections as keep the portal busy, for a process of its own, of people whom the run
    does not find."""
    while not ended.is_set():
        bodies = [orjson.dumps(leaving()) for _ in range(WARM_UP)]
        asyncio.run(post_all(port, "/v1/border-crossings", token, bodies, CONNECTIONS))
        under_way.set()


def leaving() -> dict[str, Any]:
    """An exit of somebody with a document of a state of their own: this process counts people from one, too."""
    body = new_crossing() | {"direction": "exit"}
    body["person"]["document"]["issuing_state"] = "TJK"
    return body


@contextmanager
def intake_at_full_speed(api: ApiProcess) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    under_way, ended = context.Event(), context.Event()
    asking = context.Process(target=keep_asking, args=(api.port, api.token("border"), under_way, ended))
    asking.start()
    try:
        if not under_way.wait(60):
            raise RuntimeError("no intake came under way")
        yield
    finally:
        ended.set()
        asking.join()


async def beside_intake(database: Database, keys: Path) -> None:
    """The run over as many others, while the portal takes crossings."""
    engine = make_engine(database.app_url)
    await load(engine, CROSSINGS, [entry() for _ in range(PEOPLE)])
    async with api_process("portal", database, keys) as api:
        with intake_at_full_speed(api):
            await timed("overstays_beside_intake", engine, overstays)
    await engine.dispose()


async def main(server: Server, keys: Path) -> None:
    portal = await server.ensure_database("portal")
    kandas = await server.ensure_database("kandas")
    for service, made in (("portal", portal), ("kandas", kandas)):
        await asyncio.to_thread(upgrade, service, made.owner_url)
    engines = make_engine(portal.app_url), make_engine(kandas.app_url)
    await load(engines[0], CROSSINGS, [entry() for _ in range(PEOPLE)])
    await load(engines[1], kandas_status.STATUSES, [status(number) for number in range(PEOPLE)])
    await timed("overstays", engines[0], overstays)
    await timed("expiries", engines[1], expiries)
    for engine in engines:
        await engine.dispose()
    await beside_intake(portal, keys)


if __name__ == "__main__":
    tune_gc()
    with reachable_directory() as directory:
        server = Server(directory / "postgres", durable=True)
        server.start()
        try:
            asyncio.run(main(server, directory / "issuer"))
        finally:
            server.stop()
