"""When too much of what a source sends cannot be understood, something is wrong with it or with us: better to stop than
to set everything aside."""

from collections import deque

WINDOW = 1_000  # events looked back upon
FEW = 20  # so many are never abnormal
SHARE = 0.1


class ErrorRateBreaker:
    """Watches the share of parked events among the newest ones of one source."""

    def __init__(self) -> None:
        self._batches: deque[tuple[int, int]] = deque()

    def record(self, seen: int, parked: int) -> str | None:
        """Notes a batch. Returns why to stop, if the share has become abnormal; then it begins anew."""
        self._batches.append((seen, parked))
        while sum(seen for seen, _ in self._batches) - self._batches[0][0] >= WINDOW:
            self._batches.popleft()
        seen, parked = (sum(counts) for counts in zip(*self._batches, strict=True))
        if parked <= FEW or parked < SHARE * seen:
            return None
        self._batches.clear()
        return f"{parked} of the last {seen} events could not be understood"
