"""Facts of the kandas register about ethnic Kazakhs abroad whom public pages name, and about cultural centres there.

Source: concept of migration policy 2017-2021 (decree 602 of 29.09.2017), section 4.3, and plan, item 12: an electronic
base of notable ethnic Kazakhs and cultural centres abroad. Nobody stands in it with more than a public page says.
"""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import contradiction, not_before
from shared.events.envelope import Fact
from shared.events.wire import Country, PastDate, SourceId, Text, on

NotableField = Literal[
    "science", "education", "culture", "business", "sport", "public_service", "religion", "media", "other"
]

WebPage = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:\d+)?(/[!-~]*)?$", max_length=500)]

_ABROAD = contradiction(
    "must be the other country, not Kazakhstan itself", "country", found=lambda country: country == "KAZ"
)


class NotableKazakh(Fact, producer="kandas", name="notable_kazakh", version=1):
    """An ethnic Kazakh abroad who is known for something, as a public page says."""

    source_id: SourceId
    name: Text = Field(description="as the page writes it")
    name_kazakh: Text | None = Field(None, description="in Kazakh Cyrillic, where it is known")
    country: Country = Field(description="where they live")
    city: Text | None = None
    field: NotableField
    known_for: Text = Field(description="what the page says of their work; nothing of their private life")
    page: WebPage = Field(description="the public page that says so")
    seen_on: PastDate = Field(description="when the page was last read")

    DAYS = on("seen_on")
    CONTRADICTIONS = (_ABROAD,)


class CulturalCentre(Fact, producer="kandas", name="cultural_centre", version=1):
    """A cultural centre of Kazakhs abroad, as its public page says."""

    source_id: SourceId
    name: Text
    country: Country
    city: Text
    activities: Text | None = Field(None, description="what it does")
    page: WebPage = Field(description="its public page")
    founded_on: PastDate | None = None
    closed_on: PastDate | None = None
    seen_on: PastDate = Field(description="when the page was last read")

    DAYS = on("seen_on")
    CONTRADICTIONS = (_ABROAD, not_before("closed_on", "founded_on"))
