"""Structured logs: one JSON object a line on standard output, without personal data.

Never logged: addresses (only the route's template), query strings, bodies, tokens, and the texts of exceptions,
since a database quotes the row it refuses. A failure is told by its types and by the lines of code it came through.
What a log call passes as `extra={"fields": {...}}` stands beside the message.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.telemetry.tracing import current_trace_id


def configure(service: str, level: str) -> None:
    """Send every log of this process through our format."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    sys.excepthook = lambda _kind, error, _trace: logging.getLogger("kosh").critical("the process ends", exc_info=error)
    # What our format does not show need not be found out for every record (Logging HOWTO, "Optimization").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    for chatty in ("httpx", "httpcore", "aiokafka", "asyncio", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            # asyncio and others put the repr of a failure on further lines
            "message": record.getMessage().partition("\n")[0],
            **getattr(record, "fields", {}),
        }
        if trace_id := current_trace_id():
            line["trace_id"] = trace_id
        if record.exc_info and record.exc_info[1]:
            line["failure"] = list(failure(record.exc_info[1]))
        return orjson.dumps(line, default=str).decode()


def failure(error: BaseException) -> Iterator[dict[str, Any]]:
    """An exception and its causes, outermost first, and of a group each that is in it: type and the way through our
    code, without their texts."""
    seen: BaseException | None = error
    while seen is not None:
        steps = traceback.walk_tb(seen.__traceback__)
        where = [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in steps]
        yield {"type": f"{type(seen).__module__}.{type(seen).__qualname__}", "where": where}
        if isinstance(seen, BaseExceptionGroup):
            for each in seen.exceptions:
                yield from failure(each)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
