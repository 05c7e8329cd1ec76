"""The views of the site, in the order in which they are listed."""

from collections.abc import Mapping
from typing import Final

from services.accounting.publish.site.view import View
from services.accounting.publish.site.views import balance, official

VIEWS: Final[Mapping[str, View]] = {
    each.name: each
    for each in (
        balance.VIEW,
        official.VIEW,
    )
}
HOME: Final = balance.VIEW
"""What `/{language}/` shows."""
