"""What kandas does without being asked."""

from services.kandas.cases.kandas_status import expire_daily
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(jobs=(Job("expiry-run", A_DAY, expire_daily),))
