"""A batch that the database refuses is taken event by event, so that one event cannot block all that follow."""

import logging

import asyncpg

from services.accounting.cases.batch import EventBatch
from services.accounting.cases.writer import Writer
from services.accounting.intake.decode import FAULTS, decode, parked
from services.accounting.rules.persons.identity import Hashes

log = logging.getLogger(__name__)

REFUSALS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, *FAULTS)
"""What tells of the batch itself; anything else (an outage, a missing table) would befall every batch alike."""


async def ingest_one_by_one(writer: Writer, batch: EventBatch, hashes: Hashes) -> None:
    """Takes the batch in, whole if possible. What alone cannot be taken either is parked."""
    try:
        await writer.take(batch)
    except REFUSALS as refusal:
        log.error("a batch of %s is refused: its events are taken one by one", batch.source, exc_info=refusal)
        for event in batch.events:
            await _take_one(writer, decode(batch.source, [event], hashes))
        await writer.take(batch.without_events())


async def _take_one(writer: Writer, single: EventBatch) -> None:
    try:
        await writer.take(single)
    except REFUSALS as refusal:
        reason = f"cannot be counted: {type(refusal).__name__}"
        log.error("an event of %s cannot be counted", single.source, exc_info=refusal)
        await writer.take(single.without_events(parked=[parked(single.events[0], reason)]))
