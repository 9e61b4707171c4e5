"""Bringing the tables up to date. Alembic is only loaded when there is something to do: a start must be quick."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from server.errors import VisavisError

HEAD = "0006"
"""The newest migration in `versions/`; a test compares."""

_TABLE = "alembic_version"


def current(connection: Connection) -> str | None:
    """The migration the database stands at; None for an empty one."""
    if not inspect(connection).has_table(_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar_one_or_none()  # noqa: S608


def upgrade(connection: Connection) -> None:
    """Runs what is missing, inside the caller's transaction: all of it or nothing.

    Raises VisavisError `store_newer` when the database stands at a migration this version does not know.
    """
    version = current(connection)
    if version == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise VisavisError("store_newer", f"the database stands at {version}, which this version does not know", 500)
    command.upgrade(config, "head")
