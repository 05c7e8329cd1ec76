"""Load through HTTP, as registers' users bring it: every request is repeated until it is answered for good, as a client
that lost its connection does, and the answer goes into the ledger."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson

from deploy.local import issuer
from deploy.local.system import System
from shared import clock
from shared.testing.people import crossing, person
from tests.chaos.ledger import Acknowledged, Ledger
from tests.consular.citizens import registration
from tests.kandas.families import lodgement

PASSING = {408, 429, 502, 503, 504}
"""Answers that ask to be sent again. 408: where we ourselves stood still with half a request sent."""
PAUSE = 0.2
LINES = 60
PLACES = 12
"""Of the quota: far fewer than are asked for."""
EMPLOYER = "200340001008"


class Load:
    """The clients of one run. `stopping`: no new request is begun, those under way are brought to their answers."""

    def __init__(self, system: System, seed: int) -> None:
        self.ledger = Ledger()
        self.stopping = False
        self.requests = 0
        self.repeated = 0
        self._system = system
        self._random = random.Random(seed)
        self.client = httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=40))
        self._run = f"{seed:x}"

    async def run(self) -> None:
        """Until `stopping` is set: travellers, files, corrections, applications, families, citizens abroad."""
        users: list[Callable[[int], Awaitable[None]]] = [self._cross, self._cross, self._send_file, self._revise]
        users += [self._revise, self._apply, self._apply, self._lodge, self._register_abroad]
        async with asyncio.TaskGroup() as group:
            for user in users:
                group.create_task(self._again_and_again(user))

    async def _again_and_again(self, user: Callable[[int], Awaitable[None]]) -> None:
        number = self._random.randrange(10**6)
        while not self.stopping:
            number += 1
            await user(number)

    async def prepare(self) -> None:
        """A border that has told everything, an employer whose staff allows everything, and a scarce quota."""
        today, officer = clock.today(), "permits-officer"
        told = {"register_start": "2021-01-01", "complete_through": (today - timedelta(days=1)).isoformat()}
        await self._ask("PUT", "portal", "/v1/feeds/berkut/coverage", "border", told)
        details = {"name": "Invented Systems LLP", "activity": "J", "region": "75"}
        await self._ask("PUT", "permits", f"/v1/employers/{EMPLOYER}", officer, details)
        staff = {"citizens": dict.fromkeys("1234", 100_000)}
        await self._ask("PUT", "permits", f"/v1/employers/{EMPLOYER}/staff/{today}", officer, staff)
        pools = [{"kind": "employer", "category": "3", "size": PLACES}]
        quota = {"act": "invented order", "pools": pools}
        await self._ask("PUT", "permits", f"/v1/quotas/{today.year}", officer, quota)

    async def _cross(self, number: int) -> None:
        body = self._named(crossing(country="UZB"), "B", number)
        await self._submit("portal", "border_crossing", "/v1/border-crossings", "border", body)

    async def _register_abroad(self, number: int) -> None:
        body = self._named(registration(), "C", number)
        await self._submit("consular", "consular_registration", "/v1/consular-registrations", "consul", body)
        await asyncio.sleep(PAUSE)

    async def _lodge(self, number: int) -> None:
        """A family of two: one case in one answer, an event for each member."""
        today = clock.today().isoformat()
        body = self._named(lodgement(on=today), "K", number)
        for place, each in enumerate(body["members"]):
            each["source_id"] = f"{body['source_id']}-{place}"
        answer = await self._ask("POST", "kandas", "/v1/kandas-applications", "kandas-officer", body)
        for sent, told in zip(body["members"], answer.json()["members"], strict=True):
            self.ledger.acknowledge("kandas", "kandas_status", sent, told["status_id"], 1)
        await asyncio.sleep(PAUSE)

    async def _apply(self, number: int) -> None:
        """An application for one place of the quota, lodged and decided."""
        today = clock.today()
        term = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=300)).isoformat()}
        vacancy = {"code": "V-1", "published_on": (today - timedelta(days=30)).isoformat()}
        worker = {"person": person(), "category": "3", "occupation": "25", "wage": 300_000, "vacancy": vacancy, **term}
        asked = {"employer_bin": EMPLOYER, "kind": "employer", "region": "75", "workers": [worker]}
        body, path = self._named(asked, "A", number), "/v1/work-permit-applications"
        lodged = (await self._ask("POST", "permits", path, "permits-officer", body)).json()
        headers = {"If-Match": f'"{lodged["version"]}"', "Idempotency-Key": f"decide {body['source_id']}"}
        decided = await self._ask(
            "POST", "permits", f"{path}/{lodged['id']}/decision", "permits-officer", None, headers
        )
        if decided.json()["status"] == "granted":
            self.ledger.granted.add(body["source_id"])
        await asyncio.sleep(PAUSE)

    async def _send_file(self, number: int) -> None:
        """A batch, cut in the middle as often as not, and sent again until its summary is read."""
        bodies = [self._named(crossing(country="UZB"), f"F{number}", line) for line in range(LINES)]
        self.ledger.unanswered |= {("portal", body["source_id"]) for body in bodies}
        while True:
            cut = self._random.randrange(LINES) if self._random.random() < 0.5 and not self.stopping else None
            try:
                answers = await self._batch(bodies, cut)
            except (httpx.TransportError, _Cut):
                answers = []
            if answers and "summary" in answers[-1]:
                break
            self.repeated += 1
            await asyncio.sleep(PAUSE)
        for body, told in zip(bodies, answers[:-1], strict=True):
            self.ledger.acknowledge("portal", "border_crossing", body, told["id"], 1)

    async def _batch(self, bodies: list[dict[str, Any]], cut: int | None) -> list[dict[str, Any]]:
        async def content() -> AsyncIterator[bytes]:
            for number, body in enumerate(bodies):
                if number == cut:
                    raise _Cut
                yield orjson.dumps(body) + b"\n"
                if number % 20 == 0:
                    await asyncio.sleep(0.01)

        self.requests += 1
        headers = self._token("border") | {"Content-Type": "application/x-ndjson"}
        url = f"{self._system.address('portal')}/v1/border-crossings:batch"
        answer = await self.client.post(url, content=content(), headers=headers)
        return [orjson.loads(line) for line in answer.text.splitlines()] if answer.status_code == 200 else []

    async def _revise(self, number: int) -> None:
        """A correction or withdrawal of something acknowledged, under a key: a repeat is answered as the first."""
        await asyncio.sleep(PAUSE / 10)
        held = [each for each in self.ledger.of("portal", "border_crossing") if not each.withdrawn]
        settled = [each for each in held if ("portal", each.source_id) not in self.ledger.unanswered]
        if not settled:
            return
        record = self._random.choice(settled)
        self.ledger.unanswered.add((record.service, record.source_id))
        path = f"/v1/border-crossings/{record.id}"
        headers = {"If-Match": f'"{record.version}"', "Idempotency-Key": f"revise {self._run} {number}"}
        if self._random.random() < 0.3:
            reason = {"reason": "entered twice"}
            answer = await self._ask("POST", "portal", f"{path}:withdraw", "border", reason, headers)
            self.ledger.withdraw(record, answer.json()["version"])
        else:
            corrected = record.body | {"purpose": self._random.choice(["study", "tourism", "private"])}
            change = {"record": corrected, "reason": "purpose misread"}
            answer = await self._ask("PUT", "portal", path, "border", change, headers)
            self.ledger.acknowledge("portal", record.fact, corrected, record.id, answer.json()["version"])

    async def _submit(self, service: str, fact: str, path: str, role: str, body: dict[str, Any]) -> None:
        self.ledger.unanswered.add((service, body["source_id"]))
        answer = (await self._ask("POST", service, path, role, body)).json()
        self.ledger.acknowledge(service, fact, body, answer["id"], answer["version"])

    async def _ask(
        self, method: str, service: str, path: str, role: str, body: Any, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """The answer for good. What was not answered, or answered as passing trouble, is asked again."""
        content = {} if body is None else {"json": body}
        while True:
            self.requests += 1
            try:
                answer = await self.client.request(
                    method,
                    f"{self._system.address(service)}{path}",
                    headers=self._token(role) | (headers or {}),
                    **content,
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in PASSING:
                assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
                return answer
            self.repeated += 1
            await asyncio.sleep(PAUSE)

    def _named(self, body: dict[str, Any], kind: str, number: int) -> dict[str, Any]:
        return body | {"source_id": f"{kind}-{self._run}-{number}"}

    def _token(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.mint(self._system.issuer, [role])}"}


class _Cut(Exception):
    """The client's own connection broke."""


def acknowledged_versions(records: list[Acknowledged]) -> set[tuple[str, int]]:
    """(record, version) of everything that was answered."""
    return {(record.id, version) for record in records for version in record.versions}
