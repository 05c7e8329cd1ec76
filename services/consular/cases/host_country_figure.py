"""What host countries report about citizens of Kazakhstan: figures, no persons (C2).

The missions ask and enter the answers, so the consul writes; the labour ministry's statisticians read the figures with
their source and reliability beside them.
"""

from datetime import datetime

from services.consular.store.tables import host_country_figure
from shared import clock
from shared.events.consular import HostCountryFigure
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(figure: HostCountryFigure) -> datetime:
    return clock.start_of(figure.reported_on)


FIGURES = RecordType(
    fact=HostCountryFigure,
    table=host_country_figure,
    path="host-country-figures",
    writers=("consul",),
    readers=("consul", "statistician"),
    scope=belongs_to(
        host_country="country", everywhere_for={"statistician": "figures without persons, for the whole country"}
    ),
    time=_time,
    day="reported_on",
)
