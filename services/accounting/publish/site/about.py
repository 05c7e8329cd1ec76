"""What stands beside every view's figures: the release, the next one, licence and citation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.accounting.publish.invented import InventedNotice, notice_in
from services.accounting.publish.site.reading import Shown
from services.accounting.publish.site.words import Wording
from shared import clock
from shared.kernel.codes import Language

LICENCE: Final = "CC BY 4.0"
LICENCE_ADDRESS: Final = "https://creativecommons.org/licenses/by/4.0/"
"""Proposed by the project, until the body that publishes decides: decision 0075."""
PUBLISHER: Final = "Kosh"


@dataclass(frozen=True, slots=True)
class Issued:
    """A vintage of the figures: its number, when it was cut, by which version of the method, and when the next is
    due."""

    id: int
    cut_at: datetime
    method_version: str | None
    next_due: date


@dataclass(frozen=True, slots=True)
class About:
    """`released`: the day since when the figures stand as they are, or that of the release that has none of
    them. `origin`: scheme and host under which this server is asked. `invented`: nobody whom it counts exists."""

    released: date | None
    release: Issued | None
    origin: str
    invented: bool = False

    @classmethod
    def of(cls, shown: Shown, releases: Sequence[Issued], origin: str, *, invented: bool = False) -> "About":
        """`releases`: the newest first."""
        newest = next((each for each in releases if each.cut_at <= shown.changed_at), releases[0] if releases else None)
        since = shown.changed_at if shown.rows else newest.cut_at if newest else None
        return cls(since.astimezone(clock.ALMATY).date() if since else None, newest, origin.rstrip("/"), invented)

    def notice(self, language: Language) -> InventedNotice | None:
        """What is to be said before any figure; None where there is nothing."""
        return notice_in(language) if self.invented else None

    def citation(self, shown: Shown, words: Wording) -> str:
        release = f"{words['feed_release'].format(day=words.day(self.released))}. " if self.released else ""
        address = self.origin + shown.address.on_site(words.language)
        cited = words["citation"].format(title=words["title"], release=release, address=address, licence=LICENCE)
        notice = self.notice(words.language)
        return f"{cited} {notice.mark}." if notice else cited
