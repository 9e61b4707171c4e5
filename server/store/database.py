"""The database: opened, migrated, and entered by transactions."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.errors import VisavisError
from server.store import migrations

Tx = AsyncConnection
"""One transaction. It is committed when its block ends, rolled back when its block raises."""

FILE = "visavis.db"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a receipt or a tombstone that was committed survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """`visavis.db` in the data directory (SQLite: WAL, foreign keys on, mode 0600), or what `url` names."""

    def __init__(self, data_dir: Path, engine: AsyncEngine) -> None:
        self.data_dir = data_dir
        self.engine = engine
        self._writer = engine.execution_options(visavis_write=True)
        self._one_writer = asyncio.Lock()

    @classmethod
    async def open(cls, data_dir: Path, url: str | None = None) -> "Database":
        """Opens, and brings the tables up to date. Raises VisavisError `store_newer` (the file was written by a later
        version), `store_unusable`."""
        try:
            engine = create_async_engine(url) if url else _sqlite(data_dir)
        except OSError as error:
            raise VisavisError("store_unusable", f"the database cannot be opened: {error.strerror}", 500) from error
        database = cls(data_dir, engine)
        try:
            async with database.write() as tx:
                await tx.run_sync(migrations.upgrade)
        except DBAPIError as error:
            await engine.dispose()
            raise VisavisError("store_unusable", f"the database cannot be opened: {error.orig}", 500) from error
        except BaseException:
            await engine.dispose()
            raise
        return database

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction that only reads; many run at once and each sees one moment."""
        return self.engine.begin()

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[Tx]:
        async with self._one_writer, self._writer.begin() as tx:
            yield tx

    def write(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction that may write: one at a time, durable once its block has ended. Keep it short; never hash a
        password or wait for a network inside."""
        return self._write()

    async def ping(self) -> None:
        """Raises if the database does not answer."""
        async with self.read() as tx:
            await tx.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()


def _sqlite(data_dir: Path) -> AsyncEngine:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / FILE
    # Made here, because SQLite would make it with the umask's mode; its -wal and -shm take the mode from it.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=4, max_overflow=4)

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: we say BEGIN
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        # IMMEDIATE takes the write lock at once: a read that turns into a write cannot wait and would fail.
        writes = connection.get_execution_options().get("visavis_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
