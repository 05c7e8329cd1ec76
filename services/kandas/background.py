"""What kandas does without being asked: statuses and stays end, quotas take effect, the access log is sealed."""

from services.kandas.cases.centre_stay import end_past_term
from services.kandas.cases.kandas_status import expire_daily
from services.kandas.cases.regional_quota import take_effect
from shared.audit import anchors
from shared.background import Background
from shared.timer import A_DAY, Job

BACKGROUND = Background(
    jobs=(
        Job("expiry-run", A_DAY, expire_daily),
        Job("quota-take-effect", A_DAY, take_effect),
        Job("centre-stays-end", A_DAY, end_past_term),
        *anchors.jobs("kandas"),
    )
)
