"""Fixtures for every test come from `shared.testing`, so that a service's own tests could use them elsewhere."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("kosh", deadline=None)  # how long an example takes says nothing on a shared machine
settings.load_profile("kosh")

pytest_plugins = ["shared.testing.postgres", "shared.testing.kafka", "shared.testing.api"]

JOURNEYS = Path(__file__).parent / "journeys"


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this very hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several processes each takes whole modules, since these share servers; all journeys share a running system."""
    for item in items:
        together = JOURNEYS if JOURNEYS in item.path.parents else item.path
        item.add_marker(pytest.mark.xdist_group(str(together)))
