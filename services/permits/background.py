"""What permits does without being asked: copies of entry bans, and applications that lapse."""

from services.permits.cases.entry_ban import BANS
from services.permits.cases.work_permit_application import lapse_daily
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(copies=(BANS,), jobs=(Job("lapse-run", A_DAY, lapse_daily),))
