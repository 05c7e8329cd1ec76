"""Problems in Kazakh, Russian or English by Accept-Language (RFC 9110, 12.5.4); else English.

What is said is decided far inside, in English; tables have each fixed sentence in all three, with `{name}` for what
differs from one occasion to the next: `sentences.csv` beside this module those of shared, `services/<service>/
sentences.csv` the service's own. What does not stand there stays English.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Self

import orjson
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.edge import header
from shared.http.problems import MEDIA_TYPE
from shared.kernel.codes import Language
from shared.kernel.decisions import Check

LANGUAGES: tuple[Language, ...] = ("en", "kk", "ru")
SHARED = Path(__file__).with_name("sentences.csv")
_SERVICES = Path(__file__).parents[2] / "services"
_PLACE = re.compile(r"\{(\w+)\}")
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in each language; `form` is what the English one looks like when it is said."""

    form: re.Pattern[str]
    said: Mapping[str, str]


class Languages:
    """Pure ASGI, outside of everything that answers problems; whatever else is answered passes untouched."""

    def __init__(self, app: ASGIApp, service: str | None = None) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: Message | None = None

        async def speaking(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_problem(message):
                held = message
            elif held is not None:
                start, held = held, None
                language = negotiated(header(scope["headers"], b"accept-language"))
                if language == "en":
                    _describe(start, "en")
                elif body := message.get("body"):
                    spoken, said_in = _spoken(orjson.loads(body), language, self._service)
                    message = {**message, "body": orjson.dumps(spoken)}
                    _describe(start, said_in, len(message["body"]))
                else:  # only the head is asked for
                    _describe(start, language, None)
                await send(start)
                await send(message)
            else:
                await send(message)

        await self._app(scope, receive, speaking)


def negotiated(accepted: str | None) -> Language:
    """The language that is preferred of those that there are (RFC 4647, 3.4: `kk-KZ` is served in kk)."""
    best: tuple[float, Language] = (0.0, "en")
    for part in (accepted or "").split(",")[:50]:
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        named = "en" if found[1] == "*" else found[1].lower()
        weight = float(found[2] or 1)
        for language in LANGUAGES:
            if named == language and weight > best[0]:
                best = weight, language
    return best[1]


@dataclass(frozen=True, slots=True)
class Speech:
    """What a request is answered in where an answer says more than a problem: the lines of a batch."""

    language: Language
    service: str | None = None

    @classmethod
    def of(cls, request: Request) -> Self:
        """In the language that the request prefers."""
        return cls(negotiated(request.headers.get("accept-language")), request.app.state.service)

    def say(self, sentence: str) -> str:
        """The sentence in that language, in English where it has no other."""
        return sentence if self.language == "en" else translated(sentence, self.language, self.service)

    def explained(self, check: Check) -> Check:
        """The check with what it says in that language."""
        remedy = check.remedy and self.say(check.remedy)
        return replace(check, explanation=self.say(check.explanation), remedy=remedy)

    @property
    def headers(self) -> dict[str, str]:
        """What is told of the language: what has no sentence of its own stays English."""
        named = "en" if self.language == "en" else f"{self.language}, en"
        return {"Content-Language": named, "Vary": "Accept-Language"}


@lru_cache(4_096)
def translated(sentence: str, language: Language, service: str | None = None) -> str:
    """The sentence, of shared or of the service, in that language; as it is where it is not known."""
    for known in _sentences(service):
        if found := known.form.fullmatch(sentence):
            inner = {name: translated(value, language, service) for name, value in found.groupdict().items()}
            return known.said[language].format_map(inner)
    return sentence


def table_of(service: str) -> Path:
    """The file with the service's own sentences."""
    return _SERVICES / service / "sentences.csv"


def rows_of(service: str | None) -> list[dict[str, str]]:
    """The rows of shared and those of the service, where it has any."""
    tables = [SHARED, *([table_of(service)] if service and table_of(service).exists() else [])]
    rows: list[dict[str, str]] = []
    for table in tables:
        with table.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


@cache
def _sentences(service: str | None) -> tuple[Sentence, ...]:
    """All sentences, those that say most by themselves first: a shorter one may fit a longer one's words too."""
    rows = sorted(rows_of(service), key=lambda row: len(_PLACE.sub("", row["en"])), reverse=True)
    return tuple(Sentence(_form(row["en"]), row) for row in rows)


def _form(sentence: str) -> re.Pattern[str]:
    literal = re.split(r"\{\w+\}", sentence)
    names = _PLACE.findall(sentence)
    named = (f"(?P<{name}>[^\\n]+?)" for name in names)
    return re.compile("".join(re.escape(text) + next(named, "") for text in literal))


def _spoken(problem: dict[str, Any], language: Language, service: str | None) -> tuple[dict[str, Any], str]:
    """The problem in that language, and the languages that it is written in: English too, where a sentence has no
    other."""
    says = [(problem, "title"), (problem, "detail"), *((fault, "detail") for fault in problem.get("errors", ()))]
    whole = True
    for part, member in says:
        english = part[member]
        part[member] = translated(english, language, service)
        whole = whole and part[member] != english
    return problem, language if whole else f"{language}, en"


def _is_problem(start: Message) -> bool:
    return header(start["headers"], b"content-type") == MEDIA_TYPE


def _describe(start: Message, languages: str, length: int | None = 0) -> None:
    """The headers that follow from the language; `length` is that of the content, None where it is not known, 0 where
    nothing was changed."""
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["Content-Language"] = languages
    headers.add_vary_header("Accept-Language")
    if length is None:
        del headers["Content-Length"]
    elif length:
        headers["Content-Length"] = str(length)
    start["headers"] = headers.raw
