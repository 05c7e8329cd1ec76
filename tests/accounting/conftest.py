"""Accounting's database, written through the very functions of the intake."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import islice

import asyncpg
import pytest

from deploy.local.postgres import Database
from services.accounting.cases.take_batch import take_batch
from services.accounting.intake.decode import decode
from services.accounting.rules.identity import Hashes
from shared.testing.postgres import FreshDatabase
from tests.accounting.world import Event

HASHES = Hashes(b"a secret of the tests alone")


@dataclass
class Accounting:
    """One writer on a fresh database."""

    database: Database
    connection: asyncpg.Connection

    async def take(self, events: Iterable[Event], size: int = 200) -> None:
        """Takes the events in, batch by batch."""
        coming = iter(events)
        while batch := list(islice(coming, size)):
            await take_batch(self.connection, decode("portal", batch, HASHES))


@pytest.fixture
async def accounting(fresh_database: FreshDatabase) -> AsyncIterator[Accounting]:
    database = await fresh_database("accounting")
    connection = await asyncpg.connect(database.app_url.replace("+asyncpg", ""))
    yield Accounting(database, connection)
    await connection.close()
