"""What must hold once all is calm: every acknowledged version is in the feed once, readable, and counted once."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson

from deploy.local import issuer
from deploy.local.system import System
from deploy.services import REGISTERS
from shared import clock
from shared.events.grants import CLIENT_PREFIX
from tests.chaos.ledger import Acknowledged, Ledger
from tests.chaos.load import PLACES

PATIENCE = 300.0
AT_A_TIME = 16
"""Records that are read at a time: a long run acknowledges a hundred thousand."""
FRESH = 60.0
"""Seconds for which a token is shown again."""
PATHS = {"border_crossing": "/v1/border-crossings", "consular_registration": "/v1/consular-registrations"}
ROLES = {"portal": "border", "consular": "consul"}


class Proof:
    """The findings of one run; none is what was promised."""

    def __init__(self, system: System, ledger: Ledger) -> None:
        self._system, self._ledger = system, ledger
        self._client = httpx.Client(timeout=60)
        self._tokens: dict[str, tuple[float, str]] = {}

    def findings(self) -> list[str]:
        """Everything that does not hold, in words that an operator understands; waits until accounting is settled."""
        with self._client:
            return [*self._settled(), *self._in_the_feeds(), *self._readable(), *self._counted(), *self._quota()]

    def _settled(self) -> Iterator[str]:
        deadline = time.monotonic() + PATIENCE
        while not (status := self._get("accounting", "/v1/status", "operator").json())["settled"]:
            if time.monotonic() > deadline:
                yield f"accounting does not settle: {orjson.dumps(status).decode()}"
                return
            time.sleep(0.5)
        if rejected := sum(source["rejected"] for source in status["sources"]):
            yield f"{rejected} events of our own registers are set aside"

    def _in_the_feeds(self) -> Iterator[str]:
        for service in REGISTERS:
            events = list(self._feed(service))
            told = Counter((event["subject"], event["recordversion"]) for event in events)
            wanted = {(held.id, version) for held in self._ledger.of(service) for version in held.versions}
            if doubled := [key for key, times in told.items() if times > 1]:
                yield f"{service}: {len(doubled)} versions are in the feed more than once, as {doubled[0]}"
            if lost := wanted - told.keys():
                yield f"{service}: {len(lost)} acknowledged versions are not in the feed, as {min(lost)}"
            if unknown := self._unacknowledged(service, events):
                yield f"{service}: {len(unknown)} records in the feed were never sent, as {min(unknown)}"

    def _unacknowledged(self, service: str, events: list[dict[str, Any]]) -> set[str]:
        sent = {held.source_id for held in self._ledger.of(service)}
        sent |= {source_id for register, source_id in self._ledger.unanswered if register == service}
        kinds = {held.fact for held in self._ledger.of(service)}
        told = {e["data"]["source_id"] for e in events if any(f".{kind}." in f".{e['type']}." for kind in kinds)}
        return told - sent

    def _readable(self) -> Iterator[str]:
        asked = [each for each in self._ledger.records.values() if each.fact in PATHS and not self._is_open(each)]
        with ThreadPoolExecutor(AT_A_TIME) as readers:
            for held, found in zip(asked, readers.map(self._state, asked), strict=True):
                if found != (held.version, held.withdrawn):
                    yield f"{held.service}: a record was answered for as version {held.version} and is {found}"

    def _state(self, held: Acknowledged) -> tuple[int, bool] | None:
        answer = self._get(held.service, f"{PATHS[held.fact]}/{held.id}", ROLES[held.service])
        return (answer.json()["version"], answer.json()["withdrawn"]) if answer.status_code == 200 else None

    def _counted(self) -> Iterator[str]:
        """Each record in effect names its person once; each crossing is classified and in the figures once."""
        lines = self._lines("/v1/identities")
        told = Counter((line["source"], line["source_id"]) for line in lines)
        for service in ("portal", "consular", "kandas"):
            held = {(service, each.source_id) for each in self._ledger.of(service) if not each.withdrawn}
            gone = {(service, each.source_id) for each in self._ledger.of(service) if each.withdrawn}
            open_ones = self._ledger.unanswered
            if missing := held - told.keys() - open_ones:
                yield f"{service}: {len(missing)} records are not counted, as {min(missing)}"
            if left := (gone & told.keys()) - open_ones:
                yield f"{service}: {len(left)} withdrawn records are still counted, as {min(left)}"
        if doubled := [key for key, times in told.items() if times > 1]:
            yield f"{len(doubled)} records are counted more than once, as {doubled[0]}"
        crossings = {line["source_id"] for line in lines if line["fact"].startswith("border_crossing")}
        classified = Counter(line["source_id"] for line in self._lines("/v1/classifications?method=M1216"))
        if classified != Counter(dict.fromkeys(crossings, 1)):
            yield f"{len(crossings)} crossings are in effect and {classified.total()} are classified"
        if (figure := self._entries()) != len(crossings):
            yield f"{len(crossings)} crossings are in effect and {figure} are in the figures"

    def _entries(self) -> int:
        path = "/sdmx/v1/data/DF_BORDER/M.ENTRIES.REGISTER.KZ._T._T?startPeriod=2026-03&endPeriod=2026-03&format=csv"
        header, *rows = [line.split(",") for line in self._get("accounting", path, "statistician").text.splitlines()]
        return sum(int(float(row[header.index("OBS_VALUE")])) for row in rows)

    def _quota(self) -> Iterator[str]:
        (pool,) = self._get("permits", f"/v1/quotas/{clock.today().year}", "permits-officer").json()["pools"]
        taken = pool["reserved"] + pool["used"]
        if pool["size"] != PLACES or taken + pool["left"] != pool["size"] or pool["left"] < 0:
            yield f"the quota does not add up: {orjson.dumps(pool).decode()}"
        if taken < len(self._ledger.granted):
            yield f"{len(self._ledger.granted)} applications were granted on {taken} places"

        summed = [sum(move[name] for move in self._movements()) for name in ("size", "reserved", "used")]
        if summed != [pool["size"], pool["reserved"], pool["used"]]:
            yield f"the quota's ledger sums up to {summed}, not to {orjson.dumps(pool).decode()}"

    def _movements(self) -> list[dict[str, Any]]:
        """The whole ledger of the year's quota, page by page."""
        moves: list[dict[str, Any]] = []
        while True:
            path = f"/v1/quotas/{clock.today().year}/ledger?after={moves[-1]['position'] if moves else 0}"
            page = self._get("permits", path, "permits-officer").json()
            if not page:
                return moves
            moves += page

    def _is_open(self, held: Acknowledged) -> bool:
        return (held.service, held.source_id) in self._ledger.unanswered

    def _feed(self, service: str) -> Iterator[dict[str, Any]]:
        after = 0
        while True:
            answer = self._get(service, f"/v1/events?after={after}&limit=5000", "system", client_id=ACCOUNTING)
            events: list[dict[str, Any]] = answer.json()
            yield from events
            if int(answer.headers["Kosh-Position"]) == after:
                return
            after = int(answer.headers["Kosh-Position"])

    def _lines(self, path: str) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self._get("accounting", path, "statistician").text.splitlines()]

    def _get(self, service: str, path: str, role: str, **claims: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token(role, **claims)}"}
        return self._client.get(f"{self._system.address(service)}{path}", headers=headers)

    def _token(self, role: str, **claims: Any) -> str:
        minted, token = self._tokens.get(f"{role} {claims}", (0.0, ""))
        if time.monotonic() - minted > FRESH:
            minted, token = time.monotonic(), issuer.mint(self._system.issuer, [role], **claims)
            self._tokens[f"{role} {claims}"] = minted, token
        return token


ACCOUNTING = f"{CLIENT_PREFIX}accounting"
