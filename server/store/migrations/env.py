"""Alembic's entry: inside the server on its connection; for writing a migration, `alembic -x db=FILE revision …`."""

from alembic import context
from sqlalchemy import Connection, create_engine

from server.store.tables import metadata


def run(connection: Connection) -> None:
    # SQLite cannot alter most things in place: batch mode makes the new table, copies and renames.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    path = context.get_x_argument(as_dictionary=True).get("db", ":memory:")
    with create_engine(f"sqlite:///{path}").begin() as own:
        run(own)
