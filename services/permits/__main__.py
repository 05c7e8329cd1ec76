"""`python -m services.permits api|relay|background|migrate|lapse-run`."""

from services.permits.app import BACKGROUND, make_app
from shared.service import main

main("permits", make_app, background=BACKGROUND)
