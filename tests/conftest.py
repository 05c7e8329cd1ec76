"""Fixtures for every test come from `shared.testing`, so that a service's own tests could use them elsewhere."""

from hypothesis import settings

settings.register_profile("kosh", deadline=None)  # how long an example takes says nothing on a shared machine
settings.load_profile("kosh")

pytest_plugins = ["shared.testing.postgres", "shared.testing.kafka", "shared.testing.api"]
