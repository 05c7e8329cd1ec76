"""`python -m services.kandas api|relay|migrate`."""

from services.kandas.app import make_app
from shared.service import main

main("kandas", make_app)
