"""The standing hand-over of a person's records, beside the access log: who is passed them on, for what, since when.

Events reach their consumers by the thousand and at once: a row for each person and batch would outgrow the records.
What is true of every version instead is the grant (contracts/topics.yaml): a person is told the grants for the kinds
of records that the log knows of them.
"""

from datetime import date
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field
from sqlalchemy import text

from shared.events.catalogue import FACTS
from shared.events.grants import Grant, grants_of, paths_of
from shared.http import routes
from shared.identity.callers import Caller, requires_iin

# What is passed on is about the person whom a record is about: whom it names beside (a host) stays here.
MINE = text("""
SELECT record_kind, CAST(min(at) AS date) FROM access_log
WHERE person_iin = :iin AND person_born IS DISTINCT FROM '' GROUP BY record_kind
""")

router = routes.router(tags=["access log"])


class PassedOn(BaseModel):
    """One kind of the person's records, and a service that is passed on each version of them."""

    receiver: str = Field(examples=["accounting"])
    purpose: str = Field(examples=["official statistics of migration"])
    record_kind: str = Field(examples=["border_crossing"])
    members: list[str] = Field(description="what of it is passed on, and nothing else", examples=[["person.iin"]])
    since: date = Field(description="first day of the grant, or of the person's first record of the kind if later")


class PassedOnList(BaseModel):
    """All of them; empty for who has no records here."""

    passed_on: list[PassedOn]


@router.get("/v1/me/access-log/passed-on", summary="To whom my records are passed on, and what of them")
async def my_passed_on(request: Request, caller: Annotated[Caller, requires_iin()]) -> PassedOnList:
    """For the person whose IIN the token carries: what other services are told of their records as a rule."""
    async with request.app.state.engine.connect() as connection:
        rows = await connection.execute(MINE, {"iin": caller.iin})
        first = {row[0]: row[1] for row in rows}
    told = [told_of(grant, type, first) for grant in grants_of(request.app.state.service) for type in grant.facts]
    return PassedOnList(passed_on=[each for each in told if each])


def told_of(grant: Grant, type: str, first: dict[str, date]) -> PassedOn | None:
    """What the person is told of the grant of one fact; `first` has the day of their first record of each kind."""
    kind = FACTS[type].NAME.partition(".")[0]
    if kind not in first:
        return None
    return PassedOn(
        receiver=grant.consumer,
        purpose=grant.purpose,
        record_kind=kind,
        members=paths_of(grant.facts[type]),
        since=max(grant.since, first[kind]),
    )
