"""Keys that can be destroyed: a small database of its own, because SQLite's WAL would keep what is deleted."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import aiosqlite

from server.errors import VisavisError

T = TypeVar("T")
FILE = "keys.db"
_SETUP = (
    # Together these leave nothing of a deleted row in any file: the freed page is overwritten with zeros, and the
    # rollback journal, which held its old content for a moment, is cut to nothing.
    "PRAGMA journal_mode=TRUNCATE",
    "PRAGMA secure_delete=ON",
    "PRAGMA synchronous=EXTRA",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA busy_timeout=5000",
    """CREATE TABLE IF NOT EXISTS shred_keys
        (recording TEXT PRIMARY KEY, sealed BLOB NOT NULL, created_ms INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS thing_keys
        (room TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, sealed BLOB NOT NULL, created_ms INTEGER NOT NULL,
        PRIMARY KEY (room, kind, id)) WITHOUT ROWID""",
)
AT_ONCE = 500
"""Rows in one statement: what a statement does is done whole or not at all."""


class ShredKeys:
    """`keys.db` in the data directory: one sealed key a recording, and one for each thing a room keeps besides: a log's
    generation, a snapshot, a chat entry, a blob (journal_mode=TRUNCATE, secure_delete=ON, synchronous=EXTRA, 0600).

    Things are named by their room, what `kind` they are, and an id."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, data_dir: Path) -> "ShredKeys":
        """Raises VisavisError `store_unusable`."""
        path = data_dir / FILE
        try:
            await asyncio.to_thread(_make, path)
            connecting = aiosqlite.connect(path, isolation_level=None)
            # As SQLAlchemy does with its own: a start that fails before `close` must not keep the process alive.
            connecting._thread.daemon = True
            connection = await connecting
        except (OSError, sqlite3.Error) as error:
            raise _unusable(error) from error
        try:
            for statement in _SETUP:
                await connection.execute_fetchall(statement)
        except sqlite3.Error as error:
            await connection.close()
            raise _unusable(error) from error
        return cls(connection)

    async def put(self, recording: str, sealed: bytes, now: int) -> None:
        """Durable on return. Raises `shred_key_exists`."""
        try:
            await self._connection.execute_fetchall("INSERT INTO shred_keys VALUES (?, ?, ?)", (recording, sealed, now))
        except sqlite3.IntegrityError as error:
            raise VisavisError("shred_key_exists", "this recording has a shred key", 500) from error

    async def get(self, recording: str) -> bytes | None:
        asked = "SELECT sealed FROM shred_keys WHERE recording = ?"
        for row in await self._connection.execute_fetchall(asked, (recording,)):
            return bytes(row[0])
        return None

    async def destroy(self, recording: str) -> bool:
        """Gone from every byte of the file on return; False if it was gone before."""
        cursor = await self._connection.execute("DELETE FROM shred_keys WHERE recording = ?", (recording,))
        gone = cursor.rowcount == 1
        await cursor.close()
        return gone

    async def rewrap(self, recording: str, *, was: bytes, sealed: bytes) -> bool:
        """The same key under another master key; False when it changed meanwhile."""
        changed = "UPDATE shred_keys SET sealed = ? WHERE recording = ? AND sealed = ?"
        cursor = await self._connection.execute(changed, (sealed, recording, was))
        done = cursor.rowcount == 1
        await cursor.close()
        return done

    async def ids(self) -> list[str]:
        rows = await self._connection.execute_fetchall("SELECT recording FROM shred_keys")
        return [str(row[0]) for row in rows]

    # --- what a room keeps besides recordings

    async def put_things(self, room: str, kind: str, sealed: Mapping[str, bytes], now: int) -> None:
        """By id. Durable on return. Raises `shred_key_exists`."""
        for some in _portions(list(sealed.items())):
            rows = ", ".join(["(?, ?, ?, ?, ?)"] * len(some))
            values = [value for key, box in some for value in (room, kind, key, box, now)]
            try:
                await self._connection.execute_fetchall(f"INSERT INTO thing_keys VALUES {rows}", values)  # noqa: S608
            except sqlite3.IntegrityError as error:
                raise VisavisError("shred_key_exists", "this thing has a shred key", 500) from error

    async def things(self, room: str, kind: str, ids: Sequence[str] | None = None) -> dict[str, bytes]:
        """Sealed keys by id: of these ids, or all of the room and kind. What was destroyed is missing."""
        if ids is None:
            asked = "SELECT id, sealed FROM thing_keys WHERE room = ? AND kind = ?"
            return {str(row[0]): bytes(row[1]) for row in await self._connection.execute_fetchall(asked, (room, kind))}
        found: dict[str, bytes] = {}
        for some in _portions(list(ids)):
            marks = ", ".join("?" * len(some))
            asked = f"SELECT id, sealed FROM thing_keys WHERE room = ? AND kind = ? AND id IN ({marks})"  # noqa: S608
            rows = await self._connection.execute_fetchall(asked, (room, kind, *some))
            found |= {str(row[0]): bytes(row[1]) for row in rows}
        return found

    async def all_things(self, kind: str) -> list[tuple[str, str]]:
        """(room, id) of every key of this kind."""
        rows = await self._connection.execute_fetchall("SELECT room, id FROM thing_keys WHERE kind = ?", (kind,))
        return [(str(row[0]), str(row[1])) for row in rows]

    async def destroy_things(self, room: str, kind: str, ids: Sequence[str]) -> None:
        """Gone from every byte of the file on return; no error if they were gone before."""
        for some in _portions(list(ids)):
            marks = ", ".join("?" * len(some))
            gone = f"DELETE FROM thing_keys WHERE room = ? AND kind = ? AND id IN ({marks})"  # noqa: S608
            await self._connection.execute_fetchall(gone, (room, kind, *some))

    async def close(self) -> None:
        await self._connection.close()


def _portions(things: list[T]) -> Iterator[list[T]]:
    return (things[start : start + AT_ONCE] for start in range(0, len(things), AT_ONCE))


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made here, because SQLite would make it with the umask's mode.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _unusable(error: Exception) -> VisavisError:
    return VisavisError("store_unusable", f"the shred keys cannot be opened: {error}", 500)
