"""What kandas does without being asked: statuses whose time is over end, and the access log is sealed."""

from services.kandas.cases.kandas_status import expire_daily
from shared.audit import anchors
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(jobs=(Job("expiry-run", A_DAY, expire_daily), *anchors.jobs("kandas")))
