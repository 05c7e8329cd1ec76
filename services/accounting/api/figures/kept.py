"""Answers to everybody, kept in memory until what they are made of changes (6-qualities S11).

What everybody reads changes with a release and with a loaded file alone: `PublicStand` names both, and is looked up
every few seconds, not at each question. An answer's ETag is made of the stand and the question, so that whoever holds
it is told so (304) without a query, by whichever process; an answer that was given before is given again.

An answer is of one stand as a whole, however often it reads: the stand is looked up again once it is made, and where it
has become another one the answer is made anew. Few are made at a time, each once, and nobody crowds others out; what is
kept waits for none of them. While the database is away what is kept is given on, and `Age` says for how long nobody
could say that it holds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.accounting.api.figures.keeping import Answer, Keeping, Question, give, question_of, tag_of, unchanged
from services.accounting.api.figures.looking import LOOK, Looking
from services.accounting.cases.figures.read_released import PublicStand
from shared.http.limits import Places, address_of
from shared.http.problems import problem

AT_ONCE: Final = 8
"""Answers that are made at a time, of which one client has half at most: each takes a processor and much memory."""
WAIT: Final = 10.0  # seconds for the turn to make one
MADE_WITHIN: Final = 30.0  # seconds until who asks is told to come again: a database that is frozen says nothing
TRIES: Final = 3  # as often as releases may be cut while one answer is made
ANY: Final = "*"  # of If-None-Match
_ROUTE: Final = ("route", "endpoint", "path_params", "fastapi")
"""What the router notes of the route that answered: logs, metrics and spans name it."""
_NOT_KEPT: Final = ("/health/", "/version", "/metrics", "/openapi", "/assets/")
"""What operators ask, and files that are in memory already."""
_CONDITIONS: Final = (b"if-none-match", b"if-modified-since")


class KeptAnswers:
    """ASGI, within everything that an API has around it: limits, metrics, cross-origin headers."""

    def __init__(self, app: ASGIApp, look_up: Callable[[], Awaitable[PublicStand]], look: float = LOOK) -> None:
        self._app, self._kept = app, Keeping()
        self._looking = Looking(look_up, look, self._kept.clear)
        self._under_way: set[Question] = set()
        self._places, self._changed = Places(AT_ONCE), asyncio.Condition()
        self._making: set[asyncio.Task[Answer]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(_NOT_KEPT):
            await self._app(scope, receive, send)
            return
        await self._looking.in_time()
        held, question = _conditions_of(scope), question_of(scope)
        stand, answer = self._looking.stand, self._kept.get(question)
        if stand is not None and (tag := tag_of(stand, question)) in held:
            answer = unchanged(scope, stand, tag, answer)
        elif answer is None:
            answer = await self._once(scope, question)
        if ANY in held and answer.status == 200 and stand is not None:
            answer = unchanged(scope, stand, tag_of(stand, question), answer)
        scope.update(answer.routed)
        await give(answer, self._looking.age(), send)

    async def _once(self, scope: Scope, question: Question) -> Answer:
        """The answer, of which whoever asks for it first makes it for all."""
        client = address_of(scope)
        try:
            async with asyncio.timeout(WAIT):
                found = await self._turn(question, client)
        except TimeoutError:
            return _come_again()
        if found is not None:
            return found
        making = asyncio.create_task(self._made_in_turn(scope, question, client))
        self._making.add(making)
        making.add_done_callback(self._making.discard)
        done, _ = await asyncio.wait({making}, timeout=MADE_WITHIN)
        return making.result() if done else _come_again()

    async def _made_in_turn(self, scope: Scope, question: Question, client: str) -> Answer:
        try:
            return await self._made(scope, question)
        finally:
            self._places.leave(client)
            self._under_way.discard(question)
            async with self._changed:
                self._changed.notify_all()

    async def _turn(self, question: Question, client: str) -> Answer | None:
        """What another has made meanwhile; None once it is the client's turn, who holds a place from then on."""
        async with self._changed:
            while (kept := self._kept.get(question)) is None:
                if question not in self._under_way and self._places.take(client):
                    self._under_way.add(question)
                    break
                await self._changed.wait()
        return kept

    async def _made(self, scope: Scope, question: Question) -> Answer:
        """The answer of the route, kept if it is a good one that is known to be of one stand."""
        for _ in range(TRIES):
            stand, answer = self._looking.stand, await _answer_of(self._app, scope)
            if answer.status != 200 or not await self._looking.now():
                break
            if stand is not None and stand == self._looking.stand:
                answer = answer.marked(scope, stand, tag_of(stand, question))
                self._kept.add(question, answer)
                break
        return answer


def _come_again() -> Answer:
    busy = problem(503, headers={"Retry-After": "1"})
    return Answer(503, busy.raw_headers, bytes(busy.body), {})


def _conditions_of(scope: Scope) -> frozenset[str]:
    """The tags of what who asks holds, taken out of the request: an answer is made whole. Since when, says nothing."""
    told = b",".join(value for name, value in scope["headers"] if name == _CONDITIONS[0]).decode("latin-1")
    scope["headers"] = [each for each in scope["headers"] if each[0] not in _CONDITIONS]
    return frozenset(each.strip().removeprefix("W/") for each in told.split(","))


async def _answer_of(app: ASGIApp, scope: Scope) -> Answer:
    start: Message = {}
    parts: list[bytes] = []

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def hear(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, nothing, hear)
    routed = {name: scope[name] for name in _ROUTE if name in scope}
    return Answer(start["status"], list(start["headers"]), b"".join(parts), routed)
