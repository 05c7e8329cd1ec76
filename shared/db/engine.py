"""Connections to a service's own database."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.db.liveness import expect_alive


def make_engine(url: str, *, connections: int = 10, application: str = "kosh") -> AsyncEngine:
    """A pool on `url` (`postgresql+asyncpg://...`). Statements that wait for a lock give up after 10 s: a request
    that hangs helps nobody, and its caller may safely repeat it."""
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # rows are personal data: no error may quote them
        json_deserializer=str,  # JSON columns are text to us: see shared.db.json_text
        connect_args={"server_settings": {"application_name": application, "lock_timeout": "10s", "timezone": "UTC"}},
    )
    expect_alive(engine)
    return engine
