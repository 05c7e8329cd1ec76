"""`python -m services.kandas api|relay|background|migrate|expiry-run`."""

from typing import TYPE_CHECKING

from services.kandas.background import BACKGROUND
from shared.command import main
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from fastapi import FastAPI


def _make_app(settings: ServiceSettings) -> "FastAPI":
    from services.kandas.app import make_app  # here: only the API's own process loads its routes

    return make_app(settings)


main("kandas", _make_app, background=BACKGROUND)
