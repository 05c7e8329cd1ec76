from pathlib import Path

import pytest

from shared.settings import ServiceSettings, SettingsError


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("KOSH_")]:
        monkeypatch.delenv(name)


def enough(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    wanted = {"KOSH_PORTAL_DATABASE_URL": "postgresql://app:hunter2@db/kosh_portal", "KOSH_PORTAL_PORT": "8101"}
    for name, value in {**wanted, "KOSH_OIDC_ISSUER": "https://issuer.invalid", **more}.items():
        monkeypatch.setenv(name, value)


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        ServiceSettings.of("portal")
    for name in ("KOSH_PORTAL_DATABASE_URL", "KOSH_PORTAL_PORT", "KOSH_OIDC_ISSUER"):
        assert f"{name}: is not set" in str(caught.value)


def test_what_is_wrong_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    enough(monkeypatch, KOSH_TRANSPORT="hunter2")
    with pytest.raises(SettingsError, match="KOSH_TRANSPORT: Input should be 'feed' or 'kafka'") as caught:
        ServiceSettings.of("portal")
    assert "hunter2" not in str(caught.value)


def test_kafka_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    enough(monkeypatch, KOSH_TRANSPORT="kafka")
    with pytest.raises(SettingsError, match="needs KOSH_KAFKA_BOOTSTRAP"):
        ServiceSettings.of("portal")


def test_sasl_needs_a_name_and_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    enough(monkeypatch, KOSH_KAFKA_SECURITY="SASL_SSL", KOSH_KAFKA_USERNAME="kosh")
    with pytest.raises(SettingsError, match="needs KOSH_KAFKA_USERNAME and _PASSWORD"):
        ServiceSettings.of("portal")


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    enough(monkeypatch, KOSH_SECRETS_DIR=str(tmp_path))
    monkeypatch.delenv("KOSH_PORTAL_DATABASE_URL")
    (tmp_path / "kosh_portal_database_url").write_text("postgresql://app:from-a-file@db/kosh_portal\n")
    assert ServiceSettings.of("portal").database_url == "postgresql://app:from-a-file@db/kosh_portal"


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    enough(monkeypatch, KOSH_PORTAL_SYSTEM_CLIENT_SECRET="hunter2")
    settings = ServiceSettings.of("portal")
    assert settings.system_client_secret == "hunter2"
    assert "hunter2" not in f"{settings} {settings!r}"


def test_feeds_are_those_of_whatever_registers_the_settings_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A fifth register is read without a change to the settings' code."""
    enough(monkeypatch, KOSH_FEED_PORTAL_URL="http://portal:1", KOSH_FEED_LODGINGS_URL="http://lodgings:2")
    monkeypatch.setenv("KOSH_FEED_KANDAS_URL", "")
    assert ServiceSettings.of("portal").feeds == {"portal": "http://portal:1", "lodgings": "http://lodgings:2"}
    (tmp_path / "kosh_feed_consular_url").write_text("http://consular:3\n")
    (tmp_path / "kosh_feed_portal_url").write_text("http://another:4\n")
    monkeypatch.setenv("KOSH_SECRETS_DIR", str(tmp_path))
    assert ServiceSettings.of("portal").feeds == {
        "portal": "http://portal:1", "lodgings": "http://lodgings:2", "consular": "http://consular:3"
    }  # fmt: skip
