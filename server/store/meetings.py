"""When the pair met: states of their document are named after it. `store.recordings` begins and ends meetings."""

from sqlalchemy import func, select

from server.store import tables
from server.store.database import Tx

_theirs = tables.meetings.c


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
