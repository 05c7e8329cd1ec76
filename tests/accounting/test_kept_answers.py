"""What the public process keeps of its answers: of one release each, made once, within bounds, and told when stale."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from services.accounting.api.figures import edition, keeping, kept, looking
from services.accounting.api.figures.kept import AT_ONCE, KeptAnswers
from services.accounting.cases.figures.read_released import PublicStand
from shared import clock

NO_ROUTES = Starlette()
EACH_TIME, ONCE = 0.0, 3_600.0
"""Looks at the stand: at every question, or at the first alone."""


class House:
    """What answers are made of: its `release`, read twice for each, and `between` these."""

    def __init__(self) -> None:
        self.release, self.made, self.at_once, self.most = 1, 0, 0, 0
        self.between: Callable[[], object] = lambda: None
        self.open = asyncio.Event()
        self.open.set()
        self.away: Exception | None = None

    async def stand(self) -> PublicStand:
        if self.away:
            raise self.away
        day = datetime(2026, 1, self.release, tzinfo=UTC)
        return PublicStand(self.release, day, 0, 0, day)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.made, self.at_once = self.made + 1, self.at_once + 1
        self.most = max(self.most, self.at_once)
        first = self.release
        self.between()
        await self.open.wait()
        status = 404 if scope["path"] == "/kk/nothing" else 200
        body = f"{first} {self.release} {Request(scope).headers.get('if-none-match')}"
        self.at_once -= 1
        await PlainTextResponse(body, status)(scope, receive, send)


@pytest.fixture
def house() -> House:
    return House()


def asking(house: House, look: float, address: str = "192.0.2.1") -> httpx.AsyncClient:
    return of(KeptAnswers(house, house.stand, look), address)


def of(answers: KeptAnswers, address: str = "192.0.2.1") -> httpx.AsyncClient:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answers({**scope, "app": NO_ROUTES}, receive, send)

    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://figures.test")


async def test_an_answer_is_of_one_release_though_one_is_cut_while_it_is_made(house: House) -> None:
    client = asking(house, ONCE)
    await client.get("/kk/")

    def cut() -> None:
        house.release = 2

    house.between = cut
    answer = await client.get("/kk/balance")
    assert answer.text.startswith("2 2")
    assert (await client.get("/kk/")).text.startswith("2 2"), "what was kept of the release before is not given"
    assert answer.headers["etag"] == (await asking(house, ONCE).get("/kk/balance")).headers["etag"]


async def test_what_cannot_be_known_to_be_of_one_release_is_not_kept(house: House) -> None:
    client = asking(house, ONCE)

    def cut() -> None:
        house.release += 1

    house.between = cut
    assert "etag" not in (await client.get("/kk/")).headers, "a release each time that it is made"
    house.between = lambda: setattr(house, "away", OSError())
    assert "etag" not in (await client.get("/kk/")).headers, "nobody can look any more"
    assert (await client.get("/kk/nothing")).status_code == 404
    assert "etag" not in (await client.get("/kk/nothing")).headers


async def test_what_many_ask_for_is_made_once(house: House) -> None:
    client = asking(house, ONCE)
    house.open.clear()
    asked = [asyncio.create_task(client.get("/kk/")) for _ in range(20)]
    await _a_while()
    house.open.set()
    assert len({(await each).text for each in asked}) == 1
    assert house.made == 1


async def test_a_flood_of_questions_leaves_room_for_others(house: House) -> None:
    answers = KeptAnswers(house, house.stand, ONCE)
    flood, other = of(answers), of(answers, "198.51.100.1")
    assert (await flood.get("/kk/")).status_code == 200
    house.open.clear()
    asked = [asyncio.create_task(flood.get(f"/kk/?n={number}")) for number in range(60)]
    await _a_while()
    assert house.at_once == AT_ONCE / 2
    assert (await flood.get("/kk/")).status_code == 200, "what is kept waits for nobody"
    theirs = asyncio.create_task(other.get("/kk/balance"))
    await _a_while()
    assert house.at_once == AT_ONCE / 2 + 1, "who holds nothing gets a place at once"
    house.open.set()
    assert (await theirs).status_code == 200
    assert {(await each).status_code for each in asked} == {200}
    assert house.most <= AT_ONCE


async def _a_while() -> None:
    """All that can go on has gone on."""
    for _ in range(500):
        await asyncio.sleep(0)


async def test_what_is_made_too_slowly_is_asked_for_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MADE_WITHIN", 0.01)
    client = asking(house, ONCE)
    house.open.clear()
    slow = await client.get("/kk/")
    assert (slow.status_code, slow.headers["retry-after"]) == (503, "1")
    assert house.at_once == 1, "and goes on, in its place"
    house.open.set()
    await _a_while()
    assert (await client.get("/kk/")).status_code == 200
    assert house.made == 1


async def test_who_waits_too_long_is_told_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "WAIT", 0.01)
    client = asking(house, ONCE)
    house.open.clear()
    asked = [asyncio.create_task(client.get(f"/kk/?n={number}")) for number in range(AT_ONCE)]
    done, waiting = await asyncio.wait(asked, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    refused = {each.result().status_code for each in done}
    house.open.set()
    assert refused == {503}
    assert {(await each).status_code for each in waiting} <= {200, 503}
    assert (await client.get("/kk/")).status_code == 200, "places are given back"


async def test_who_holds_an_answer_is_told_so_by_a_process_that_never_made_it(house: House) -> None:
    first = await asking(house, ONCE).get("/kk/", headers={"Accept-Language": "ru-RU, ru;q=0.9"})
    made, other = house.made, KeptAnswers(house, house.stand, EACH_TIME)
    held = {"If-None-Match": first.headers["etag"], "Accept-Language": "ru"}
    for told in (held, {**held, "If-None-Match": f'"x", {first.headers["etag"].removeprefix("W/")}'}):
        answer = await of(other).get("/kk/", headers=told)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", first.headers["etag"])
    assert house.made == made
    other_language = {**held, "Accept-Language": "en"}
    assert (await of(other).get("/kk/", headers=other_language)).text == "1 1 None"
    assert (await of(other).get("/kk/", headers={"If-None-Match": "*"})).status_code == 304
    house.release = 2
    assert (await of(other).get("/kk/", headers=held)).text.startswith("2 2")


async def test_another_edition_of_the_code_gives_other_tags(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (await asking(house, ONCE).get("/kk/")).headers["etag"]
    monkeypatch.setattr(keeping, "edition", lambda: edition.edition() + "of tomorrow")
    assert (await asking(house, ONCE).get("/kk/")).headers["etag"] != before


async def test_while_the_database_is_away_what_is_kept_is_given_with_its_age(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(looking, "monotonic", lambda: now[0])
    client = asking(house, looking.LOOK)
    first = await client.get("/kk/")
    house.away = OSError()
    now[0] += looking.LOOK
    assert "age" not in (await client.get("/kk/")).headers
    now[0] += 600
    stale = await client.get("/kk/")
    assert (stale.text, stale.headers["age"]) == (first.text, "603")
    house.away, house.release = None, 2
    now[0] += looking.LOOK
    fresh = await client.get("/kk/")
    assert fresh.text.startswith("2 2")
    assert "age" not in fresh.headers


async def test_a_database_that_hangs_holds_nobody_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 0.01)
    answers = KeptAnswers(house, house.stand, EACH_TIME)
    client = of(answers)
    first = await client.get("/kk/")
    hanging = asyncio.Event()

    async def hang() -> PublicStand:
        await hanging.wait()
        raise OSError

    monkeypatch.setattr(answers._looking, "_look_up", hang)
    assert [(await client.get("/kk/")).text for _ in range(3)] == [first.text] * 3
    monkeypatch.setattr(asyncio, "wait", None)  # who comes later waits for nothing
    assert (await client.get("/kk/")).text == first.text
    hanging.set()


async def test_what_is_kept_stays_within_its_bounds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MEMORY", 200_000)
    held = keeping.Keeping()
    for number in range(300):
        question = (str(number) * 10_000,) if number % 3 else (str(number),)
        held.add(question, keeping.Answer(200, [], b"x" * (number * 100), {}))
        held.add(question, keeping.Answer(200, [], b"x" * (number * 100), {}))
        assert held._size == sum(keeping._size(*each) for each in held._kept.items()) <= 200_000
    monkeypatch.setattr(keeping, "LARGEST", 10)
    held.clear()
    held.add(("much",), keeping.Answer(200, [], b"x" * 11, {}))
    assert (held.get(("much",)), held._size) == (None, 0)


@pytest.mark.parametrize(
    ("address", "year"),
    [
        ("/data/balance.csv?release=2026-01-01", True),
        ("/data/balance.csv?release=2026-01-01&release=", False),
        ("/data/balance.csv?release=2026-01-02", False),
        ("/data/balance.metadata.json?release=2026-01-01", False),
        ("/sdmx/v1/data/DF_FLOW/all?asOf=2026-01-01", True),
        ("/sdmx/v1/data/DF_FLOW/all?asOf=2026-01-01T23:59:59%2B05:00", True),
        ("/sdmx/v1/data/DF_FLOW/all?asOf=0001-01-01T00:00:00%2B14:00", False),
        ("/v1/releases/1", True),
        ("/v1/releases/3", False),
        (f"/v1/releases/{'9' * 5_000}", False),
        ("/v1/releases/٣", False),
    ],
)
async def test_only_what_names_a_cut_release_may_be_kept_for_a_year(house: House, address: str, year: bool) -> None:
    house.release = 2
    answer = await asking(house, ONCE).get(address)
    assert ("immutable" in answer.headers["cache-control"]) is year


async def test_what_is_due_is_asked_anew_each_day(house: House) -> None:
    client = asking(house, ONCE)
    for day in (1, 1, 2):
        with clock.set_to(datetime(2026, 3, day, tzinfo=UTC)):
            await client.get("/v1/reports")
            await client.get("/kk/")
    assert house.made == 3
