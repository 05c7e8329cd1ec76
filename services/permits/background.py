"""What permits does without being asked: copies of entry bans, applications that lapse, seals of the access log."""

from services.permits.cases.entry_ban import BANS
from services.permits.cases.lapse_run import lapse_daily
from shared.audit import anchors
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(copies=(BANS,), jobs=(Job("lapse-run", A_DAY, lapse_daily), *anchors.jobs("permits")))
