"""`python -m services.consular api|relay|migrate`."""

from services.consular.app import make_app
from shared.service import main

main("consular", make_app)
