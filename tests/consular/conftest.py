"""The consular register on a database of its own."""

import pytest

from services.consular.app import make_app
from shared.testing.api import Api, StartApi


@pytest.fixture
async def consular(start_api: StartApi) -> Api:
    return await start_api("consular", make_app)
