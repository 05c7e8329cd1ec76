"""The permits register on a database of its own."""

import pytest

from services.permits.app import make_app
from shared.testing.api import Api, StartApi


@pytest.fixture
async def permits(start_api: StartApi) -> Api:
    api = await start_api("permits", make_app)
    await api.up_to_date_with("portal")
    return api
