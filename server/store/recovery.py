"""What a former process left behind, put in order before the first request."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import structlog
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from server.domain.values import Seat
from server.ids import is_id
from server.store import audit, places, recordings, tables
from server.store.database import Database
from server.store.destruction import Deletion, remove_files, sync_directory
from server.store.recordings import Part, PartState, Recording, State
from server.store.shred import ShredKeys

log = structlog.get_logger()


class Measured(Struct, frozen=True):
    """What is really in an interrupted part's file."""

    length_ms: int
    size: int
    lost: bool = False
    """The file is shorter than its checkpoint promised: something took away what had been durable."""


Measure = Callable[[Part], Awaitable[Measured | None]]
"""Reads an interrupted part's file; None when it is missing or holds nothing that opens."""


async def recover(database: Database, shred: ShredKeys, deletion: Deletion, measure: Measure, now: int) -> list[str]:
    """At boot, before the first request. What was to be destroyed and could not be noted is marked; recordings a former
    process left open become kept and interrupted, due from the end of their last part; begun deletions are finished;
    files and shred keys without a row are removed. Returns the ids of what was interrupted."""
    await _heed_graves(database, deletion, now)
    async with database.read() as tx:
        open_ones = await recordings.unfinished(tx)
    for row in open_ones:
        await _interrupt(database, row, measure, now)
    await finish_deletions(database, deletion, now)
    await _drop_orphan_keys(database, shred)
    await _drop_orphan_files(database, now)
    return [row.id for row in open_ones]


async def finish_deletions(database: Database, deletion: Deletion, now: int) -> int:
    """Goes on with every deletion that was begun; how many are done. A file that cannot be removed is logged and left
    for the next time."""
    async with database.read() as tx:
        begun = await recordings.in_state(tx, State.DELETING)
    done = 0
    for row in begun:
        try:
            await deletion.run(row.id, now)
            done += 1
        except (OSError, sqlite3.Error, DBAPIError) as error:
            log.error("deletion_stuck", room=row.room, recording=row.id, error=type(error).__name__)
    return done


async def _heed_graves(database: Database, deletion: Deletion, now: int) -> None:
    """See `destruction.bury`."""
    for path, recording, cause, by in places.graves(database.data_dir):
        seat = Seat(by) if by in set(Seat) else None
        if await deletion.mark(recording, cause=cause, by=seat, now=now):
            log.warning("deletion_remembered", recording=recording, cause=cause)
            continue
        async with database.read() as tx:
            row = await recordings.get(tx, recording)
        if row is None or row.state is not State.DELETING:
            await asyncio.to_thread(shutil.rmtree, path)


async def _interrupt(database: Database, row: Recording, measure: Measure, now: int) -> None:
    """Measuring reads files, so it is done before the transaction."""
    async with database.read() as tx:
        open_parts = [part for part in await recordings.parts(tx, row.id) if part.state is PartState.OPEN]
    found = [(part, await measure(part)) for part in open_parts]
    async with database.write() as tx:
        for part, measured in found:
            length_ms, size = (measured.length_ms, measured.size) if measured else (0, 0)
            await recordings.interrupt_part(tx, part.id, length_ms=length_ms, size=size)
            if measured is None or measured.lost:
                await audit.append(
                    tx, "part_lost", now=now, room=row.room, recording=row.id, promised=part.size, found=size
                )
        kept = await recordings.finish(tx, row.id, reason="server_restarted", now=now, interrupted=True)
        await audit.append(
            tx, "recording_interrupted", now=now, room=row.room, recording=row.id, length_ms=kept.length_ms
        )
    log.warning("recording_interrupted", room=row.room, recording=row.id, length_ms=kept.length_ms)


async def _drop_orphan_keys(database: Database, shred: ShredKeys) -> None:
    """A crash between the shred key and the recording's row leaves a key that opens nothing; the other way round the
    recording cannot be opened any more, which is told."""
    keys = set(await shred.ids())
    kept = await _kept(database)
    for recording in keys - kept:
        await shred.destroy(recording)
        log.info("orphan_key_removed", recording=recording)
    for recording in kept - keys:
        log.error("shred_key_missing", recording=recording)


async def _drop_orphan_files(database: Database, now: int) -> None:
    """What cannot be removed is logged and does not keep the server from starting: its key is gone."""
    for recording in await asyncio.to_thread(_directories, places.parts_root(database.data_dir)):
        try:
            removed = await _drop_unknown(database, recording)
        except OSError as error:
            log.error("orphan_files_stuck", recording=recording, errno=error.errno)
            continue
        if removed:
            async with database.write() as tx:
                await audit.append(tx, "orphan_files_removed", now=now, recording=recording, files=removed)


async def _drop_unknown(database: Database, recording: str) -> int:
    """Removes files of this recording that no row stands for; how many."""
    async with database.read() as tx:
        row = await recordings.get(tx, recording)
        known = {part.id for part in await recordings.parts(tx, recording)}
    if row is not None and row.state is State.DELETING:
        return 0  # `finish_deletions` has tried, and the janitor will
    if row is not None and row.state is State.KEPT:
        return await asyncio.to_thread(_remove_unknown, database.data_dir, recording, known)
    return await asyncio.to_thread(remove_files, database.data_dir, recording)


async def _kept(database: Database) -> set[str]:
    rows = tables.recordings
    async with database.read() as tx:
        return set((await tx.execute(select(rows.c.id).where(rows.c.state == State.KEPT))).scalars())


def _directories(root: Path) -> set[str]:
    return {path.name for path in root.iterdir() if is_id(path.name)} if root.is_dir() else set()


def _remove_unknown(data_dir: Path, recording: str, known: Iterable[str]) -> int:
    names = {f"{part}{places.SUFFIX}" for part in known}
    directory = places.recording_dir(data_dir, recording)
    strangers = [path for path in directory.iterdir() if path.name not in names]
    for path in strangers:
        path.unlink()
    if strangers:
        sync_directory(directory)
    return len(strangers)
