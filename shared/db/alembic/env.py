"""Alembic's entry: runs on the connection that shared.db.migrate opened."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import CreateIndexOp, CreateTableOp, ExecuteSQLOp, MigrateOperation, ModifyTableOps
from sqlalchemy.dialects import postgresql

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


class OnlineIndex(MigrateOperation):
    """An index on a table that is there, made while others write into it (decision 0039)."""

    def __init__(self, index: sa.Index, table: sa.Table) -> None:
        self.index, self.table = index, table

    @property
    def on(self) -> str:
        """What follows the table's name in the statement that makes the index."""
        dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call] # others double each percent sign
        statement = str(sa.schema.CreateIndex(self.index).compile(dialect=dialect))
        return statement.partition(f" ON {dialect.identifier_preparer.format_table(self.table)} ")[2]


@renderers.dispatch_for(OnlineIndex)
def render_online_index(autogenerate: AutogenContext, made: OnlineIndex) -> str:
    autogenerate.imports.add("\nfrom shared.db import online\n")
    schema = f", schema={made.table.schema!r}" if made.table.schema else ""
    return f"online.create_index({made.index.name!r}, {made.table.name!r}, {made.on!r}{schema})"


def complete(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """What a table needs and autogeneration does not see: triggers and privileges; and how an index is made beside the
    work. A unique one stays as it is: what may refuse a write is no matter of one release."""
    operations = directives[0].upgrade_ops.ops
    created = [each for each in operations if isinstance(each, CreateTableOp)]
    operations += [Statement(sql) for table in created for sql in table.info.pop(AFTER_CREATE, ())]
    new = {(table.schema, table.table_name) for table in created}
    for change in operations:
        if isinstance(change, ModifyTableOps) and (change.schema, change.table_name) not in new:
            change.ops = [_beside_the_work(each) for each in change.ops]


def _beside_the_work(operation: MigrateOperation) -> MigrateOperation:
    if not isinstance(operation, CreateIndexOp) or operation.unique:
        return operation
    index = operation.to_index()
    return operation if index.table is None else OnlineIndex(index, index.table)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_item=render_item,
    process_revision_directives=complete,
    transaction_per_migration=True,
)
context.run_migrations()
