"""Destroying one recording. Reached as `deletion.Deletion`."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
from sqlalchemy import and_, func, select, update
from sqlalchemy.exc import DBAPIError

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import audit, places, recordings, tables
from server.store.database import Database
from server.store.recordings import State
from server.store.shred import ShredKeys

log = structlog.get_logger()

DropReaders = Callable[[str], None]
"""Given a recording's id: drop cached keys and close open readers, now."""

STEPS = ("marked", "shredded", "dropped", "unlinked", "deleted")


class Deletion:
    """`after` is told each step once it is done, as (step, recording)."""

    def __init__(
        self,
        database: Database,
        shred: ShredKeys,
        drop_readers: DropReaders,
        after: Callable[[str, str], None] = lambda _step, _recording: None,
    ) -> None:
        self._database = database
        self._shred = shred
        self._drop_readers = drop_readers
        self._after = after
        self._one = asyncio.Lock()

    async def mark(self, recording: str, *, cause: str, by: Seat | None, now: int) -> bool:
        """Unreadable from here on, also after a crash. False if it was marked or deleted before (erase twice is one
        erase). `cause`: `due`, `erased` (after a withdrawal), `deleted` (by a press in the list), `empty`."""
        rows = tables.recordings
        living = and_(rows.c.id == recording, rows.c.state.in_((State.RECORDING, State.KEPT)))
        async with self._database.write() as tx:
            marked = await tx.execute(
                update(rows).where(living).values(state=State.DELETING, cause=cause, deleted_by=by, deleted_ms=now)
            )
        if marked.rowcount == 1:
            self._after("marked", recording)
        return marked.rowcount == 1

    async def run(self, recording: str, now: int) -> None:
        """Finishes what `mark` began; any number of times. Raises OSError when a file cannot be removed: the key is
        gone by then, and the janitor tries again."""
        async with self._one:
            async with self._database.read() as tx:
                row = await recordings.get(tx, recording)
            if row is None or row.state is not State.DELETING:
                return
            try:
                await self._shred.destroy(recording)
            except sqlite3.Error as error:
                # No room for its journal, most likely: the bytes first then, which makes room.
                log.error("shredding_stuck", recording=recording, error=type(error).__name__)
                self._drop_readers(recording)
                await asyncio.to_thread(remove_files, self._database.data_dir, recording)
                await self._shred.destroy(recording)
            self._after("shredded", recording)
            self._drop_readers(recording)
            self._after("dropped", recording)
            await asyncio.to_thread(remove_files, self._database.data_dir, recording)
            self._after("unlinked", recording)
            await self._close(row, now)
            self._after("deleted", recording)

    async def delete(self, recording: str, *, cause: str, by: Seat | None, now: int) -> None:
        """`mark` and `run`. Where the database cannot be told (a full disk), the files go nevertheless and at once, and
        the intention is left where `recover` finds it. Raises `no_such_recording`, DBAPIError, and as `run`."""
        async with self._database.read() as tx:
            if await recordings.get(tx, recording) is None:
                raise VisavisError("no_such_recording", "there is no such recording", 404)
        try:
            await self.mark(recording, cause=cause, by=by, now=now)
        except DBAPIError as error:
            log.error("deletion_not_noted", recording=recording, error=type(error).__name__)
            self._drop_readers(recording)
            await asyncio.to_thread(bury, self._database.data_dir, recording, cause, by or "server")
            await self.mark(recording, cause=cause, by=by, now=now)  # what was freed may be all that was missing
        await self.run(recording, now)

    async def _close(self, row: recordings.Recording, now: int) -> None:
        parts = tables.parts
        theirs = parts.c.recording == row.id
        async with self._database.write() as tx:
            count = (await tx.execute(select(func.count()).where(theirs))).scalar_one()
            await tx.execute(update(parts).where(theirs).values(wrapped_key=b"", checkpoint=None, size=0))
            this = tables.recordings.c.id == row.id
            await tx.execute(update(tables.recordings).where(this).values(state=State.DELETED, size=0))
            await audit.append(
                tx,
                f"recording_{row.cause}",
                now=now,
                by=row.deleted_by or "server",
                room=row.room,
                recording=row.id,
                parts=count,
                size=row.size,
                due_ms=row.due_ms or 0,
                marked_ms=row.deleted_ms or 0,
            )
        log.info("recording_deleted", room=row.room, recording=row.id, cause=row.cause)


def remove_files(data_dir: Path, recording: str) -> int:
    """The recording's directory with all that is in it; durable on return, no error if it is gone. How many files."""
    for path, buried, _, _ in places.graves(data_dir):
        if buried == recording:
            shutil.rmtree(path)
    directory = places.recording_dir(data_dir, recording)
    if not directory.is_dir():
        return 0
    removed = 0
    for path in list(directory.iterdir()):
        removed += 1
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    sync_directory(directory)
    directory.rmdir()
    sync_directory(directory.parent)
    return removed


def bury(data_dir: Path, recording: str, cause: str, by: str) -> None:
    """Destroys the files while the row cannot be marked; a renamed directory, which takes no room on the disk, says
    what was meant. Raises OSError."""
    directory, grave = places.recording_dir(data_dir, recording), places.grave(data_dir, recording, cause, by)
    if directory.is_dir():
        directory.rename(grave)
    else:
        with suppress(FileExistsError):
            grave.mkdir(mode=0o700)
    sync_directory(grave.parent)
    for path in list(grave.iterdir()):
        path.unlink()
    sync_directory(grave)


def sync_directory(directory: Path) -> None:
    """Makes what was added to or removed from a directory survive a power cut."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
