"""S3: accounting's intake, from the feed's bytes to committed figures, against a bare consumer that decodes, validates
and inserts the same events with unnest. Both on a durable PostgreSQL of the bench's own, with the same collector.
The events are the portal's of a simulated country.

S9: after them, new records that come one by one, each from its bytes to its person and the commit, in turn with the
bare consumer of the same record."""

import argparse
import asyncio
import time
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import asyncpg
import orjson
import uvloop

from deploy.local.postgres import Server
from deploy.local.temporary import reachable_directory
from services.accounting.cases.batch import EventBatch
from services.accounting.cases.writer import Writer, acquire_writer
from services.accounting.intake import run as intake
from services.accounting.intake.decode import READ, decode
from services.accounting.intake.single import ingest
from services.accounting.intake.watch import IntakeMetrics
from services.accounting.rules.persons.identity import Hashes
from shared.db.migrate import upgrade
from shared.events.portal import FeedCoverage
from shared.inbox.source import LARGEST, Delivery, Event, Newest, Place, Positions, Unparsed, Unreadable
from shared.process import Telemetry, tune_gc
from tests.bench.country_feed import pages, stream
from tests.bench.figures import line

EVENTS = 200_000
ROUNDS = 5
AHEAD = 2  # pages decoded before they are waited for: at the end there are none, and a rate would not count decoding
ALONE = 200  # new records that come one by one
SECRET = b"the secret of a bench"
BARE = """INSERT INTO bare (source_id, direction, crossed_at, checkpoint, iin, document, state, surname, given_names,
    birth_date, sex, citizenship, purpose, country, version) SELECT * FROM unnest($1::text[], $2::text[],
    $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
    $12::text[], $13::text[], $14::text[], $15::int[]) ON CONFLICT DO NOTHING"""


class TimedWriter(Writer):
    """Remembers when each batch was committed."""

    def __init__(self, connection: asyncpg.Connection, batches: int) -> None:
        super().__init__(connection)
        self.committed: list[float] = []
        self.batches, self.done = batches, asyncio.Event()

    async def take(self, batch: EventBatch) -> int:
        taken = await super().take(batch)
        self.committed.append(time.perf_counter())
        if len(self.committed) == self.batches:
            self.done.set()
        return taken


class Pages:
    """A source that has its answers ready, as bytes: those of a backlog, as FeedSource hands them over."""

    name, transport = "portal", "feed"

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers

    async def read(self, after: Positions, limit: int, wait: float) -> Delivery:
        page = after.get(0, 0)
        if page == len(self.answers):
            await asyncio.sleep(3600)
        return Delivery([], {0: page + 1}, unparsed=Unparsed(self.answers[page], 0, LARGEST))

    async def again(self, transport: str, places: Sequence[Place]) -> list[Event | Unreadable | None]:
        return [None for _ in places]

    async def newest(self) -> Newest:
        return Newest(len(self.answers), {0: len(self.answers)})

    async def close(self) -> None: ...


async def counted(dsn: str, answers: list[bytes]) -> list[float]:
    """Takes all in; seconds at which each page was committed."""
    async with acquire_writer(dsn) as writer:
        timed = TimedWriter(writer.connection, len(answers))
        begun = time.perf_counter()
        watch = IntakeMetrics(Telemetry("bench"))
        work = asyncio.create_task(intake.Intake(timed, [Pages(answers)], Hashes(SECRET), watch).run())
        await timed.done.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    return [moment - begun for moment in timed.committed]


async def bare(dsn: str, answers: list[bytes]) -> list[float]:
    """The reference: the same events decoded, validated, inserted; seconds at which each page was committed."""
    committed = []
    connection = await asyncpg.connect(dsn)
    await connection.execute("DROP TABLE IF EXISTS bare")
    await connection.execute(
        "CREATE TABLE bare (source_id text, version int, direction text, crossed_at timestamptz, checkpoint text,"
        "iin text, document text, state text, surname text, given_names text, birth_date text, sex text,"
        "citizenship text, purpose text, country text, PRIMARY KEY (source_id, version))"
    )
    begun = time.perf_counter()
    for answer in answers:
        await _insert(connection, answer)
        committed.append(time.perf_counter() - begun)
    await connection.close()
    return committed


async def _insert(connection: asyncpg.Connection, answer: bytes) -> None:
    rows = [_row(event) for event in orjson.loads(answer) if event["type"] != FeedCoverage.TYPE]
    async with connection.transaction():
        await connection.execute(BARE, *map(list, zip(*rows, strict=True)))


async def alone(dsn: str) -> tuple[list[float], list[float]]:
    """New records, each the first that its country tells of somebody: microseconds of ours and of the bare consumer."""
    hashes, taken = Hashes(SECRET), (list[float](), list[float]())
    connection = await asyncpg.connect(dsn)
    async with acquire_writer(dsn) as writer:
        for answer in _new_records():
            begun = time.perf_counter()
            await ingest(writer, decode("portal", orjson.loads(answer), hashes), hashes)
            between = time.perf_counter()
            await _insert(connection, answer)
            taken[0].append((between - begun) * 1e6)
            taken[1].append((time.perf_counter() - between) * 1e6)
    await connection.close()
    return taken


def _new_records() -> Iterator[bytes]:
    """Of a country of another seed, under numbers of their own."""
    met = set[str]()
    for event in stream(ALONE * 20, seed=2):
        person = event["data"].get("person")
        if person and (who := str(person)) not in met and len(met) < ALONE:
            met.add(who)
            data = event["data"] | {"source_id": f"alone-{len(met)}"}
            yield orjson.dumps([event | {"subject": f"alone-{len(met)}", "data": data}])


def _row(event: dict[str, Any]) -> tuple[object, ...]:
    """What a record says of whom; members that only crossings have are null in the others."""
    fact: Any = READ[event["type"]].model_validate(event["data"], extra="ignore")
    person, document = fact.person, fact.person.document
    crossing = (getattr(fact, member, None) for member in ("direction", "crossed_at", "checkpoint"))
    return (
        fact.source_id, *crossing, person.iin, document and document.number, document and document.issuing_state,
        person.surname, person.given_names, person.birth_date, person.sex, person.citizenship,
        getattr(fact, "purpose", None), getattr(fact, "country", None), event["recordversion"],
    )  # fmt: skip


async def main(events: int, rounds: int, server: Server) -> None:
    answers = list(pages(events))
    total = sum(answer.count(b'"specversion"') for answer in answers)
    whole: list[tuple[float, float]] = []
    tail: list[tuple[float, float]] = []
    single: list[tuple[float, float]] = []
    for number in range(rounds):
        made = await server.ensure_database("accounting", name=f"bench_{number}")
        await asyncio.to_thread(upgrade, "accounting", made.owner_url)
        reference = await bare(server.dsn(made.name), answers)
        ours = await counted(server.dsn(made.name), answers)
        whole.append((total / ours[-1], reference[-1] / ours[-1]))
        tenth = max(len(answers) // 10, 1)
        last = tuple(each[-1 - AHEAD] - each[-1 - AHEAD - tenth] for each in (ours, reference))
        tail.append((total * tenth / len(answers) / last[0], last[1] / last[0]))
        mine, theirs = map(median, await alone(server.dsn(made.name)))
        single.append((mine, mine / theirs))
        await server.drop_database(made.name)
    for name, found in (("accounting_intake", whole), ("accounting_intake_last_tenth", tail)):
        values, ratios = zip(*found, strict=True)
        print(line(name, values, "events/s", ratios, "bare_consumer"), flush=True)
    values, ratios = zip(*single, strict=True)
    print(line("S9_new_record", values, "us", ratios, "bare_consumer"), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    tune_gc()
    with reachable_directory() as directory:
        server = Server(directory / "postgres")
        server.start()
        try:
            uvloop.run(main(chosen.events, chosen.rounds, server))
        finally:
            server.stop()
