"""When the pair met: states of their document are named after it. `store.recordings` begins and ends meetings.

A meeting goes on over a restart of the server, as it does while nobody is there: for a while.
"""

from msgspec import Struct
from sqlalchemy import func, select, update

from server.domain.state import MEETING_ENDS_MS
from server.domain.values import Seat
from server.store import settings, tables
from server.store.database import Tx
from server.store.receipts import Kind

_theirs = tables.meetings.c


class GoingOn(Struct, frozen=True):
    """A meeting that has not ended, and what of it outlives a process."""

    id: str
    empty_ms: int
    """Since when nobody is there."""
    declined_by: Seat | None
    """Who ended the asking for it."""


async def last_turn(tx: Tx, room: str) -> int | None:
    """When a meeting of the room began or ended last."""
    found = await tx.execute(select(func.max(_theirs.began_ms), func.max(_theirs.ended_ms)).where(_theirs.room == room))
    began_ms, ended_ms = found.one()
    return None if began_ms is None else max(began_ms, ended_ms or 0)


async def at(tx: Tx, room: str, at_ms: int) -> str | None:
    """The meeting that went on at this moment, or else the last one before it."""
    asked = select(_theirs.id).where(_theirs.room == room, _theirs.began_ms <= at_ms)
    found = (await tx.execute(asked.order_by(_theirs.began_ms.desc()).limit(1))).scalar_one_or_none()
    return None if found is None else str(found)


async def began(tx: Tx, room: str) -> dict[str, int]:
    """When each of the room's meetings began."""
    found = await tx.execute(select(_theirs.id, _theirs.began_ms).where(_theirs.room == room))
    return {str(row.id): row.began_ms for row in found}


async def note_empty(tx: Tx, meeting: str, since_ms: int | None) -> None:
    """None: somebody is there again."""
    await tx.execute(update(tables.meetings).where(_theirs.id == meeting).values(empty_ms=since_ms))


async def settle(tx: Tx, now: int) -> list[str]:
    """At a start: whoever was in a meeting has been gone since the last sign of life of the process before. Ends the
    meetings that this was too long ago for, at the moment they ended; the rooms in which one goes on."""
    mark = await settings.clock_mark(tx)
    alive_ms = 0 if mark is None else mark.wall_ms
    going_on: list[str] = []
    for row in (await tx.execute(select(tables.meetings).where(_theirs.ended_ms.is_(None)))).all():
        since_ms = row.empty_ms if row.empty_ms is not None else max(row.began_ms, alive_ms)
        since_ms = min(since_ms, now)
        ends_ms = since_ms + MEETING_ENDS_MS
        change = {"ended_ms": ends_ms} if ends_ms <= now else {"empty_ms": since_ms}
        await tx.execute(update(tables.meetings).where(_theirs.id == row.id).values(**change))
        if ends_ms > now:
            going_on.append(row.room)
    return going_on


async def going_on(tx: Tx, room: str) -> GoingOn | None:
    """The room's meeting that has not ended: where nobody of this process was in it yet, it is one from before."""
    asked = select(_theirs.id, _theirs.began_ms, _theirs.empty_ms).where(_theirs.room == room)
    found = await tx.execute(asked.where(_theirs.ended_ms.is_(None)).order_by(_theirs.began_ms.desc()).limit(1))
    row = found.one_or_none()
    if row is None:
        return None
    since_ms = row.began_ms if row.empty_ms is None else row.empty_ms
    return GoingOn(str(row.id), since_ms, await _declined_by(tx, room, str(row.id)))


async def _declined_by(tx: Tx, room: str, meeting: str) -> Seat | None:
    answers = tables.receipts.c
    theirs = (answers.room == room) & (answers.meeting == meeting) & (answers.kind == Kind.NO)
    found = await tx.execute(select(answers.seat).where(theirs).order_by(answers.n).limit(1))
    seat = found.scalar_one_or_none()
    return None if seat is None else Seat(seat)
