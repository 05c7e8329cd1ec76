"""The kandas register on a database of its own."""

import pytest

from services.kandas.app import make_app
from shared.testing.api import Api, StartApi


@pytest.fixture
async def kandas(start_api: StartApi) -> Api:
    return await start_api("kandas", make_app)
