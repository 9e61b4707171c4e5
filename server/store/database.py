"""The database: opened, migrated, and entered by transactions."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

Tx = AsyncConnection
"""One transaction. It is committed when its block ends, rolled back when its block raises."""


class Database:
    """`visavis.db` in the data directory (SQLite: WAL, foreign keys on, mode 0600), or what `url` names."""

    data_dir: Path

    @classmethod
    async def open(cls, data_dir: Path, url: str | None = None) -> "Database":
        """Opens, and brings the tables up to date. Raises VisavisError `store_newer` (the file was written by a later
        version), `store_unusable`."""
        raise NotImplementedError

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction that only reads; many run at once and see one moment."""
        raise NotImplementedError

    def write(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction that may write: one at a time, durable once its block has ended. Keep it short; never hash a
        password or wait for a network inside."""
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
