"""Courses of study across a border, as the ministry of science reports them: the consular register publishes them."""

from typing import Literal

from pydantic import Field

from shared.events.contradictions import contradiction, not_before
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import Country, Date, Region, SourceId, Text, during

StudyLevel = Literal["school", "vocational", "bachelor", "master", "doctor", "preparatory", "other"]


class Study(Fact, producer="consular", name="study", version=1):
    """A foreigner's course of study in Kazakhstan, or a citizen's abroad ([003], students).

    `country` and `region` say where the institution stands; `since` and `until` are the first and the last day.
    """

    source_id: SourceId
    person: Person
    country: Country
    region: Region | None = Field(None, description="of Kazakhstan; null for a course abroad")
    institution: Text
    level: StudyLevel
    funding: Literal["state_grant", "bolashak", "intergovernmental", "own_means", "other"]
    since: Date
    until: Date | None = None

    DAYS = during("since", "until")
    CONTRADICTIONS = (
        contradiction(
            "of a citizen of Kazakhstan a course abroad is expected, of a foreigner one in Kazakhstan",
            "country",
            "person",
            found=lambda country, person: (country == "KAZ") == (person.citizenship == "KAZ"),
        ),
        contradiction(
            "region is given for a course in Kazakhstan, and only then",
            "region",
            "country",
            found=lambda region, country: (region is None) == (country == "KAZ"),
        ),
        contradiction(
            "Bolashak is a scholarship for citizens abroad",
            "funding",
            "country",
            found=lambda funding, country: funding == "bolashak" and country == "KAZ",
        ),
        not_before("until", "since"),
    )
