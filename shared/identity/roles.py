"""The roles that a token may carry (claim `roles`): each agency's part, people for their own sake, and systems."""

ROLES = frozenset(
    {
        "border",  # Border Service: crossings
        "migration-police",  # Ministry of Internal Affairs: residence, violations, the registers of decree 148
        "clerk",  # who enters what hosts bring on paper
        "host",  # a person or enterprise that receives foreigners, known by IIN or BIN
        "notifier",  # a system through which hosts report: vmp, egov, e-Qonaq; the token's agency says which
        "permits-officer",  # local executive bodies: foreign labour
        "employer",  # an enterprise that employs foreigners, known by BIN
        "kandas-officer",  # local executive bodies: ethnic repatriates
        "consul",  # a mission abroad
        "citizen",  # whoever asks about themselves, known by IIN
        "education",  # the ministry of science: students here and abroad
        "insurance-fund",  # social medical insurance fund: who works here, from and until when
        "life-signs",  # an agency that tells when its register met a person, and reaches what names it
        "statistician",  # exact and fine figures
        "operator",  # who runs the system: its state, never its persons
        "system",  # one of our own services reading the feed of another: it decides nothing
    }
)

OWN_AFFAIRS = frozenset({"host", "employer", "citizen"})
"""Who acts for themselves: by their own IIN or BIN."""

OFFICERS = ROLES - OWN_AFFAIRS - {"system"}
"""Who acts for an agency: their tokens name it, and their requests the purpose."""

AGENTS = OFFICERS - {"notifier"}
"""Whose agency says what they reach. A notifier's says which system it is; it reaches what the host reaches for whom it
speaks."""
