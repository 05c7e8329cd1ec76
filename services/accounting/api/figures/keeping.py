"""What is kept of answers to everybody, within bounds, and what each says of itself to caches (RFC 9111)."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Self
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Scope, Send

from services.accounting.api.figures.cacheable import VARY, listed
from services.accounting.api.figures.edition import edition
from services.accounting.cases.figures.read_released import PublicStand
from services.accounting.publish.languages import preferred
from shared import clock
from shared.http.compression import takes_gzip
from shared.http.routes import route_at

LARGEST: Final = 4 * 2**20  # bytes of an answer that is kept
MEMORY: Final = 64 * 2**20  # bytes of all that are kept
OVERHEAD: Final = 2_000  # bytes beside a question and its answer, about
YEAR: Final = "public, max-age=31536000, immutable"
MINUTE: Final = "public, max-age=60, stale-if-error=86400"
_NUMBER: Final = re.compile("[0-9]{1,19}")
_OURS: Final = (b"etag", b"cache-control", b"last-modified")

Question = tuple[str, ...]
"""All of a request that its answer depends on."""


class Answer(NamedTuple):
    """An answer as it is sent, and what the router said of it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    routed: Mapping[str, Any]

    def marked(self, scope: Scope, stand: PublicStand, tag: str) -> Self:
        """The same with our validators in place of its own."""
        others = [(name, value) for name, value in self.headers if name.lower() not in _OURS]
        return self._replace(headers=[*others, *_validators(scope, stand, tag)])


class Keeping:
    """The answers that were asked for last, as many as MEMORY holds."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Question, Answer] = OrderedDict()
        self._size = 0

    def get(self, question: Question) -> Answer | None:
        if (found := self._kept.get(question)) is not None:
            self._kept.move_to_end(question)
        return found

    def add(self, question: Question, made: Answer) -> None:
        """Leaves out what is too large."""
        if len(made.body) > LARGEST:
            return
        former = self._kept.pop(question, None)
        self._size += _size(question, made) - (_size(question, former) if former else 0)
        self._kept[question] = made
        while self._size > MEMORY:
            self._size -= _size(*self._kept.popitem(last=False))

    def clear(self) -> None:
        self._kept.clear()
        self._size = 0


def _size(question: Question, kept: Answer) -> int:
    """Questions can be longer than their answers."""
    return OVERHEAD + sum(map(len, question)) + len(kept.body)


def question_of(scope: Scope) -> Question:
    """By the host, too: files and pages name their own addresses, and whoever asks chooses what they say there. Headers
    count by what is made of them, since browsers write them in a hundred ways; of reports the day, too, since their
    list says what is due."""
    asked, path = Headers(scope=scope), scope["path"]
    languages = listed(asked, "accept-language") or ""
    return (
        scope["scheme"],
        asked.get("host", ""),
        path,
        scope["query_string"].decode("latin-1"),
        (listed(asked, "accept") or "") if path.startswith("/sdmx/") else "",
        preferred(languages, "kk"),
        preferred(languages, "en"),
        "gzip" if takes_gzip(asked.get("accept-encoding")) else "",
        str(clock.today()) if path.startswith("/v1/reports") else "",
    )


def tag_of(stand: PublicStand, question: Question) -> str:
    """The opaque part of the ETag of a question's answer, the same from every process of this code."""
    text = "\0".join((edition(), str(stand), *question)).encode()
    return f'"{blake2b(text, digest_size=12).hexdigest()}"'


def unchanged(scope: Scope, stand: PublicStand, tag: str, kept: Answer | None) -> Answer:
    """304, for who holds the answer of that tag."""
    varies = (b"vary", f"{VARY}, Accept-Encoding".encode())
    routed = kept.routed if kept else {"route": route_at(scope["app"].routes, scope["path"])}
    return Answer(304, [varies, *_validators(scope, stand, tag)], b"", routed)


async def give(answer: Answer, age: int, send: Send) -> None:
    """Sends it. `age`: seconds since anybody could say that it still holds, if they are worth telling."""
    aged = [(b"age", str(age).encode())] if age else []
    await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, *aged]})
    await send({"type": "http.response.body", "body": answer.body})


def _validators(scope: Scope, stand: PublicStand, tag: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"etag", f"W/{tag}".encode()),
        (b"cache-control", (YEAR if _is_of_one_release(scope, stand) else MINUTE).encode()),
        (b"last-modified", format_datetime(stand.changed_at.astimezone(UTC), usegmt=True).encode()),
    ]


def _is_of_one_release(scope: Scope, stand: PublicStand) -> bool:
    """Whether the question names releases that are cut: by number, or by a day before that of the newest."""
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    if path.startswith("/v1/releases/"):
        number = path.removeprefix("/v1/releases/").partition("/")[0]
        return bool(_NUMBER.fullmatch(number)) and int(number) <= stand.release
    of_files = path.startswith("/data/") and not path.endswith(".metadata.json")  # these name the next release, too
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(asked.get("release" if of_files else "asOf", "").replace(" ", "+"))
        return moment.astimezone(UTC).date() < stand.cut_at.astimezone(UTC).date()
    return False
