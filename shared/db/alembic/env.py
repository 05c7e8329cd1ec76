"""Alembic's entry: runs on the connection that shared.db.migrate opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp

from shared.db.json_text import JsonText
from shared.db.revisions import AFTER_CREATE


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration is frozen: it names the database's type, not our class."""
    return "sa.JSON()" if kind == "type" and isinstance(item, JsonText) else False


class Statement(ExecuteSQLOp):
    """A statement of a table's `info`, written as it is read: a line of the file for each of its own."""


@renderers.dispatch_for(Statement)
def render_statement(_context: AutogenContext, statement: Statement) -> str:
    return f'op.execute("""{statement.sqltext}""")'


def add_statements(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """What a table needs and autogeneration does not see: triggers and privileges."""
    operations = directives[0].upgrade_ops.ops
    created = [each for each in operations if isinstance(each, CreateTableOp)]
    operations += [Statement(sql) for table in created for sql in table.info.pop(AFTER_CREATE, ())]


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_item=render_item,
    process_revision_directives=add_statements,
    transaction_per_migration=True,
)
context.run_migrations()
