"""Logs of what the two write: generations (each with a shred key of its own) and sealed batches of entries.

A log is `document`, `notes.mentor` or `notes.mentee`; chat has rows of its own (`store.chat`). A batch holds entries
`first` to `last`. One that was given up keeps its names, so that what was stored once is not stored again, and loses
its content.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from server.domain.values import Seat
from server.store import rows, tables
from server.store.database import Tx

NAMES_REMEMBERED = 4096
"""Entries whose names are kept after they were given up."""
_NAME = struct.Struct(">B16sQ")
_LENGTH = struct.Struct(">I")
_SEATS = tuple(Seat)
_PLACES = {seat: place for place, seat in enumerate(Seat)}


class Name(Struct, frozen=True, gc=False):
    """What lies in clear of an entry."""

    seat: Seat
    local: str
    at_ms: int


class Batch(Struct, frozen=True):
    first: int
    last: int
    generation: str
    size: int
    """Bytes of all bodies together."""
    names: bytes
    sealed: bytes | None
    """None: given up."""


class Reach(Struct, frozen=True):
    """How much of a log lies after a number; a batch that reaches across it counts whole."""

    entries: int
    size: int


def pack_names(names: Iterable[Name]) -> bytes:
    return b"".join(_NAME.pack(_PLACES[name.seat], name.local.encode(), name.at_ms) for name in names)


def unpack_names(packed: bytes) -> Iterator[Name]:
    for seat, local, at_ms in _NAME.iter_unpack(packed):
        yield Name(_SEATS[seat], local.decode(), at_ms)


def pack_bodies(bodies: Iterable[bytes]) -> bytes:
    return b"".join(part for body in bodies for part in (_LENGTH.pack(len(body)), body))


def unpack_bodies(packed: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(packed):
        (length,) = _LENGTH.unpack_from(packed, at)
        at += _LENGTH.size + length
        yield packed[at - length : at]


# --- generations ----------------------------------------------------------------------------------------------------


async def add_generation(tx: Tx, room: str, log: str, generation: str, now: int) -> None:
    await tx.execute(
        insert(tables.journal_generations).values(id=generation, room=room, log=log, made_ms=now, dropping=False)
    )


async def generations(tx: Tx, room: str, log: str) -> list[str]:
    """Those in use."""
    theirs = tables.journal_generations.c
    found = await tx.execute(
        select(theirs.id).where(theirs.room == room, theirs.log == log, theirs.dropping.is_(False))
    )
    return [str(each) for each in found.scalars()]


async def drop_generations(tx: Tx, ids: Sequence[str]) -> None:
    """Their keys are about to be destroyed; `forget_generations` once they are."""
    table = tables.journal_generations
    await tx.execute(update(table).where(table.c.id.in_(ids)).values(dropping=True))


async def dropping_generations(tx: Tx) -> list[tuple[str, str]]:
    """(room, generation) whose keys were to be destroyed."""
    theirs = tables.journal_generations.c
    found = await tx.execute(select(theirs.room, theirs.id).where(theirs.dropping.is_(True)))
    return [(str(room), str(each)) for room, each in found]


async def forget_generations(tx: Tx, ids: Sequence[str]) -> None:
    table = tables.journal_generations
    await tx.execute(delete(table).where(table.c.id.in_(ids)))


# --- batches --------------------------------------------------------------------------------------------------------


async def add_batches(tx: Tx, batches: Sequence[tuple[str, str, Batch]]) -> None:
    """(room, log, batch); any number in one statement."""
    if batches:
        await tx.execute(insert(tables.journal_batches), [_values(*each) for each in batches])


def _values(room: str, log: str, batch: Batch) -> dict[str, Any]:
    return {
        "room": room,
        "log": log,
        "first": batch.first,
        "last": batch.last,
        "generation": batch.generation,
        "size": batch.size,
        "names": batch.names,
        "sealed": batch.sealed,
    }


async def read(tx: Tx, room: str, log: str, after: int, at_most: int) -> list[Batch]:
    """Batches with entries after a number, in order, `at_most` bytes of bodies (but one batch at least)."""
    table = tables.journal_batches.c
    sizes = select(table.last, table.size).where(_later(room, log, after)).order_by(table.first).limit(256)
    last, total = 0, 0
    for row in await tx.execute(sizes):
        total += row.size
        if last and total > at_most:
            break
        last = row.last
    if not last:
        return []
    found = await tx.execute(
        select(tables.journal_batches).where(_later(room, log, after), table.last <= last).order_by(table.first)
    )
    return [rows.convert(row, Batch) for row in found]


async def reach(tx: Tx, room: str, log: str, after: int) -> Reach:
    table = tables.journal_batches.c
    counted = select(func.sum(table.last - table.first + 1), func.sum(table.size)).where(_later(room, log, after))
    entries, size = (await tx.execute(counted)).one()
    return Reach(entries or 0, size or 0)


async def head(tx: Tx, room: str, log: str) -> int:
    """The last entry that was ever stored, as far as batches know."""
    table = tables.journal_batches.c
    return (await tx.execute(select(func.max(table.last)).where(_of(room, log)))).scalar_one() or 0


async def last_names(tx: Tx, room: str, log: str, at_most: int) -> list[tuple[int, Name]]:
    """Numbers and names of the last entries, in order."""
    table = tables.journal_batches.c
    first = max(0, await head(tx, room, log) - at_most)
    found = await tx.execute(select(table.first, table.names).where(_later(room, log, first)).order_by(table.first))
    return [(number, name) for start, packed in found for number, name in enumerate(unpack_names(packed), start)]


async def give_up(tx: Tx, room: str, generation: str, at_most: int) -> bool:
    """Content of so many batches of a generation goes, their names stay; whether there were any. What is to go on under
    another generation has been replaced before."""
    table = tables.journal_batches
    theirs = and_(table.c.room == room, table.c.generation == generation, table.c.sealed.is_not(None))
    found = (await tx.execute(select(table.c.log, table.c.first).where(theirs).limit(at_most))).all()
    for log, first in found:
        await tx.execute(update(table).where(_of(room, log), table.c.first == first).values(sealed=None, size=0))
    return bool(found)


async def forget_names(tx: Tx, room: str, log: str, upto: int) -> None:
    """Of what was given up long ago."""
    table = tables.journal_batches
    long_ago = and_(_of(room, log), table.c.last <= upto - NAMES_REMEMBERED, table.c.sealed.is_(None))
    await tx.execute(delete(table).where(long_ago))


async def replace_batches(tx: Tx, room: str, log: str, after: int, batches: Sequence[Batch]) -> None:
    """Batches that reach beyond a number, by these."""
    await tx.execute(delete(tables.journal_batches).where(_later(room, log, after)))
    await add_batches(tx, [(room, log, each) for each in batches])


def _of(room: str, log: str) -> ColumnElement[bool]:
    return and_(tables.journal_batches.c.room == room, tables.journal_batches.c.log == log)


def _later(room: str, log: str, after: int) -> ColumnElement[bool]:
    return and_(_of(room, log), tables.journal_batches.c.last > after)
