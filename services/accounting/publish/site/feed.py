"""The feed of changes (Atom, RFC 4287): releases, and what became new in views and methods (`changes.toml`)."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from services.accounting.publish.invented import notice_in
from services.accounting.publish.site.about import PUBLISHER, Issued
from services.accounting.publish.site.words import words_of
from shared import clock
from shared.kernel.codes import Language

ADDRESS: Final = "/data/changes.atom"
_NAME: Final = "tag:kosh,2026"


def feed(
    releases: Sequence[Issued], language: Language, origin: str, *, invented: bool = False
) -> tuple[str, datetime]:
    """The feed, and when it last changed; the newest entry first. `invented`: nobody whom the releases count exists."""
    words = words_of("", language)
    entries = [*_changes(language, origin)]
    for release in releases:
        title = words["feed_release"].format(day=words.day(release.cut_at.astimezone(clock.ALMATY).date()))
        address = f"{origin}/v1/releases/{release.id}/differences"
        entries.append((release.cut_at, f"{_NAME}:release:{release.id}", title, address))
    entries.sort(reverse=True)
    changed = entries[0][0]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
        f"<id>{_NAME}:changes</id><title>{escape(words['feed_title'])}</title><updated>{_moment(changed)}</updated>",
        *([f"<subtitle>{escape(': '.join(notice_in(language)))}</subtitle>"] if invented else []),
        f"<author><name>{PUBLISHER}</name></author>",
        f'<link rel="self" href="{escape(origin)}{ADDRESS}?lang={language}"/>',
        f'<link rel="alternate" type="text/html" href="{escape(origin)}/{language}/"/>',
        *(
            f"<entry><id>{id}</id><title>{escape(title)}</title><updated>{_moment(at)}</updated>"
            f'<link href="{escape(address)}"/></entry>'
            for at, id, title, address in entries
        ),
        "</feed>",
    ]
    return "\n".join(lines), changed


def _changes(language: Language, origin: str) -> list[tuple[datetime, str, str, str]]:
    return [
        (_noon(change["on"]), f"{_NAME}:{change['id']}", change[language], f"{origin}/{language}/{change['path']}")
        for change in _read()["change"]
    ]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("changes.toml").read_text(encoding="utf-8"))
