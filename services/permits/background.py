"""What permits does without being asked: copies of entry bans, applications that lapse, the labour-risk map, seals of
the access log."""

from services.permits.cases import labour_risk
from services.permits.cases.entry_ban import BANS
from services.permits.cases.work_permit_application import lapse_daily
from shared.audit import anchors
from shared.background import Background
from shared.timer import A_DAY, Job

RISK = Job("labour-risk-run", A_DAY, labour_risk.run_daily)
BACKGROUND = Background(copies=(BANS,), jobs=(Job("lapse-run", A_DAY, lapse_daily), RISK, *anchors.jobs("permits")))
