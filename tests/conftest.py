"""Fixtures for every test come from `shared.testing`, so that a service's own tests could use them elsewhere."""

pytest_plugins = ["shared.testing.postgres", "shared.testing.kafka", "shared.testing.api"]
