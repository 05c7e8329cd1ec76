"""What kandas does without being asked: statuses end, versions of quotas take effect, the access log is sealed."""

from services.kandas.cases.kandas_status import expire_daily
from services.kandas.cases.regional_quota import take_effect
from shared.audit import anchors
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(
    jobs=(
        Job("expiry-run", A_DAY, expire_daily),
        Job("quota-take-effect", A_DAY, take_effect),
        *anchors.jobs("kandas"),
    )
)
