"""Every stay is ended by at most one exit, the first after its entry, whatever the order of what comes in (P3, G4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from shared.testing.api import Api
from tests.portal.guests import correct, cross, foreigner, invited_with_visa, withdraw

START = datetime(2026, 3, 4, 8, tzinfo=ZoneInfo("Asia/Almaty"))


@dataclass
class Made:
    """A crossing as it stands now."""

    id: str
    direction: str
    at: datetime
    version: int = 1


def first_exit(made: Sequence[Made], entry: Made) -> str | None:
    """By the definition, from what stands at the end."""
    after = [each for each in made if each.direction == "exit" and each.at > entry.at]
    return min(after, key=lambda each: each.at).id if after else None


@pytest.mark.parametrize("seed", range(6))
async def test_every_stay_is_ended_by_at_most_one_exit(portal: Api, seed: int) -> None:
    random, guest = Random(seed), foreigner()
    visa = await invited_with_visa(portal, guest)
    days = random.sample(range(1, 60), 14)
    made: list[Made] = []
    for day in days[:8]:
        at, direction = START + timedelta(days=day), random.choice(["entry", "exit"])
        on_visa = visa if direction == "entry" else None
        made.append(Made(await cross(portal, guest, at.isoformat(), direction, visa_number=on_visa), direction, at))
    for day in days[8:]:
        one = random.choice(made)
        if random.random() < 0.3:
            await withdraw(portal, one.id, one.version)
            made.remove(one)
        else:
            one.at = START + timedelta(days=day)
            await correct(portal, one.id, one.version, crossed_at=one.at.isoformat())
            one.version += 1

    held = await portal.rows("SELECT source_id, CAST(exit AS text) AS exit FROM stay_registration WHERE NOT withdrawn")
    assert {row["source_id"]: row["exit"] for row in held} == {
        entry.id: first_exit(made, entry) for entry in made if entry.direction == "entry"
    }
