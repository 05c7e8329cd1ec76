"""Parked events that operators sent again: read from where they lie, as nothing of their content was kept."""

from collections.abc import Sequence

from services.accounting.cases.batch import EventBatch
from services.accounting.intake.decode import decode
from services.accounting.rules.persons.identity import Hashes
from services.accounting.rules.rows import ParkedMessage
from shared.inbox.source import Place, Source


async def read_again(source: Source, parked: Sequence[ParkedMessage], hashes: Hashes) -> tuple[EventBatch, list[int]]:
    """The batch of what is parked of one transport, and the ids of those where nothing lies any more.

    Raises SourceFailed.
    """
    transport, places = parked[0].transport or "", [_place_of(each) for each in parked]
    lying = iter(await source.again(transport, [place for place in places if place is not None]))
    events = [None if place is None else next(lying) for place in places]
    read = [
        (event, place, each.id) for event, place, each in zip(events, places, parked, strict=True) if event is not None
    ]
    batch = decode(source.name, [event for event, _, _ in read], hashes, [place for _, place, _ in read])
    batch.transport, batch.resent = transport, [id for _, _, id in read]
    return batch, [each.id for each, event in zip(parked, events, strict=True) if event is None]


def _place_of(parked: ParkedMessage) -> Place | None:
    return None if parked.part is None or parked.position is None else Place(parked.part, parked.position)
