"""Courses of study across the border, from the ministry of science's data: foreigners here, citizens abroad ([003])."""

from services.consular.store.tables import study
from shared import clock
from shared.events.study import Study
from shared.identity.scope import whole_country
from shared.records.record_type import RecordType

STUDIES = RecordType(
    fact=Study,
    table=study,
    path="studies",
    writers=("education",),
    readers=("education",),
    scope=whole_country("one ministry holds the data of all institutions and of all scholarships"),
    time=lambda course: clock.start_of(course.since),
    day="since",
)
