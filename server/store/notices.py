"""What a pair must be told once, each of the two by themselves."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Row, insert, select, update

from server.domain.values import Seat
from server.store import rows, tables
from server.store.database import Tx


class Notice(Struct, frozen=True):
    id: int
    code: str
    """`retention_shortened`, `retention_shortened_by_admin`, `deletion_held`, …: words are in the catalogue."""
    params: dict[str, Any]
    """Numbers and ids for the words; never names."""
    at_ms: int
    seen: tuple[Seat, ...]


async def add(tx: Tx, room: str, code: str, params: dict[str, Any], now: int, *, seen_by: Seat | None = None) -> None:
    """`seen_by`: who did it themselves and need not be told."""
    row: dict[str, Any] = {"room": room, "code": code, "params": rows.to_json(params), "at_ms": now}
    if seen_by is not None:
        row[f"{seen_by}_seen_ms"] = now
    await tx.execute(insert(tables.notices).values(**row))


async def of_room(tx: Tx, room: str, *, unseen_by: Seat | None = None) -> list[Notice]:
    """Oldest first; with `unseen_by` only what that seat has not put away."""
    notices = tables.notices
    asked = select(notices).where(notices.c.room == room).order_by(notices.c.id)
    if unseen_by is not None:
        asked = asked.where(notices.c[f"{unseen_by}_seen_ms"].is_(None))
    return [_notice(row) for row in await tx.execute(asked)]


async def seen(tx: Tx, room: str, notice: int, seat: Seat, now: int) -> None:
    notices = tables.notices
    column = notices.c[f"{seat}_seen_ms"]
    await tx.execute(
        update(notices).where(notices.c.id == notice, notices.c.room == room, column.is_(None)).values({column: now})
    )


def _notice(row: Row[Any]) -> Notice:
    seen_by = tuple(seat for seat in Seat if row._mapping[f"{seat}_seen_ms"] is not None)
    return Notice(row.id, row.code, rows.from_json(row.params), row.at_ms, seen_by)
