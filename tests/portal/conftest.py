"""The portal on a database of its own, and an authority whose signatures it may be told to trust."""

from pathlib import Path

import pytest

from services.portal.app import make_app
from shared.testing.api import Api, StartApi
from tests.portal.authority import NOW, Authority


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    api = await start_api("portal", make_app)
    await api.up_to_date_with("permits")
    return api


@pytest.fixture(scope="session")
def authorities() -> tuple[Authority, Authority]:
    """Ours and a foreign one; their keys take a moment to make."""
    return Authority("NCA TEST", NOW), Authority("FOREIGN CA", NOW)


@pytest.fixture
def authority(authorities: tuple[Authority, Authority]) -> Authority:
    authorities[0].revoked.clear()
    return authorities[0]


@pytest.fixture
def foreign(authorities: tuple[Authority, Authority]) -> Authority:
    return authorities[1]


@pytest.fixture
def lists(authority: Authority, tmp_path: Path) -> Path:
    """The folder of revocation lists, with one of today."""
    folder = tmp_path / "revocation"
    folder.mkdir()
    authority.write_list(folder)
    return folder


@pytest.fixture
def trusting(authority: Authority, lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """From here on, portals that start trust the authority; the folder of its certificate."""
    trust = tmp_path / "trust"
    trust.mkdir()
    authority.write_trust(trust)
    monkeypatch.setenv("KOSH_SIGNATURES_TRUSTED", str(trust))
    monkeypatch.setenv("KOSH_SIGNATURES_REVOCATION", str(lists))
    return trust
