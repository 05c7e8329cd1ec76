"""What permits does without being asked: copies of entry bans, applications that lapse, the labour-risk map, what is
told of the quota and of staff, seals of the access log. Only when it is asked to: the check of the quota's ledger."""

from datetime import timedelta

from services.permits.cases import employer_staff, labour_risk, quota, quota_check, quota_told
from services.permits.cases.entry_ban import BANS
from services.permits.cases.lapse_run import lapse_daily
from shared.audit import anchors
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(
    copies=(BANS,),
    jobs=(
        Job("lapse-run", A_DAY, lapse_daily),
        Job("quota-take-effect", A_DAY, quota.take_effect),
        Job("quota-told", timedelta(hours=1), quota_told.tell_all),
        Job("staff-told", timedelta(hours=1), employer_staff.tell_all),
        Job("labour-risk-run", A_DAY, labour_risk.run_daily),
        Job("check-quota", None, quota_check.check),
        *anchors.jobs("permits"),
    ),
)
