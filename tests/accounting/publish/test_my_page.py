"""The page for the person is the same for everybody, in three languages, and knows every kind of record and role."""

import re
import tomllib
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deploy import services
from services.accounting.publish.invented import notice_in
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.my_page.page import REGISTERS, my_page, policy
from services.accounting.settings import AccountingSettings
from shared.events.catalogue import FACTS
from shared.identity.roles import ROLES
from shared.settings import SettingsError

TEXTS = tomllib.loads(Path("services/accounting/publish/my_page/texts.toml").read_text(encoding="utf-8"))
ADDRESSES = {"portal": "https://portal.example"}
ISSUER = "https://id.example/realms/kosh"
KIND = re.compile(r"record_table\(\s*(?:metadata,\s*)?\"([a-z_]+)\"")
PLACE = re.compile(r"\{\w+\}")
OTHER_KINDS = {
    "access_log", "classification", "host_duty", "identity", "labour_contract", "my_records", "person",
    "signed_notice", "stay_control",
}  # fmt: skip
NOT_OF_PERSONS = {
    *("employer", "employer_inspection", "feed_coverage", "host_country_figure", "labour_complaint", "labour_risk"),
    *("placement_agency", "placement_complaint", "placement_contract", "quota_order", "quota_pool"),
    *("register_total", "remittance", "statistics_request", "regional_quota"),
    "employer_staff",
    *("cultural_centre", "notable_kazakh"),  # of public pages: nobody's identity
    "centre",  # of houses
    "regional_quota_pool",  # of places
}


def flat(texts: dict[str, Any]) -> dict[str, str]:
    found = {name: text for name, text in texts.items() if isinstance(text, str)}
    for group in ("services", "roles", "kinds", "violations", "rights", "states"):
        found |= {f"{group}.{name}": text for name, text in texts[group].items()}
    return found


def test_every_language_says_the_same_with_the_same_places() -> None:
    kk, *others = (flat(TEXTS[language]) for language in ("kk", "ru", "en"))
    for other in others:
        assert other.keys() == kk.keys()
        for name, text in kk.items():
            assert PLACE.findall(text) == PLACE.findall(other[name])


def test_every_kind_and_role_that_a_log_names_has_its_words() -> None:
    kinds = {fact.NAME.partition(".")[0] for fact in FACTS.values()} | OTHER_KINDS
    for tables in Path("services").glob("*/store/tables.py"):
        kinds |= set(KIND.findall(tables.read_text(encoding="utf-8")))
    assert TEXTS["en"]["kinds"].keys() == kinds - NOT_OF_PERSONS
    assert TEXTS["en"]["roles"].keys() == ROLES
    assert TEXTS["en"]["services"].keys() == set(services.SERVICES)
    assert set(REGISTERS) == set(services.REGISTERS)


def test_its_policy_names_its_own_script_and_style_the_provider_and_the_registers_alone() -> None:
    html, said = my_page("en", ISSUER, ADDRESSES), policy(ISSUER, ADDRESSES)
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in said
    assert "connect-src 'self' https://id.example https://portal.example;" in said
    assert "unsafe" not in said
    for language in LANGUAGES:
        pages = [my_page(language, ISSUER, ADDRESSES, invented=each) for each in (True, False)]
        assert [notice_in(language).text in page for page in pages] == [True, False]


@pytest.mark.parametrize(
    "wrong", ["portal", "portal=http://portal.example", "moon=https://a.example", "portal=https://a/b"]
)
def test_an_address_that_is_no_origin_of_a_register_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    for name, value in {
        "KOSH_ACCOUNTING_DATABASE_URL": "postgresql+asyncpg://a@nowhere/none", "KOSH_ACCOUNTING_PORT": "0",
        "KOSH_ACCOUNTING_IDENTITY_SECRET": "a secret of the tests alone", "KOSH_OIDC_ISSUER": "https://id.example",
        "KOSH_FEED_PORTAL_URL": "http://portal.test", "KOSH_REGISTER_ADDRESSES": wrong,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="KOSH_REGISTER_ADDRESSES names origins of registers"):
        AccountingSettings.of("accounting")
