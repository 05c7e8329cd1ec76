"""Connections to a service's own database."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.db import session
from shared.db.liveness import expect_alive


def make_engine(url: str, *, connections: int = 10, application: str = "kosh", background: bool = False) -> AsyncEngine:
    """A pool on `url` (`postgresql+asyncpg://...`), whose sessions are bounded as shared.db.session says; those of
    background work take as long for a statement as it takes."""
    bounds = (
        session.settings(application, idle=session.AT_WORK, statement="0")
        if background
        else session.settings(application)
    )
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # rows are personal data: no error may quote them
        json_deserializer=str,  # JSON columns are text to us: see shared.db.json_text
        connect_args={"server_settings": bounds},
    )
    expect_alive(engine)

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        session.notice_silence(connection.driver_connection)

    return engine
