"""Pages of other origins (CORS): figures for any of them, the rest for those that the operator names."""

from collections.abc import Callable

import httpx
import orjson
import pytest

from contracts.export import FOLDER
from shared.http.app import make_app
from shared.settings import ServiceSettings
from tests.shared.http.conftest import TokenFor, api, client_of

CABINET, STRANGER = "https://cabinet.example", "https://stranger.example"
Settings = Callable[..., ServiceSettings]


def opened(settings: ServiceSettings) -> httpx.AsyncClient:
    return client_of(make_app("small", "Small", settings, [api], open_paths=("/v1/figures",)))


async def preflight(client: httpx.AsyncClient, path: str, origin: str, method: str, *headers: str) -> httpx.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return await client.options(path, headers=asked | {"Access-Control-Request-Headers": ", ".join(headers)})


def granted(answer: httpx.Response, name: str) -> set[str]:
    return {each.strip().lower() for each in answer.headers.get(f"Access-Control-Allow-{name}", "").split(",")} - {""}


@pytest.mark.parametrize("frontends", ["", CABINET])
async def test_figures_are_read_by_any_page_without_a_token(settings_with: Settings, frontends: str) -> None:
    async with opened(settings_with(frontends=frontends)) as client:
        asked = await preflight(client, "/v1/figures", STRANGER, "GET", "if-none-match")
        read = await client.get("/v1/figures", headers={"Origin": STRANGER})
        head = await client.head("/v1/figures", headers={"Origin": STRANGER})
    assert asked.status_code == 204
    assert (granted(asked, "Methods"), granted(asked, "Origin")) == ({"get", "head"}, {"*"})
    assert "authorization" not in granted(asked, "Headers")
    assert {granted(answer, "Origin") == {"*"} for answer in (read, head)} == {True}
    assert not any("Access-Control-Allow-Credentials" in answer.headers for answer in (asked, read, head))


async def test_a_named_frontend_calls_everything_with_a_token(settings_with: Settings, as_role: TokenFor) -> None:
    async with opened(settings_with(frontends=f"https://other.example {CABINET}")) as client:
        asked = await preflight(client, "/v1/things/1", CABINET, "PUT", "authorization", "if-match", "content-type")
        answers = [
            await client.get("/v1/whoami", headers={"Origin": CABINET} | as_role(iin="900501300123")),
            await client.get("/v1/whoami", headers={"Origin": CABINET}),
            await client.get("/v1/nothing", headers={"Origin": CABINET}),
        ]
    assert (asked.status_code, granted(asked, "Origin")) == (204, {CABINET})
    assert "put" in granted(asked, "Methods")
    assert {"authorization", "if-match", "content-type"} <= granted(asked, "Headers")
    assert [(answer.status_code, granted(answer, "Origin")) for answer in answers] == [
        (200, {CABINET}), (401, {CABINET}), (404, {CABINET}),
    ]  # fmt: skip
    assert all("Origin" in answer.headers.get_list("Vary", split_commas=True) for answer in [asked, *answers])


async def test_a_frontend_may_send_and_read_every_header_that_a_contract_names(settings_with: Settings) -> None:
    """But for those that the Fetch Standard lets everybody read (3.2.4)."""
    sent, read = set[str](), set[str]()
    for document in (FOLDER / "http").glob("*.openapi.json"):
        found = orjson.loads(document.read_bytes())
        operations = [each for path in found["paths"].values() for each in path.values()]
        answers = [
            *found["components"]["responses"].values(),
            *(a for each in operations for a in each["responses"].values()),
        ]
        sent |= {
            one["name"].lower() for each in operations for one in each.get("parameters", []) if one["in"] == "header"
        }
        read |= {name.lower() for answer in answers for name in answer.get("headers", {})}
    async with opened(settings_with(frontends=CABINET)) as client:
        asked = await preflight(client, "/v1/things", CABINET, "POST", *sent)
        answer = await client.get("/v1/whoami", headers={"Origin": CABINET})
    exposed = {each.strip().lower() for each in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert (sent - granted(asked, "Headers"), read - exposed - {"content-language"}) == (set(), set())
    assert {"kosh-purpose", "kosh-batch"} <= sent | read
    assert {"retry-after", "www-authenticate"} <= exposed


@pytest.mark.parametrize("origin", [STRANGER, "null", f"{CABINET}.stranger.example", "http://cabinet.example", "*", ""])
async def test_whom_nobody_named_a_browser_lets_read_nothing_else(settings_with: Settings, origin: str) -> None:
    async with opened(settings_with(frontends=CABINET)) as client:
        asked = await preflight(client, "/v1/whoami", origin, "GET", "authorization")
        read = await client.get("/v1/whoami", headers={"Origin": origin})
    assert asked.status_code == 405
    assert granted(asked, "Origin") == granted(read, "Origin") == set()
    assert "Origin" in read.headers.get_list("Vary", split_commas=True), (
        "a cache keeps it apart from a frontend's answer"
    )


@pytest.mark.parametrize(
    "wrong", ["*", "null", "cabinet.example", "http://cabinet.example", f"{CABINET}/", f"{CABINET} *", "HTTPS://A.KZ"]
)
def test_what_is_no_origin_is_refused_at_start(settings_with: Settings, wrong: str) -> None:
    with pytest.raises(ValueError, match="KOSH_FRONTENDS names origins"):
        settings_with(frontends=wrong)
