"""Reading a journal from the store, in portions: the room is not held, and no transaction outlives a portion.

What is read may be compacted meanwhile. Then the reading ends with `journal_changed`, without its `end`, and the
browser begins anew.
"""

import asyncio
import struct
from collections.abc import AsyncIterator

from server.crypto import journals as crypto
from server.domain.sharing import End, Entry, Journal, encoder
from server.domain.snapshots import Kept
from server.domain.values import Seat
from server.live.journal_chat import open_chat
from server.live.journal_keys import Kind, ThingKeys, changed
from server.live.journal_log import Plain, log_name, open_batch
from server.live.services import Services
from server.store import chat, journals, snapshots
from server.store.chat import ChatRow

PORTION_BYTES = 256 * 1024
PORTION_ENTRIES = 100
TURN_ENTRIES = 200
"""Entries made ready in one turn of the loop: somebody who reads much must not keep others waiting."""
_LENGTH = struct.Struct(">I")


async def read_journal(
    services: Services, keys: ThingKeys, journal: Journal, seat: Seat, after: int, *, confirmed: bool = False
) -> AsyncIterator[bytes]:
    """Frames as HTTP carries them: length (u32, big-endian) and a MessagePack array. `seat` matters for notes only.
    `confirmed`: from the last confirmed snapshot and the entries since, whatever stands for them meanwhile.

    Raises VisavisError `journal_changed` (409), `damaged` (500)."""
    if journal is Journal.CHAT:
        frames = _read_chat(services, keys, after)
    else:
        frames = _read_log(services, keys, journal, log_name(journal, seat), after, confirmed=confirmed)
    async for frame in frames:
        yield frame


async def _read_log(
    services: Services, keys: ThingKeys, journal: Journal, name: str, after: int, *, confirmed: bool
) -> AsyncIterator[bytes]:
    async with services.database.read() as tx:
        standing = await snapshots.standing(tx, keys.room, name)
        head = max(await journals.head(tx, keys.room, name), standing.upto)
    current = standing.base if confirmed else standing.current
    if current is not None and after < current.upto:
        yield _snapshot_head(current)
        async for chunk in read_snapshot(services, keys, name, current):
            yield chunk
        after = current.upto
    async for entries in read_entries(services, keys, name, after, head):
        for start in range(0, len(entries), TURN_ENTRIES):
            yield b"".join(_entry(journal, entry) for entry in entries[start : start + TURN_ENTRIES])
            await asyncio.sleep(0)
    yield _frame(encoder.encode(End(head)))


async def read_entries(
    services: Services, keys: ThingKeys, name: str, after: int, head: int
) -> AsyncIterator[list[Plain]]:
    """Those of a log beyond `after` and up to `head`, which must be durable, in order and without a gap. Raises as
    `read_journal`."""
    opened: dict[str, bytes] = {}
    while after < head:
        async with services.database.read() as tx:
            batches = await journals.read(tx, keys.room, name, after, PORTION_BYTES)
        if missing := {batch.generation for batch in batches} - opened.keys():
            opened.update(await keys.open(Kind.LOG, missing))
        entries: list[Plain] = []
        for batch in batches:
            if batch.sealed is None or batch.generation not in opened or batch.first > after + 1:
                raise changed()
            fresh = open_batch(keys.room, name, opened[batch.generation], batch)
            entries += [entry for entry in fresh if after < entry.n <= head]
            after = batch.last
        if not batches:
            raise changed()
        yield entries


async def _read_chat(services: Services, keys: ThingKeys, after: int) -> AsyncIterator[bytes]:
    """Whoever has the entries up to `after` learns first which of them were struck out."""
    async with services.database.read() as tx:
        head = (await chat.count(tx, keys.room)).head
    async for struck in _read_struck(services, keys.room, min(after, head)):
        yield struck
    while after < head:
        async with services.database.read() as tx:
            rows = await chat.read(tx, keys.room, after, PORTION_ENTRIES)
        opened = await keys.open(Kind.CHAT, [row.key for row in rows if row.sealed is not None])
        frames = bytearray()
        for row in rows:
            after = row.n
            if row.n > head:
                break
            # a key that is gone: it is being struck out at this moment, or was when a former process ended
            there = row.sealed is not None and row.key in opened
            body = open_chat(keys.room, opened[row.key], row) if there else None
            frames += _said(row, body)
        if not rows:
            break
        yield bytes(frames)
    yield _frame(encoder.encode(End(head)))


async def _read_struck(services: Services, room: str, upto: int) -> AsyncIterator[bytes]:
    after = 0
    while after < upto:
        async with services.database.read() as tx:
            rows = await chat.struck(tx, room, after, upto, TURN_ENTRIES)
        if not rows:
            return
        after = rows[-1].n
        yield b"".join(_said(row, None) for row in rows)


def _said(row: ChatRow, body: bytes | None) -> bytes:
    size = len(body) if body is not None else 0
    return _frame(encoder.encode(Entry(Journal.CHAT, row.n, row.seat, row.at_ms, row.local, body, size)))


async def read_snapshot(services: Services, keys: ThingKeys, name: str, kept: Kept) -> AsyncIterator[bytes]:
    """Its content, chunk by chunk; `kept.size` bytes in all. Raises as `read_journal`."""
    key, place, left = await keys.open_one(Kind.SNAPSHOT, kept.id), 0, kept.size
    while left:
        async with services.database.read() as tx:
            sealed = await snapshots.chunk(tx, kept.id, place)
        if sealed is None:
            raise changed()
        last = len(sealed) - crypto.OVERHEAD == left
        where = crypto.chunk_place(keys.room, name, kept.id, kept.upto, place, last)
        chunk = crypto.open_sealed(key, where, sealed)
        place, left = place + 1, left - len(chunk)
        yield chunk


def _entry(journal: Journal, entry: Plain) -> bytes:
    name, body = entry.name, entry.body
    return _frame(encoder.encode(Entry(journal, entry.n, name.seat, name.at_ms, name.local, body, len(body))))


def _frame(message: bytes) -> bytes:
    return _LENGTH.pack(len(message)) + message


def _snapshot_head(kept: Kept) -> bytes:
    """A `snapshot` frame up to where its body begins (MessagePack: array of four, the last of them bin 32)."""
    parts = b"".join(encoder.encode(each) for each in ("snapshot", kept.id, kept.upto))
    head = b"\x94" + parts + b"\xc6" + _LENGTH.pack(kept.size)
    return _LENGTH.pack(len(head) + kept.size) + head
