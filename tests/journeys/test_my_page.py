"""The page `/me` of the running system may ask every register for who opened it, and no other page may."""

import pytest

from deploy.services import REGISTERS
from tests.journeys.conftest import World

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_page_reaches_every_register(world: World, host: str) -> None:
    page = world.client.get(f"{world.system.address('accounting')}/me").raise_for_status()
    (asked,) = [each for each in page.headers["Content-Security-Policy"].split("; ") if each.startswith("connect-src")]
    assert asked.split()[1:] == ["'self'", *map(world.system.address, ("sign-in", *REGISTERS))]
    own = world.system.address("accounting").replace("127.0.0.1", host)
    for register in REGISTERS:
        path = f"{world.system.address(register)}/v1/me/access-log"
        allowed = world.client.options(path, headers=PREFLIGHT | {"Origin": own})
        assert (allowed.status_code, allowed.headers.get("access-control-allow-origin")) == (204, own)
        other = world.client.options(path, headers=PREFLIGHT | {"Origin": "http://localhost:1"})
        assert "access-control-allow-origin" not in other.headers
