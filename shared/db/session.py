"""Leases: what a session may hold, and for how long, when the process that opened it does not go on.

A process can be frozen, its machine can lose power, and its packets can be lost: PostgreSQL learns nothing of it, and
keeps the transaction, its locks and its place as the only one for ever. So each session has bounds, which the server
keeps: it ends the session of who is silent, and with it the locks. Who wakes up finds its connection closed and can
commit nothing: there is no other fence, and none is needed, since what is written goes over the connection that holds
the lock. All of it is set here, for SQLAlchemy's engines (shared.db.engine) and for plain connections alike.
"""

import os
import socket
from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy import text

IDLE_IN_TRANSACTION = "10s"
"""Between two statements of a transaction we only reckon: in one, nobody waits for a client or for another service."""
AT_WORK = "60s"
"""The same for background work, whose batches are large."""
LEASE = "60s"
"""Whoever is the only one says something at least each few seconds; waiting for a broker takes 40 s at most."""
STATEMENT: Final = "1min"
"""Longer than any answer takes; who asked has gone."""
LOCK: Final = "10s"
"""A request that hangs helps nobody, and its caller may safely repeat it."""

HOLD_LEASE = text("SELECT set_config('idle_session_timeout', :lease, false)")
"""For a session that makes its process the only one: silent for that long (LEASE), it is one no more. Commit it."""

AS_ESTIMATED: Final[Mapping[str, str]] = {}
BY_INDEX: Final = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off"}
"""For who asks for rows by their keys and for nothing else: while a table fills, what is estimated of it is that it has
next to no rows, and it is read whole for each of the keys."""

_WIRE: Final = {  # how the server notices that nobody is there any more
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20000",  # ms: an answer that nobody acknowledges
    "client_connection_check_interval": "5s",  # also while a statement runs
}
_SILENCE: Final = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}


def settings(application: str, *, idle: str | None = None, statement: str = STATEMENT) -> dict[str, str]:
    """The server's settings for a session of a service. `idle`: how long it may be silent in a transaction, "0" for as
    long as it likes; IDLE_IN_TRANSACTION unless said."""
    return {
        "application_name": application,
        "timezone": "UTC",
        "lock_timeout": LOCK,
        "statement_timeout": statement,
        "idle_in_transaction_session_timeout": idle or IDLE_IN_TRANSACTION,
        **_WIRE,
    }


async def connect(
    dsn: str, application: str, *, idle: str | None = None, lease: str = "0", planner: Mapping[str, str] = AS_ESTIMATED
) -> asyncpg.Connection:
    """A connection of background work on `dsn` (`postgresql://...`), whose statements may take as long as they take."""
    wanted = settings(application, idle=idle or AT_WORK, statement="0") | {"idle_session_timeout": lease, **planner}
    connection = await asyncpg.connect(dsn, server_settings=wanted)
    notice_silence(connection)
    return connection


def notice_silence(connection: Any) -> None:
    """Has the kernel tell us, too, when the server's machine is silent (25 s) or takes nothing any more (20 s): asyncpg
    would wait for ever."""
    found = connection._transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    with socket.socket(fileno=os.dup(found.fileno())) as own:  # a copy: the options are the connection's
        own.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _SILENCE.items():
            if hasattr(socket, option):  # Linux
                own.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
