"""Facts of the kandas register: centres that house who came, and who is housed there."""

from itertools import pairwise
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.events.contradictions import contradiction, not_before
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import Date, PastDate, ReckonedDate, Region, SourceId, Text, WireModel, during, on

CentreKind = Literal["placement", "adaptation"]
"""Of temporary placement before the status, or of adaptation and integration with it."""

MOST_ORDERS = 200


class CentreOrder(WireModel):
    """How many places a centre has from a day on, and by which act; 0 closes it."""

    holds_from: Date
    places: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    act: Text


class Centre(Fact, producer="kandas", name="centre", version=1):
    """A centre of temporary placement, or of adaptation and integration, with every order of its places.

    An order holds until the day before the next one; before the first, of the day on which it opens, there are none.
    """

    source_id: SourceId
    kind: CentreKind
    region: Region
    name: Text
    opened_on: Date
    orders: Annotated[tuple[CentreOrder, ...], Field(max_length=MOST_ORDERS, description="by day")]

    DAYS = on("opened_on")
    CONTRADICTIONS = (
        contradiction(
            "each order of a centre holds from a later day than the one before it",
            "orders",
            found=lambda orders: any(one.holds_from >= other.holds_from for one, other in pairwise(orders)),
        ),
        contradiction(
            "the first order of a centre holds from the day on which it opens",
            "orders",
            "opened_on",
            found=lambda orders, opened_on: not orders or orders[0].holds_from != opened_on,
        ),
    )


class CentreStay(Fact, producer="kandas", name="centre_stay", version=1):
    """One person's place in a centre, from `since` to `until`, both days included.

    `centre` and `status` are ids: of the centre, and of the kandas status that was applied for or granted. `ended_on`
    is the first day on which the person no longer has the place: who `left` before, whose `ground` was gone (the
    status decided on, or ended), whose `term` is over.
    """

    source_id: SourceId
    centre: UUID
    status: UUID
    kind: CentreKind
    region: Region = Field(description="region of the centre")
    person: Person
    state: Literal["placed", "ended"]
    since: ReckonedDate
    until: ReckonedDate
    ended_on: PastDate | None = None
    end_reason: Literal["left", "ground", "term"] | None = None

    DAYS = during("since", "ended_on", "until")
    CONTRADICTIONS = (
        contradiction(
            "ended_on is given when the stay has ended, and only then",
            "ended_on",
            "state",
            found=lambda ended_on, state: (ended_on is not None) != (state == "ended"),
        ),
        contradiction(
            "end_reason is given when the stay has ended, and only then",
            "end_reason",
            "state",
            found=lambda end_reason, state: (end_reason is not None) != (state == "ended"),
        ),
        not_before("until", "since"),
        not_before("ended_on", "since"),
    )


class AdaptationCourse(Fact, producer="kandas", name="adaptation_course", version=1):
    """One person's adaptation course: offered, attended since `attended_on`, passed on `passed_on`."""

    source_id: SourceId
    person: Person
    region: Region = Field(description="region in which the course is held")
    state: Literal["offered", "attended", "passed"]
    offered_on: PastDate
    attended_on: PastDate | None = Field(None, description="first day on which the person attended")
    passed_on: PastDate | None = None

    DAYS = during("offered_on", "passed_on", "attended_on")
    CONTRADICTIONS = (
        contradiction(
            "attended_on is given when the course is attended, or was",
            "attended_on",
            "state",
            found=lambda attended_on, state: (attended_on is None) != (state == "offered"),
        ),
        contradiction(
            "passed_on is given when the course was passed, and only then",
            "passed_on",
            "state",
            found=lambda passed_on, state: (passed_on is not None) != (state == "passed"),
        ),
        not_before("attended_on", "offered_on"),
        not_before("passed_on", "attended_on"),
    )
