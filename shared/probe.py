"""`python -m shared.probe`: exit code 0 if the process of this container answers, for its health check.

An API is asked whether it lives (not whether it is ready: what it stands on may be away for a while, and restarting
this process would not bring it back), a process without one for its figures.
"""

import os
import sys
from urllib.error import URLError
from urllib.request import urlopen


def address() -> str:
    """Where this container's process answers, by the settings that it was started with."""
    if port := os.environ.get("KOSH_METRICS_PORT"):
        return f"http://127.0.0.1:{port}/metrics"
    port = os.environ["KOSH_{}_PORT".format(os.environ["KOSH_SERVICE"].upper())]
    return f"http://127.0.0.1:{port}/health/live"


def main() -> None:
    try:
        with urlopen(address(), timeout=4) as answer:  # noqa: S310 (an address of our own)
            answer.read()
    except (URLError, TimeoutError) as failure:
        sys.exit(f"{address()}: {failure}")


if __name__ == "__main__":
    main()
