"""Fixtures for every test come from `shared.testing`, so that a service's own tests could use them elsewhere."""

import gc
from collections.abc import Generator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

pytest_plugins = [
    "tests.profiles",
    "shared.testing.postgres",
    "shared.testing.kafka",
    "shared.testing.api",
    "shared.testing.contract",
]

JOURNEYS = "tests/journeys/"

LONG = (
    JOURNEYS,
    "tests/chaos/test_chaos.py",
    "tests/portal/test_bulk.py",
    "tests/portal/test_bulk_correction.py",
    "tests/upgrade/test_side_by_side.py",
    "tests/shared/test_follow.py",
    "tests/shared/test_frozen.py",
    "tests/shared/test_frozen_follower.py",
    "tests/accounting/test_frozen_intake.py",
    "tests/accounting/test_spark.py",
)
"""What takes long for its number of tests, the longest first."""


class ByModule(LoadScopeScheduling):
    """Of several processes each takes whole modules, since these share servers; all journeys share a running system.

    Modules of many tests come first, but for those that take long with few: if one of these came last, one process
    would be at it while all others had nothing left to do.
    """

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid.partition("::")[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        longest = next((scope for scope in LONG if scope in self.workqueue), None)
        if longest is not None:
            self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


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
