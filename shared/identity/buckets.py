"""Token buckets: how many requests a second one client may send, as an address before its token is verified and as
the verified subject after.

What has not been proved chooses no bucket: who could make up the name of one would have as many as they like.
"""

from collections import OrderedDict
from ipaddress import IPv6Address
from time import monotonic

CLIENTS = 10_000  # that are remembered at a time
_NETWORK = 64  # bits of an IPv6 address that its holder cannot choose (RFC 6177, RFC 7421)


class Buckets:
    """A token bucket for each client: `rate` requests a second, twice that in a burst."""

    def __init__(self, rate: float) -> None:
        self._rate, self._burst = rate, max(2 * rate, 1.0)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """0 if the client may go on, else the seconds to wait."""
        present = monotonic()
        left, seen = self._left.pop(client, (self._burst, present))
        left = min(self._burst, left + (present - seen) * self._rate)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, present)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate


def network_of(host: str) -> str:
    """Whose address it is: an IPv4 address itself, of IPv6 the /64, within which one host chooses as it likes."""
    if ":" not in host:
        return host
    try:
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    return str(address.ipv4_mapped or int(address) >> _NETWORK)
