"""Which totals may be told: none of so few citizens that they are persons ([000] 3: personal data are protected).

Within the ministries that are entitled to totals; what the public reads, accounting publishes.
"""

from shared.kernel.norms import Norm


def shown(citizens: int, norm: Norm) -> bool:
    """Whether a group of so many citizens may be told."""
    return citizens >= norm.whole()
