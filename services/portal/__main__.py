"""`python -m services.portal api|relay|background|migrate|overstay-run|signature-checks`."""

from services.portal.app import BACKGROUND, make_app
from shared.service import main

main("portal", make_app, background=BACKGROUND)
