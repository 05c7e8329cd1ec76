"""Fixtures for every test come from `shared.testing`, so that a service's own tests could use them elsewhere."""

import gc
from collections.abc import Generator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = [
    "tests.profiles",
    "shared.testing.postgres",
    "shared.testing.kafka",
    "shared.testing.api",
    "shared.testing.contract",
]

JOURNEYS = "tests/journeys/"


class ByModule(LoadScopeScheduling):
    """Of several processes each takes whole modules, since these share servers; all journeys share a running system."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.partition("::")[0]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The garbage collector leaves alone what lives as long as the tests: modules and the tests themselves.

    Each full collection would walk through all of it again, for a quarter of a second.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    return ByModule(config, log)
