"""Files the two give each other: each sealed in a VREC1 container of its own, under a key that can be destroyed.

A row comes first and goes last. `coming`: the row, then the shred key, then the bytes; `kept`: it can be read;
`going`: unreadable, then key, bytes and row go, in this order. What a crash leaves `coming` or `going` goes at boot.
"""

import asyncio
import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from structlog import get_logger

from server.crypto import content, journals, keys
from server.crypto.master import MasterKeys
from server.domain.values import Seat
from server.errors import VisavisError
from server.ids import new_id
from server.store import places, rows, tables
from server.store.database import Database, Tx
from server.store.destruction import sync_directory
from server.store.sealed import SealedPart, SealedReader
from server.store.shred import ShredKeys

MAX_BYTES = 10 * 1024 * 1024
SEAT_BYTES = 250 * 1024 * 1024
SEAT_BLOBS = 5_000
"""Of each seat, so that neither can leave the other no room: only who put a blob may delete it."""
KIND = "blob"
"""Of the shred key."""
_log = get_logger()
_blobs = tables.blobs


class State(StrEnum):
    COMING = "coming"
    KEPT = "kept"
    GOING = "going"


class Blob(Struct, frozen=True):
    id: str
    room: str
    seat: Seat
    """Who put it."""
    made_ms: int
    size: int
    """Bytes of plaintext."""
    state: State
    wrapped_key: bytes
    """The data key, under the content key and the shred key."""


async def used(tx: Tx, room: str | None = None, seat: Seat | None = None) -> tuple[int, int]:
    """(bytes, how many) of a room's seat, of a room, or of all; those still coming count whole."""
    asked = select(func.coalesce(func.sum(_blobs.c.size), 0), func.count())
    if room is not None:
        asked = asked.where(_blobs.c.room == room)
    if seat is not None:
        asked = asked.where(_blobs.c.seat == seat)
    size, many = (await tx.execute(asked)).one()
    return int(size), int(many)


async def get(tx: Tx, room: str, blob: str) -> Blob:
    """Raises VisavisError `no_such_blob` 404, also for one that is still coming, or going."""
    asked = select(_blobs).where(_blobs.c.id == blob, _blobs.c.room == room, _blobs.c.state == State.KEPT)
    found = rows.one((await tx.execute(asked)).one_or_none(), Blob)
    if found is None:
        raise _gone()
    return found


class Blobs:
    """All rooms' blobs. A content key is given for each call and kept no longer."""

    def __init__(self, database: Database, shred: ShredKeys, masters: MasterKeys) -> None:
        self._database = database
        self._shred = shred
        self._masters = masters
        self._open: defaultdict[str, set[SealedReader]] = defaultdict(set)
        self._tidying: set[asyncio.Task[None]] = set()

    async def put(self, room: str, seat: Seat, key: bytes, size: int, data: AsyncIterator[bytes], now: int) -> Blob:
        """Stores exactly `size` bytes of `data`; durable on return. Whatever goes wrong leaves nothing behind.

        Raises:
            VisavisError: `empty_file` 422, `too_large` 413, `blobs_full` 507 (with `limit` and `used` in bytes),
                `bad_body` 400 (more or fewer bytes), `disk_full` 507, `disk_failed` 500.
        """
        if not size:
            raise VisavisError("empty_file", "The file is empty.", 422)
        if size > MAX_BYTES:
            raise VisavisError("too_large", f"At most {MAX_BYTES} bytes.", 413)
        shred, data_key, blob = keys.new_shred_key(), keys.new_data_key(), new_id()
        wrapped = content.wrap_data_key(key, shred, room, blob, data_key)
        row = Blob(blob, room, seat, now, size, State.COMING, wrapped)
        await self._announce(row)
        try:
            sealed = journals.seal_thing_shred(self._masters, room, KIND, blob, shred)
            await self._shred.put_things(room, KIND, {blob: sealed}, now)
            await self._write(row, data_key, data)
            async with self._database.write() as tx:
                await tx.execute(update(_blobs).where(_blobs.c.id == blob).values(state=State.KEPT))
        except BaseException:
            await self._tidy(room, blob)
            raise
        return row

    async def open(self, row: Blob, key: bytes) -> SealedReader:
        """To be given to `close` afterwards. A blob that is deleted meanwhile cannot be read on.

        Raises:
            VisavisError: `no_such_blob` 404, `wrong_key` or `damaged` 500.
        """
        sealed = (await self._shred.things(row.room, KIND, [row.id])).get(row.id)
        if sealed is None:
            raise _gone()
        shred = journals.open_thing_shred(self._masters, row.room, KIND, row.id, sealed)
        data_key = content.unwrap_data_key(key, shred, row.room, row.id, row.wrapped_key)
        path = places.blob_path(self._database.data_dir, row.room, row.id)
        try:
            reader = await SealedReader.open(path, key=data_key, room=row.room, recording=row.id)
        except VisavisError as error:
            raise _gone() if error.code == "no_such_part" else error from None
        if reader.size != row.size or not reader.complete:
            await reader.close()
            raise VisavisError("damaged", "this file's end is missing", 500)
        self._open[row.id].add(reader)
        return reader

    async def close(self, row: Blob, reader: SealedReader) -> None:
        self._open[row.id].discard(reader)
        if not self._open[row.id]:
            del self._open[row.id]
        await reader.close()

    async def delete(self, row: Blob) -> None:
        """Unreadable at once, then gone: key, bytes, row. Raises what the store raises; boot goes on with it."""
        async with self._database.write() as tx:
            await tx.execute(update(_blobs).where(_blobs.c.id == row.id).values(state=State.GOING))
        await self._remove(row.room, row.id)

    async def recover(self) -> int:
        """At boot, before the first request: what was coming or going goes, and keys and files without a row. How
        many were removed; what cannot be is logged, and does not keep the server from starting."""
        async with self._database.read() as tx:
            found = (await tx.execute(select(_blobs.c.room, _blobs.c.id, _blobs.c.state))).all()
        kept = {(row.room, row.id) for row in found if row.state == State.KEPT}
        keyed = set(await self._shred.all_things(KIND))
        files = set(await asyncio.to_thread(_files, places.blobs_root(self._database.data_dir)))
        for room, blob in kept - (keyed & files):
            _log.error("blob_lost", room=room, blob=blob, key=(room, blob) in keyed, file=(room, blob) in files)
        gone = ({(row.room, row.id) for row in found} | keyed | files) - kept
        for room, blob in gone:
            with contextlib.suppress(OSError, sqlite3.Error, DBAPIError):
                await self._remove(room, blob)
                _log.info("blob_removed", room=room, blob=blob)
        return len(gone)

    async def settled(self) -> None:
        """Waits for what is still being taken away; before the store is closed."""
        while self._tidying:
            await asyncio.wait(set(self._tidying))

    async def _announce(self, row: Blob) -> None:
        async with self._database.write() as tx:
            size, many = await used(tx, row.room, row.seat)
            if size + row.size > SEAT_BYTES or many >= SEAT_BLOBS:
                more = {"limit": SEAT_BYTES, "used": size}
                raise VisavisError("blobs_full", "This seat's files take up all they may.", 507, **more)
            values = {name: getattr(row, name) for name in Blob.__struct_fields__}
            await tx.execute(insert(_blobs).values(**values))

    async def _write(self, row: Blob, data_key: bytes, data: AsyncIterator[bytes]) -> None:
        path = places.blob_path(self._database.data_dir, row.room, row.id)
        part = await SealedPart.create(
            path, key=data_key, room=row.room, recording=row.id, part=row.id, created_ms=row.made_ms
        )
        try:
            async for chunk in data:
                if part.plaintext_size + len(chunk) > row.size:
                    raise _other_length()
                await part.append(chunk, 0)
            if part.plaintext_size != row.size:
                raise _other_length()
            await part.finish(0)
        except BaseException:
            await part.abort()
            raise

    async def _tidy(self, room: str, blob: str) -> None:
        """Also when the request is given up: the caller may be cancelled, this goes on."""
        task = asyncio.get_running_loop().create_task(self._removed(room, blob), name="blob")
        self._tidying.add(task)
        task.add_done_callback(self._tidying.discard)
        await asyncio.shield(task)

    async def _removed(self, room: str, blob: str) -> None:
        try:
            await self._remove(room, blob)
        except (OSError, sqlite3.Error, DBAPIError) as error:
            _log.error("blob_stuck", room=room, blob=blob, error=type(error).__name__)

    async def _remove(self, room: str, blob: str) -> None:
        await self._shred.destroy_things(room, KIND, [blob])
        for reader in list(self._open.get(blob, ())):
            await reader.close()
        await asyncio.to_thread(_unlink, places.blob_path(self._database.data_dir, room, blob))
        async with self._database.write() as tx:
            await tx.execute(delete(_blobs).where(_blobs.c.id == blob))


def _unlink(path: Path) -> None:
    if path.exists():
        path.unlink()
        sync_directory(path.parent)


def _files(root: Path) -> list[tuple[str, str]]:
    return [(room, blob) for room, blob, _ in places.blobs_in(root)]


def _gone() -> VisavisError:
    return VisavisError("no_such_blob", "There is no such file.", 404)


def _other_length() -> VisavisError:
    return VisavisError("bad_body", "The body is not as long as was said.", 400)
