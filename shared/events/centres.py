"""Facts of the kandas register: centres that house who came, and who is housed there."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import contradiction
from shared.events.envelope import Fact
from shared.events.wire import Date, Region, SourceId, Text, WireModel, on

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
