"""What other registers make of a person's migrations that rest on a missing crossing: a mark of doubt, and which signs
speak."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import orjson
from pydantic import BaseModel, Field

from services.accounting.rules.estimates.sign_kinds import TOLD, groups, month_of, owner_of, signs_of
from services.accounting.rules.estimates.signs import Signs
from services.accounting.rules.estimates.support import Support, spoken, weigh
from services.accounting.rules.figures.flow_figures import period_of
from services.accounting.rules.persons.people import People


class SpeakingSign(BaseModel):
    """A sign of life (rules/estimates/signs.SignKind) in a month (2026-05), and what it shows of the person."""

    month: str
    sign: str
    shows: Literal["here", "abroad"]


class Weighed(BaseModel):
    """What the signs of other registers make of a migration by M1216R that rests on a missing crossing, or on mere
    absence of one. The verdict stands as it is (IMM_UNSUPPORTED, EMI_UNSUPPORTED count the doubted ones)."""

    support: Literal["supported", "unsupported"]
    signs: list[SpeakingSign] = Field(description="those within the window that were looked at; empty: none spoke")


def weighed(people: People, facts: Sequence[tuple[int, str, str]]) -> list[Weighed | None]:
    """Of each crossing of one person, None where there is nothing to weigh. `facts`: key, kind and body of the
    others in effect."""
    key = int(people.keys[0]) if len(people.keys) else 0  # of one person: any of the keys leads to them
    signs = signs_of(people, [(key, kind, orjson.loads(body)) for _, kind, body in facts if kind in TOLD])
    group = groups(people.lengths, people.crossings, signs)
    months, arrivals = month_of(people.crossings["day"]), people.crossings["arrival"].astype(np.bool_)
    states = people.crossings["state"]
    support = weigh(owner_of(people), months.astype(np.int64), arrivals, states, signs, group)
    found = zip(support.tolist(), months.tolist(), arrivals.tolist(), strict=True)
    return [_weighed(Support(each), month, arrival, signs) for each, month, arrival in found]


def _weighed(support: Support, month: int, arrival: bool, signs: Signs) -> Weighed | None:
    if support is Support.NOT_WEIGHED:
        return None
    speaking = [
        SpeakingSign(
            month=str(period_of("M", each.month)),
            sign=each.kind.name.lower(),
            shows="here" if each.here else "abroad",
        )
        for each in spoken(month, arrival, signs)
    ]
    return Weighed(support="supported" if support is Support.SUPPORTED else "unsupported", signs=speaking)
