"""The three languages of everything public, chosen by a reader's Accept-Language (RFC 9110, 12.5.4)."""

from typing import Final

from services.accounting.publish.preferences import by_preference
from shared.kernel.codes import Language

LANGUAGES: Final[tuple[Language, ...]] = ("kk", "ru", "en")
STATE_LANGUAGE: Final[Language] = "kk"
LANGUAGE_NAMES: Final[dict[Language, str]] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}


def preferred(header: str | None, default: Language) -> Language:
    """The first of our languages that the reader accepts, `default` where none is named."""
    for tag, _ in by_preference(header or ""):
        primary = tag.lower().partition("-")[0]
        if primary in LANGUAGES:
            return primary
    return default


def in_order(first: Language) -> list[Language]:
    """All three, the one that a reader prefers first."""
    return [first, *(each for each in LANGUAGES if each != first)]
