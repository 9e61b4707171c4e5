"""Snapshots of logs: a row that says what stands where (`domain.snapshots` has the rules), and sealed chunks.

`making`: its chunks are still coming. `kept`: it counts. `dropping`: its key is about to be destroyed.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update

from server.domain.snapshots import Kept, Standing
from server.domain.values import Seat
from server.store import tables
from server.store.database import Tx

_rows = tables.journal_snapshots
_chunks = tables.journal_chunks


async def begin(tx: Tx, room: str, log: str, made: Kept) -> None:
    await tx.execute(
        insert(_rows).values(
            id=made.id,
            room=room,
            log=log,
            nth=made.nth,
            upto=made.upto,
            by=made.by,
            made_ms=made.made_ms,
            meeting=made.meeting,
            state="making",
            confirmed=False,
            forgets=made.forgets,
            drops=" ".join(made.drops),
            size=0,
        )
    )


async def add_chunk(tx: Tx, snapshot: str, place: int, sealed: bytes) -> None:
    await tx.execute(insert(_chunks).values(snapshot=snapshot, place=place, sealed=sealed))


async def stand(tx: Tx, standing: Standing) -> None:
    """Writes down each kept snapshot as it stands now."""
    for each in standing.kept:
        await tx.execute(
            update(_rows)
            .where(_rows.c.id == each.id)
            .values(
                nth=each.nth,
                state="kept",
                confirmed=each.confirmed,
                forgets=each.forgets,
                drops=" ".join(each.drops),
                size=each.size,
            )
        )


async def standing(tx: Tx, room: str, log: str) -> Standing:
    asked = select(_rows).where(_rows.c.room == room, _rows.c.log == log, _rows.c.state == "kept").order_by(_rows.c.nth)
    return Standing(
        tuple(
            Kept(
                id=str(row.id),
                nth=row.nth,
                upto=row.upto,
                by=Seat(str(row.by)),
                made_ms=row.made_ms,
                meeting=None if row.meeting is None else str(row.meeting),
                confirmed=row.confirmed,
                forgets=row.forgets,
                drops=tuple(str(row.drops).split()),
                size=row.size,
            )
            for row in await tx.execute(asked)
        )
    )


async def chunk(tx: Tx, snapshot: str, place: int) -> bytes | None:
    asked = select(_chunks.c.sealed).where(_chunks.c.snapshot == snapshot, _chunks.c.place == place)
    return (await tx.execute(asked)).scalar_one_or_none()


async def drop(tx: Tx, ids: Sequence[str]) -> None:
    """Their keys are about to be destroyed; `forget` once they are."""
    await tx.execute(update(_rows).where(_rows.c.id.in_(ids)).values(state="dropping"))


async def dropping(tx: Tx, *, making: bool = False) -> list[tuple[str, str]]:
    """(room, snapshot) whose keys were to be destroyed; at a start also those that were never finished."""
    states = ("dropping", "making") if making else ("dropping",)
    found = await tx.execute(select(_rows.c.room, _rows.c.id).where(_rows.c.state.in_(states)))
    return [(str(room), str(each)) for room, each in found]


async def remove_chunks(tx: Tx, snapshot: str, at_most: int) -> bool:
    """Removes some; whether there were any."""
    some = select(_chunks.c.place).where(_chunks.c.snapshot == snapshot).limit(at_most)
    gone = await tx.execute(delete(_chunks).where(_chunks.c.snapshot == snapshot, _chunks.c.place.in_(some)))
    return gone.rowcount > 0


async def forget(tx: Tx, ids: Sequence[str]) -> None:
    await tx.execute(delete(_rows).where(_rows.c.id.in_(ids)))


async def count(tx: Tx) -> int:
    return (await tx.execute(select(func.count()).select_from(_rows))).scalar_one()
