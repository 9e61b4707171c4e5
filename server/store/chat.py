"""The chat's entries: one sealed row each, because each can be struck out by its writer."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import func, insert, select, update

from server.domain.values import Seat
from server.store import rows, tables
from server.store.database import Tx

_table = tables.chat_entries


class ChatRow(Struct, frozen=True):
    room: str
    n: int
    seat: Seat
    local: str
    at_ms: int
    key: str
    """Names its shred key."""
    size: int
    sealed: bytes | None
    """None: struck out."""
    struck_ms: int | None = None


class Count(Struct, frozen=True):
    head: int
    rows: dict[Seat, int]
    living: dict[Seat, int]
    """Entries that were not struck out."""


async def add(tx: Tx, entries: Sequence[ChatRow]) -> None:
    if entries:
        await tx.execute(insert(_table), [msgspec.structs.asdict(each) for each in entries])


async def count(tx: Tx, room: str) -> Count:
    counts = (func.max(_table.c.n), func.count(), func.count(_table.c.sealed))
    asked = select(_table.c.seat, *counts).where(_table.c.room == room).group_by(_table.c.seat)
    found = [(Seat(seat), last, rows, living) for seat, last, rows, living in await tx.execute(asked)]
    return Count(
        head=max((last for _, last, _, _ in found), default=0),
        rows={seat: rows for seat, _, rows, _ in found},
        living={seat: living for seat, _, _, living in found},
    )


async def named(tx: Tx, room: str, seat: Seat, local: str) -> tuple[int, int] | None:
    """Number and time of the entry its sender called so."""
    asked = select(_table.c.n, _table.c.at_ms).where(
        _table.c.room == room, _table.c.seat == seat, _table.c.local == local
    )
    row = (await tx.execute(asked)).one_or_none()
    return None if row is None else (row.n, row.at_ms)


async def get(tx: Tx, room: str, n: int) -> ChatRow | None:
    found = await tx.execute(select(_table).where(_table.c.room == room, _table.c.n == n))
    return rows.one(found.one_or_none(), ChatRow)


async def read(tx: Tx, room: str, after: int, at_most: int) -> list[ChatRow]:
    """In order, at most so many."""
    asked = select(_table).where(_table.c.room == room, _table.c.n > after).order_by(_table.c.n).limit(at_most)
    return [rows.convert(row, ChatRow) for row in await tx.execute(asked)]


async def struck(tx: Tx, room: str, after: int, upto: int, at_most: int) -> list[ChatRow]:
    """Those that were struck out, in order, at most so many."""
    between = _table.c.n > after, _table.c.n <= upto, _table.c.sealed.is_(None)
    asked = select(_table).where(_table.c.room == room, *between).order_by(_table.c.n).limit(at_most)
    return [rows.convert(row, ChatRow) for row in await tx.execute(asked)]


async def before_newest(tx: Tx, room: str, size: int) -> int:
    """The number after which the entries are no more than `size` bytes together; 0 where all of them are."""
    total = func.sum(_table.c.size).over(order_by=_table.c.n.desc()).label("total")
    sums = select(_table.c.n, total).where(_table.c.room == room).subquery()
    found = await tx.execute(select(func.max(sums.c.n)).where(sums.c.total > size))
    return int(found.scalar_one() or 0)


async def keys(tx: Tx, room: str) -> list[str]:
    """What the shred keys are called that entries lie under."""
    found = await tx.execute(select(_table.c.key).where(_table.c.room == room, _table.c.sealed.is_not(None)))
    return [str(key) for key in found.scalars()]


async def strike(tx: Tx, room: str, n: int, now: int) -> bool:
    """Its content goes; that it was there stays. Destroy its key first. False: it was struck out already."""
    struck = update(_table).where(_table.c.room == room, _table.c.n == n, _table.c.struck_ms.is_(None))
    return (await tx.execute(struck.values(sealed=None, size=0, struck_ms=now))).rowcount == 1
