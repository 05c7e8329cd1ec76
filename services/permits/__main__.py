"""`python -m services.permits api|relay|background|migrate|lapse-run|check-quota`."""

from typing import TYPE_CHECKING

from services.permits.background import BACKGROUND
from shared.command import main
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def _make_app(settings: ServiceSettings) -> "FastAPI":
    from services.permits.app import make_app  # here: only the API's own process loads its routes

    return make_app(settings)


main("permits", _make_app, background=BACKGROUND)
