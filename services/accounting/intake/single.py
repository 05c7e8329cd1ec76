"""A batch that the database refuses is taken in halves, down to the event at fault, so that one event cannot block all
that follow: it alone is parked."""

import logging

from services.accounting.cases.batch import EventBatch
from services.accounting.cases.writer import Writer
from services.accounting.intake.decode import decode, parked
from services.accounting.rules.persons.identity import Hashes
from shared.db.outages import REFUSALS, is_refusal

log = logging.getLogger(__name__)


async def ingest(writer: Writer, batch: EventBatch, hashes: Hashes) -> None:
    """Takes the batch in, whole if possible, else all but what alone cannot be taken either; in one transaction."""
    try:
        await writer.take(batch)
    except REFUSALS as refusal:
        if not is_refusal(refusal):
            raise
        log.error("a batch of %s is refused: it is taken in parts", batch.source, exc_info=refusal)
        async with writer.transaction():
            await _halve(writer, batch.opened(), hashes)
            await writer.take(batch.without_events())


async def _take(writer: Writer, part: EventBatch, hashes: Hashes) -> None:
    try:
        await writer.take(part)
    except REFUSALS as refusal:
        if not is_refusal(refusal):
            raise
        if len(part.events) > 1:
            await _halve(writer, part, hashes)
            return
        log.error("an event of %s cannot be counted", part.source, exc_info=refusal)
        row = parked(part.events[0], part.places[0], f"cannot be counted: {type(refusal).__name__}")
        await writer.take(part.without_events(parked=[row]))


async def _halve(writer: Writer, whole: EventBatch, hashes: Hashes) -> None:
    middle = (len(whole.events) + 1) // 2
    for part in (slice(middle), slice(middle, None)):
        if whole.events[part]:
            half = decode(whole.source, whole.events[part], hashes, whole.places[part])
            half.transport = whole.transport
            await _take(writer, half, hashes)
