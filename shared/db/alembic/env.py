"""Alembic's entry: runs on the connection that shared.db.migrate opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], target_metadata=context.config.attributes.get("metadata")
)
context.run_migrations()
