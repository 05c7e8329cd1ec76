"""`python -m services.kandas api|relay|background|migrate|expiry-run`."""

from services.kandas.app import BACKGROUND, make_app
from shared.service import main

main("kandas", make_app, background=BACKGROUND)
