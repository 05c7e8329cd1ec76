"""Alembic's entry: runs on the connection that shared.db.migrate opened."""

from typing import Any, Literal

from alembic import context

from shared.db.json_text import JsonText


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration is frozen: it names the database's type, not our class."""
    return "sa.JSON()" if kind == "type" and isinstance(item, JsonText) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_item=render_item,
)
context.run_migrations()
