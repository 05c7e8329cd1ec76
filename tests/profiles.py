"""Profiles of hypothesis: all examples in `make test`, a few in `make unit`, which answers while you still think."""

from hypothesis import settings

settings.register_profile("kosh", deadline=None)  # how long an example takes says nothing on a shared machine
settings.register_profile("unit", settings.get_profile("kosh"), max_examples=20)
settings.load_profile("kosh")
