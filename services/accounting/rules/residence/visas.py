"""What a visa says that its holder comes for, by its category (joint order of 24.11.2016 on visas).

A category tells a purpose only where its name in `contracts/codes/visa_categories.csv` is that of one purpose: the act
was not read in the original, so nothing is concluded beyond the names.
"""

from typing import Final

from services.accounting.rules.residence.history import Kind

PURPOSES: Final = {
    **dict.fromkeys(("A1", "A2", "A3", "A4"), Kind.VISA_OFFICIAL),
    **dict.fromkeys(("A5", "B1", "B2", "B3", "C5"), Kind.VISA_BUSINESS),
    **dict.fromkeys(("B8", "C1"), Kind.VISA_PERMANENT),
    **dict.fromkeys(("C4", "C6"), Kind.VISA_WORK),
    "B10": Kind.VISA_PRIVATE,
    "B12": Kind.VISA_TOURISM,
    "C2": Kind.VISA_FAMILY,
    "C9": Kind.VISA_STUDY,
    "C12": Kind.VISA_TREATMENT,
}
"""By category the kind of sign."""

TELLS_NO_PURPOSE: Final = {
    "C3": "of work, and of the family of workers as well: their permit tells which",
    **dict.fromkeys(("A6", "B9", "B9-1", "B12-1"), "a quality of the person who is admitted, not what for"),
    **dict.fromkeys(("B4", "B5"), "crews and drivers pass, at work for somebody abroad: as declared"),
    **dict.fromkeys(("B6", "C7", "C8"), "religious and humanitarian: the list of purposes has no code"),
    "B7": "an internship may be work or study",
    "B11": "whoever adopts a child takes it home: as declared",
}
"""By category why it is no ground."""
