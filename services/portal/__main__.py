"""`python -m services.portal api|relay|migrate|overstay-run`."""

from services.portal.app import make_app
from services.portal.cases.overstay_run import job
from shared.service import main

main("portal", make_app, jobs={"overstay-run": job})
