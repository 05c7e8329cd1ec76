"""The labour exchange and the register of labour contracts behind their ports: stand-ins that speak what is assumed of
them, and every way in which they may not answer (L5, L5b)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from services.permits.cases import labour_market as asking
from services.permits.labour_market.asking import AT_A_TIME, FAILURES, LARGEST, PAUSE
from services.permits.labour_market.port import LabourMarket, VacancyAnswer
from services.permits.labour_market.setup import make_labour_market
from shared.clock import ALMATY, set_to
from shared.http.answers import json_response
from shared.testing.api import Api
from shared.testing.serving import serving
from tests.permits import steps

IIN = "900501300120"
VACANCY = {"code": "V-1", "published_on": "2026-01-04", "closed_on": None}
CONTRACT = {"from": "2026-01-10", "until": None, "occupation": "welder"}
NOW = datetime(2026, 3, 2, 10, tzinfo=ALMATY)


@dataclass
class StandIn:
    """Both systems; `status` and `body` take the place of what they would say."""

    status: int = 200
    body: Any = None
    asked: list[Any] = field(default_factory=list)
    hold: asyncio.Event | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    vacancies: dict[str, dict[str, Any]] = field(default_factory=dict)
    together: int = 0
    most_together: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/vacancies/{code}")
        async def vacancy(code: str) -> Response:
            self.asked.append(code)
            self.heard.set()
            self.together += 1
            self.most_together = max(self.most_together, self.together)
            if self.hold:
                await self.hold.wait()
            self.together -= 1
            known = VACANCY | {"code": code} | self.vacancies.get(code, {})
            return self._answer(known if code.startswith("V-") else None)

        @app.post("/contracts:find")
        async def contracts(request: Request) -> Response:
            question = await request.json()
            self.asked.append(question)
            return self._answer({"contracts": [CONTRACT] if question["iin"] == IIN else []})

        return app

    def _answer(self, known: Any) -> Response:
        if self.body is not None or self.status != 200:
            return json_response(self.body, self.status)
        return json_response(known, 200) if known is not None else json_response({}, 404)


@pytest.fixture
async def connected() -> AsyncIterator[tuple[StandIn, LabourMarket]]:
    stand_in = StandIn()
    async with serving(stand_in.app()) as served, httpx.AsyncClient(timeout=5) as client:
        with set_to(NOW):
            yield stand_in, make_labour_market(client, enbek_url=served.url, esutd_url=f"{served.url}/")


async def test_what_they_do_not_tell_as_assumed_is_unknown_and_nothing_else(
    connected: tuple[StandIn, LabourMarket],
) -> None:
    stand_in, market = connected
    found = await market.vacancies.vacancy_of("V-1")
    assert (found.outcome, str(found.published_on), found.closed_on) == ("found", "2026-01-04", None)
    assert (await market.vacancies.vacancy_of("X-1")).outcome == "not_found"
    for body, status in (
        (VACANCY | {"code": "V-2"}, 200),
        (VACANCY | {"published_on": "2026-02-30"}, 200),
        (VACANCY | {"closed_on": "2026-01-03"}, 200),
        ({"contracts": [CONTRACT, CONTRACT | {"until": "1999-12-31"}]}, 200),
        ({"code": "V-1"}, 200),
        ([], 200),
        ("x" * (LARGEST + 1), 200),
        ({}, 500),
        ({}, 302),
    ):
        stand_in.body, stand_in.status = body, status
        assert await market.vacancies.vacancy_of("V-1") == VacancyAnswer("unknown"), body
        assert (await market.contracts.contracts_of(IIN, steps.EMPLOYER)).outcome == "unknown", body
    assert (await make_labour_market(httpx.AsyncClient()).vacancies.vacancy_of("V-1")).outcome == "unknown"


async def test_who_fails_is_left_alone_for_a_while_and_who_is_slow_is_not_waited_for_by_all(
    connected: tuple[StandIn, LabourMarket],
) -> None:
    stand_in, market = connected
    stand_in.status = 503
    for _ in range(FAILURES + 2):
        assert (await market.vacancies.vacancy_of("V-1")).outcome == "unknown"
    assert len(stand_in.asked) == FAILURES
    stand_in.status, stand_in.hold = 200, asyncio.Event()
    assert (await market.vacancies.vacancy_of("V-1")).outcome == "unknown"
    with set_to(NOW + PAUSE + timedelta(seconds=1)):
        waiting = [asyncio.create_task(market.vacancies.vacancy_of("V-1")) for _ in range(AT_A_TIME + 4)]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert {each.result().outcome for each in done} == {"unknown"}, "no place is left for them"
        stand_in.hold.set()
        outcomes = [(await each).outcome for each in waiting]
    assert (outcomes.count("found"), outcomes.count("unknown")) == (AT_A_TIME, 4)


async def test_officers_and_employers_ask_within_their_reach_and_the_worker_sees_it(permits: Api) -> None:
    stand_in = StandIn()
    question = {"iin": IIN, "employer_bin": steps.EMPLOYER}
    path = "/v1/labour-contracts:find"
    with set_to(steps.DAY):
        await steps.register_employer(permits)
    unset = await permits.client.post(path, json=question, headers=steps.officer(permits))
    assert unset.json() == {"outcome": "unknown", "contracts": []}
    async with serving(stand_in.app()) as served, httpx.AsyncClient(timeout=5) as client:
        permits.app.state.labour_market = make_labour_market(client, enbek_url=served.url, esutd_url=served.url)
        own = await permits.client.post(path, json=question, headers=steps.employer(permits))
        nobody = await permits.client.post(
            path, json=question | {"iin": "910202300454"}, headers=steps.officer(permits)
        )
        for stranger in (
            steps.employer(permits, steps.OTHER_EMPLOYER),
            permits.token("permits-officer", agency="11"),
        ):
            assert (await permits.client.post(path, json=question, headers=stranger)).status_code == 404
        vacancy = await permits.client.get("/v1/vacancies/V-1", headers=steps.employer(permits))
        for code in ("..%2Fcontracts", "V 1", "x" * 41):
            assert (await permits.client.get(f"/v1/vacancies/{code}", headers=steps.officer(permits))).status_code in (
                404,
                422,
            )
    told = {"since": "2026-01-10", "until": None, "occupation": "welder"}
    assert own.json() == {"outcome": "found", "contracts": [told]}
    assert nobody.json() == {"outcome": "not_found", "contracts": []}
    assert vacancy.json() == {"code": "V-1", "outcome": "found"} | {
        "published_on": "2026-01-04",
        "closed_on": None,
    }
    assert stand_in.asked == [
        {"iin": IIN, "bin": steps.EMPLOYER},
        {"iin": "910202300454", "bin": steps.EMPLOYER},
        "V-1",
    ], "who is out of reach is not asked about"
    logged = await permits.rows("SELECT person_iin FROM access_log WHERE record_kind = 'labour_contract' ORDER BY id")
    assert [row["person_iin"] for row in logged] == [IIN, IIN, "910202300454"]


@pytest.fixture
async def hiring(permits: Api) -> AsyncIterator[tuple[Api, StandIn]]:
    """The register with an employer, a quota, and the exchange connected."""
    stand_in = StandIn()
    with set_to(steps.DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, steps.pool(200))
        async with serving(stand_in.app()) as served, httpx.AsyncClient(timeout=5) as client:
            permits.app.state.labour_market = make_labour_market(client, enbek_url=served.url)
            yield permits, stand_in


def wanting(*codes: str) -> dict[str, Any]:
    """An application whose employer says that each vacancy was published long ago."""
    said = [{"code": code, "published_on": "2016-01-04"} for code in codes]
    return steps.application(*(steps.worker(vacancy=vacancy) for vacancy in said))


async def judged(permits: Api, body: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Outcome and remedy of both checks of the vacancy, the same beforehand and by the decision."""
    path = f"{steps.APPLICATIONS}:check"
    checked = await permits.client.post(path, json=body, headers=steps.employer(permits))
    decided = await steps.decide(permits, await steps.submit(permits, body))
    assert checked.raise_for_status().json()["decision"] == decided["decision"]
    checks = {each["rule"]: (each["outcome"], each["remedy"]) for each in decided["decision"]["checks"]}
    return {rule: checks[rule] for rule in ("vacancy_term", "vacancy_code")}


async def test_a_decision_asks_the_exchange_and_refuses_only_by_what_it_says(hiring: tuple[Api, StandIn]) -> None:
    permits, stand_in = hiring
    stand_in.vacancies["V-late"] = {"published_on": "2026-02-16"}
    publish = "publish the vacancy of worker 2 on enbek.kz, wait 15 days and name its code"
    passed = ("passed", None)
    for code, expected in (
        ("V-2", (passed, passed)),
        ("V-late", (("failed", publish), passed)),
        ("X-1", (passed, ("failed", publish))),
    ):
        assert tuple((await judged(permits, wanting("V-1", code))).values()) == expected, code
    stand_in.status = 503
    assert tuple((await judged(permits, wanting("V-1", "X-1"))).values()) == (passed, ("unknown", None))
    granted = await permits.rows("SELECT status FROM work_permit_application ORDER BY id")
    assert [row["status"] for row in granted] == ["granted", "refused", "refused", "granted"]


async def test_each_code_is_asked_once_and_few_at_a_time_and_no_employer_of_another_region_is_asked_about(
    hiring: tuple[Api, StandIn],
) -> None:
    permits, stand_in = hiring
    submitted = await steps.submit(permits, wanting(*[f"V-{n // 2}" for n in range(40)]))
    stranger = permits.token("permits-officer", agency="11")
    path = f"{steps.APPLICATIONS}/{submitted['id']}/decision"
    assert (await permits.client.post(path, headers=steps.once(stranger, 1))).status_code == 404
    assert stand_in.asked == []
    assert (await steps.decide(permits, submitted))["status"] == "granted"
    assert sorted(stand_in.asked) == sorted(f"V-{n}" for n in range(20))
    assert stand_in.most_together <= asking.TOGETHER


async def test_while_the_exchange_is_asked_nothing_is_locked(hiring: tuple[Api, StandIn]) -> None:
    permits, stand_in = hiring
    stand_in.hold = asyncio.Event()
    submitted = await steps.submit(permits, wanting("V-1"))
    path = f"{steps.APPLICATIONS}/{submitted['id']}"
    headers = steps.once(steps.officer(permits), 1)
    deciding = asyncio.create_task(permits.client.post(f"{path}/decision", headers=headers))
    async with asyncio.timeout(30):
        await stand_in.heard.wait()
        body = {"reason": "no longer needed"}
        taken_back = await permits.client.post(
            f"{path}:withdraw", json=body, headers=steps.once(steps.employer(permits), 1)
        )
    assert taken_back.json()["status"] == "withdrawn", "it waited for nobody"
    stand_in.hold.set()
    assert (await deciding).status_code in (409, 412)


async def test_an_exchange_that_never_ends_its_answer_holds_no_decision_up(
    hiring: tuple[Api, StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    permits, stand_in = hiring
    monkeypatch.setattr(asking, "PATIENCE", 0.2)
    stand_in.hold = asyncio.Event()
    found = await judged(permits, wanting(*[f"V-{n}" for n in range(9)]))
    stand_in.hold.set()
    assert found["vacancy_code"] == ("unknown", None)
