"""`python -m services.portal api|relay|background|migrate|overstay-run|signature-checks|signature-review`."""

from typing import TYPE_CHECKING

from services.portal.background import BACKGROUND
from shared.command import main
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def _make_app(settings: ServiceSettings) -> "FastAPI":
    from services.portal.app import make_app  # here: only the API's own process loads its routes

    return make_app(settings)


main("portal", _make_app, background=BACKGROUND)
