"""What is known of the sources and of the period that the figures cover, for those who read."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounting.rules.residence.reckoning import Coverage


class State(NamedTuple):
    """`position` and `newest` are those of the newest event seen: its place in the register's outbox, and when it
    happened. `seen` events were read; of these `repeated` changed nothing, `parked` are set aside and `skipped` are not
    wanted. `epoch` is that of the position; `went_back`: the register was found not to hold what was read."""

    position: int
    newest: datetime | None
    seen: int
    repeated: int
    parked: int
    skipped: int
    stopped: str | None
    epoch: str | None = None
    went_back: bool = False


UNSEEN = State(0, None, 0, 0, 0, 0, None)

_STATES = text("""
SELECT s.source, s.position, s.newest, s.seen, s.repeated,
    (SELECT count(*) FROM parked_event p WHERE p.source = s.source AND skipped_at IS NULL),
    (SELECT count(*) FROM parked_event p WHERE p.source = s.source AND skipped_at IS NOT NULL),
    s.stopped, s.epoch, s.went_back
FROM source_state s
""")
_POSITIONS = text("SELECT source, part, position FROM source_position WHERE transport = :transport")
_WITHOUT_LIKENESS = text("SELECT count FROM derived.claims_without_likeness")
_COUNTED = text("SELECT register_start, obs_end FROM derived.counted")


async def states(connection: AsyncConnection) -> dict[str, State]:
    """Of every source that was ever read."""
    return {row[0]: State(*row[1:]) for row in await connection.execute(_STATES)}


async def positions(connection: AsyncConnection, transport: str) -> dict[str, dict[int, int]]:
    """How far each source was read, by part."""
    found: dict[str, dict[int, int]] = {}
    for source, part, position in await connection.execute(_POSITIONS, {"transport": transport}):
        found.setdefault(source, {})[part] = position
    return found


async def counted(connection: AsyncConnection) -> Coverage | None:
    """The period that the figures are computed for; None until the border feed has declared one."""
    row = (await connection.execute(_COUNTED)).one_or_none()
    return Coverage(*row) if row else None


async def claims_without_likeness(connection: AsyncConnection) -> int:
    """How many claims were stored before names were matched."""
    return int((await connection.execute(_WITHOUT_LIKENESS)).scalar_one())
