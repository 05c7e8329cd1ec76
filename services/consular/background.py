"""What the consular register does without being asked: it seals its access log."""

from shared.audit import anchors
from shared.background import Background

BACKGROUND = Background(jobs=anchors.jobs("consular"))
