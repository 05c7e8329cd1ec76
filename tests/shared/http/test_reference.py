"""The reference of an API as pages: all that the document says, from this server alone."""

import json
import re
from collections.abc import Callable
from html import unescape

import pytest

from contracts.export import FOLDER
from deploy.services import SERVICES
from shared.http.app import make_app
from shared.http.reference import routes
from shared.http.reference.document import subjects
from shared.http.reference.page import ASSETS, LANGUAGES, docs_page, words
from shared.settings import ServiceSettings
from tests.shared.http.conftest import api, client_of


@pytest.mark.parametrize("number", range(len(SERVICES)))
def test_a_page_says_all_that_the_document_says(number: int) -> None:
    language = LANGUAGES[number % len(LANGUAGES)]
    document = json.loads((FOLDER / f"http/{SERVICES[number]}.openapi.json").read_bytes())
    html = unescape(docs_page(document, language, "/docs"))
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            own = html.partition(f'<details class="operation" id="{told["operationId"]}"')[2].partition("</details>")[0]
            assert f"<b>{method.upper()}</b> {path}</code>" in own
            for part in ("summary", "description"):
                assert told.get(part, "") in own
            roles = [role for each in told["security"] for role in each.get("bearer", ())]
            assert (words()[language]["open"] in own) == (not roles)
            assert all(role in own for role in roles)
            assert all(status in own for status in told["responses"])
            assert ('<pre class="body"' in own) == ("requestBody" in told)
    places, linked = re.findall(r' id="([^"]+)"', html), set(re.findall(r'href="#([^"]+)"', html))
    assert len(places) == len(set(places))
    assert linked | {f"schema-{name}" for name in document["components"]["schemas"]} <= set(places)
    foreign = r'<script(?! type="module" src="/docs/assets/)|<style| style=| on[a-z]+="|(?:src|href)="(?![/#]|data:,)'
    assert re.findall(foreign, html) == []


def test_an_example_can_be_sent_from_a_shell_as_it_stands() -> None:
    document = json.loads((FOLDER / "http/portal.openapi.json").read_bytes())
    operations = {each.id: each for listed in subjects(document).values() for each in listed}
    changed = operations["put_visas_by_id"]
    assert changed.curl == (
        "curl -X PUT -H \"Authorization: Bearer $TOKEN\" -H 'if-match: ...' -H 'Content-Type: application/json' "
        '--data-binary @example "$KOSH/v1/visas/{id}"'
    )
    assert changed.body is not None
    assert json.loads(changed.body.example)["record"]
    assert changed.writes
    assert not operations["find_visas"].writes


def test_the_three_languages_say_the_same_things() -> None:
    assert {frozenset(said) for said in words().values()} == {frozenset(words()["en"])}
    for name, english in words()["en"].items():
        assert english not in (words()["kk"][name], words()["ru"][name])


async def test_it_is_served_in_the_readers_language_with_its_files(
    settings_with: Callable[..., ServiceSettings],
) -> None:
    async with client_of(make_app("sample", "Sample <b>", settings_with(), [api, routes.router])) as client:
        started = await client.get("/docs", headers={"Accept-Language": "kk"})
        assert (started.status_code, started.headers["location"]) == (303, "/docs/kk")
        shown = await client.get("/docs/kk")
        assert shown.status_code == 200
        assert "Sample &lt;b&gt;" in shown.text
        assert "script-src 'self'" in shown.headers["content-security-policy"]
        for address in re.findall(r'(?:src|href)="(/docs/assets/[^"]+)"', shown.text):
            assert "immutable" in (await client.get(address)).headers["cache-control"]
        assert len(re.findall(r'"/docs/assets/', shown.text)) == len(ASSETS)
        assert "/docs" not in (await client.get("/openapi.json")).json()["paths"]
        for nowhere in ("/docs/xx", "/docs/assets/words.toml"):
            assert (await client.get(nowhere)).status_code in (404, 422)
