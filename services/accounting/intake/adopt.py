"""The command `adopt`: reads all of a register's feed anew, and brings accounting to what it holds."""

import csv
from collections.abc import Sequence
from pathlib import Path

from services.accounting.cases.adopt import Lost, Tell, adopting
from services.accounting.intake.decode import READ, decode
from services.accounting.intake.run import LIMIT
from services.accounting.rules.persons.identity import Hashes
from shared.inbox.adopt import read_whole
from shared.inbox.source import Source


async def adopt(dsn: str, source: Source, hashes: Hashes, tell: Tell) -> list[Lost]:
    """Returns the records that were counted and that the register does not hold: they are withdrawn. `dsn` is the
    owner's. Raises SourceFailed where the register does not answer: nothing has changed then."""
    kinds = [fact.NAME for fact in READ.values() if source.name == fact.PRODUCER]
    epoch, position, seen = None, 0, 0
    async with adopting(dsn, source.name, kinds, tell) as adoption:
        async for delivery in read_whole(source, LIMIT):
            await adoption.add([decode(source.name, [event], hashes) for event in delivery.events])
            epoch, position, seen = delivery.epoch, delivery.reached, seen + len(delivery.events)
        tell(f"read {seen} events of {source.name}, up to position {position}")
        differing, lost = await adoption.finish(epoch, position)
        if adoption.renewed:
            tell(f"{adoption.renewed} claims got their likeness: a rebuild finds who is who by it")
    tell(f"{differing} records differed; {len(lost)} of them {source.name} does not hold: they are withdrawn")
    return lost


def write_lost(file: Path, lost: Sequence[Lost]) -> None:
    """One line for each record, for whoever asks the senders to repeat it."""
    with file.open("w", encoding="utf-8", newline="") as written:
        rows = csv.writer(written)
        rows.writerow(Lost._fields)
        rows.writerows(lost)
