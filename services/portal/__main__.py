"""`python -m services.portal api|relay|migrate`."""

from services.portal.app import make_app
from shared.service import main

main("portal", make_app)
