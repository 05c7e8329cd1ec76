"""`python -m services.permits api|relay|migrate`."""

from services.permits.app import make_app
from shared.service import main

main("permits", make_app)
