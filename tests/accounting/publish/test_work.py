"""The work pages' words and policy: three languages that say the same, nothing of others' texts become markup."""

import re
import tomllib
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

from services.accounting.cases.persons.sides import Difference
from services.accounting.cases.persons.words import REASONS
from services.accounting.cases.reconciliation.differing import What
from services.accounting.cases.reconciliation.status import State
from services.accounting.publish.invented import notice_in
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.work.page import PAGES, policy, work_page
from services.accounting.rules.releases.causes import Cause
from services.accounting.store.persons.reviews import Reason
from services.accounting.store.releases.release import Reason as CutReason
from services.portal.rules.police.violation import State as FindingState
from shared.events.police import VIOLATIONS

WORK = Path("services/accounting/publish/work")
PORTAL = {"portal": "https://portal.example", "permits": "https://permits.example"}
TEXTS = tomllib.loads((WORK / "texts.toml").read_text(encoding="utf-8"))
ISSUER = "https://id.example/realms/kosh"
PLACE = re.compile(r"\{\w+\}")


def flat(texts: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        if isinstance(text, str):
            yield before + name, text
        else:
            yield from flat(text, f"{before}{name}.")


def test_every_language_says_the_same_with_the_same_places() -> None:
    kk, *others = (dict(flat(TEXTS[language])) for language in ("kk", "ru", "en"))
    for other in others:
        assert other.keys() == kk.keys()
        assert {name: PLACE.findall(text) for name, text in other.items()} == {
            name: PLACE.findall(text) for name, text in kk.items()
        }


def test_every_code_that_a_page_shows_has_its_words() -> None:
    said = TEXTS["en"]["reviews"]
    assert said["doubts"].keys() == set(get_args(Reason))
    assert said["differences"].keys() == set(get_args(Difference))
    assert said["verdicts"].keys() == REASONS.keys()
    assert said["reasons"].keys() == {reason for reasons in REASONS.values() for reason in reasons}
    assert tuple(TEXTS["en"]["pages"]) == PAGES
    assert TEXTS["en"]["findings"]["violations"].keys() == set(get_args(VIOLATIONS))
    assert TEXTS["en"]["findings"]["states"].keys() == {*get_args(FindingState), "confirm", "withdraw"}
    assert TEXTS["en"]["status"]["states"].keys() == set(get_args(State))
    assert TEXTS["en"]["reconciliation"]["whats"].keys() == set(get_args(What))
    assert TEXTS["en"]["releases"]["reasons"].keys() == set(get_args(CutReason))
    assert TEXTS["en"]["releases"]["causes"].keys() == {cause.name.lower() for cause in Cause}


def test_its_policy_names_its_own_script_and_style_the_provider_and_the_portal_alone() -> None:
    html, said = work_page("en", ISSUER, PORTAL), policy(ISSUER, PORTAL)
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in said
    assert "connect-src 'self' https://id.example https://portal.example;" in said
    assert "connect-src 'self' https://id.example;" in policy(ISSUER, {})
    assert "unsafe" not in said
    for language in LANGUAGES:
        pages = [work_page(language, ISSUER, PORTAL, invented=each) for each in (True, False)]
        assert [notice_in(language).text in page for page in pages] == [True, False]
    scripts = "".join(path.read_text(encoding="utf-8") for path in WORK.parent.glob("*/templates/*.js"))
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "localStorage", "cookie", "eval("):
        assert way not in scripts
    assert scripts.count("sessionStorage") == 3  # set, read and removed: the one sign-in, never the token
