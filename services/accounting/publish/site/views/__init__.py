"""The views of the site, in the order in which they are listed."""

from collections.abc import Mapping
from typing import Final

from services.accounting.publish.site.view import View
from services.accounting.publish.site.views import (
    abroad,
    ages,
    balance,
    citizenship,
    contradictions,
    countries,
    country,
    defacto,
    emigration,
    forecasts,
    internal,
    kandas,
    labour,
    official,
    permits,
    population,
    protection,
    purposes,
    quota,
    regions,
    revisions,
    sectors,
    students,
    targets,
    undercount,
)

VIEWS: Final[Mapping[str, View]] = {
    each.name: each
    for each in (
        balance.VIEW,
        countries.VIEW,
        country.VIEW,
        citizenship.VIEW,
        regions.VIEW,
        ages.VIEW,
        purposes.VIEW,
        population.VIEW,
        official.VIEW,
        forecasts.VIEW,
        revisions.VIEW,
        emigration.VIEW,
        undercount.VIEW,
        abroad.VIEW,
        contradictions.VIEW,
        labour.VIEW,
        permits.VIEW,
        sectors.VIEW,
        quota.VIEW,
        kandas.VIEW,
        internal.VIEW,
        defacto.VIEW,
        students.VIEW,
        protection.VIEW,
        targets.VIEW,
    )
}
HOME: Final = balance.VIEW
"""What `/{language}/` shows."""
