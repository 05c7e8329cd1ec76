"""The permits register on a database of its own."""

import pytest

from services.permits.app import make_app
from shared.testing.api import Api, StartApi


@pytest.fixture
async def permits(start_api: StartApi) -> Api:
    return await start_api("permits", make_app)
