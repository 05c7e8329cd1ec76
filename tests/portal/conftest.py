"""The portal on a database of its own."""

import pytest

from services.portal.app import make_app
from shared.testing.api import Api, StartApi


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    return await start_api("portal", make_app)
