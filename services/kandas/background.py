"""What kandas does without being asked: copies of departures, findings by them, statuses and stays end, versions of
quotas take effect and are told, the access log is sealed."""

from datetime import timedelta

from services.kandas.cases import leaving_finding, regional_quota_told
from services.kandas.cases.centre_stay import end_past_term
from services.kandas.cases.kandas_status import expire_daily
from services.kandas.cases.regional_quota import take_effect
from services.kandas.cases.residence_departure import DEPARTURES
from shared.audit import anchors
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(
    copies=(DEPARTURES,),
    jobs=(
        Job("expiry-run", A_DAY, expire_daily),
        Job("quota-take-effect", A_DAY, take_effect),
        Job("quota-told", timedelta(hours=1), regional_quota_told.tell_all),
        Job("centre-stays-end", A_DAY, end_past_term),
        Job("leaving-run", A_DAY, leaving_finding.run_daily),
        *anchors.jobs("kandas"),
    ),
)
