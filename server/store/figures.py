"""What falls due, how much there is, who saved a copy. Reached as `recordings.due` and so on."""

from collections import defaultdict

from sqlalchemy import Select, func, insert, select

from server.domain.values import Seat
from server.store import rows, tables
from server.store.database import Tx
from server.store.recording_rows import Counts, Download, Recording, State, Usage

_recordings = tables.recordings


async def note_download(tx: Tx, recording: str, part: str, seat: Seat | None, now: int) -> None:
    await tx.execute(insert(tables.downloads).values(recording=recording, part=part, seat=seat, at_ms=now))


async def downloads_in_room(tx: Tx, room: str) -> dict[str, list[Download]]:
    """By recording, oldest first."""
    downloads = tables.downloads
    joined = downloads.join(_recordings, _recordings.c.id == downloads.c.recording)
    asked = select(downloads).select_from(joined).where(_recordings.c.room == room).order_by(downloads.c.id)
    found: defaultdict[str, list[Download]] = defaultdict(list)
    for row in await tx.execute(asked):
        found[row.recording].append(rows.convert(row, Download))
    return dict(found)


async def usage(tx: Tx, room: str) -> Usage:
    """Sealed bytes on the disk, those of running recordings as of their last checkpoint."""
    total = func.coalesce(func.sum(_recordings.c.size), 0)
    in_room = (await tx.execute(select(total).where(_recordings.c.room == room))).scalar_one()
    in_all = (await tx.execute(select(total).where(_recordings.c.size > 0))).scalar_one()
    return Usage(int(in_room), int(in_all))


async def counts(tx: Tx) -> Counts:
    by_state = select(_recordings.c.state, func.count().label("many")).group_by(_recordings.c.state)
    many: dict[str, int] = {row.state: row.many for row in await tx.execute(by_state)}
    kept = _recordings.c.state == State.KEPT
    size = select(func.coalesce(func.sum(_recordings.c.size), 0)).where(_recordings.c.size > 0)
    return Counts(
        rooms=await _number(tx, select(func.count()).select_from(tables.rooms)),
        meetings=await _number(tx, select(func.count()).select_from(tables.meetings)),
        recordings_kept=many.get(State.KEPT, 0),
        recordings_running=many.get(State.RECORDING, 0),
        recordings_deleted=many.get(State.DELETING, 0) + many.get(State.DELETED, 0),
        size=await _number(tx, size),
        next_due_ms=await next_due(tx),
        oldest_kept_ms=(await tx.execute(select(func.min(_recordings.c.ended_ms)).where(kept))).scalar_one(),
    )


async def next_due(tx: Tx) -> int | None:
    """When the next recording falls due (or when one fell due that is still there)."""
    due_ms = select(func.min(_recordings.c.due_ms)).where(_recordings.c.state == State.KEPT)
    moment: int | None = (await tx.execute(due_ms)).scalar_one()
    return moment


async def due(tx: Tx, now: int, limit: int = 100) -> list[str]:
    """Recordings to be destroyed, longest due first."""
    return list((await tx.execute(select_due(now, limit))).scalars())


def select_due(now: int, limit: int) -> Select[str]:
    is_due = (_recordings.c.state == State.KEPT, _recordings.c.due_ms <= now)
    return select(_recordings.c.id).where(*is_due).order_by(_recordings.c.due_ms).limit(limit)


async def in_state(tx: Tx, state: State) -> list[Recording]:
    found = await tx.execute(select(_recordings).where(_recordings.c.state == state))
    return [rows.convert(row, Recording) for row in found]


async def unfinished(tx: Tx) -> list[Recording]:
    """Still `recording`: at boot, those a former process left open."""
    return await in_state(tx, State.RECORDING)


async def _number(tx: Tx, asked: Select[int]) -> int:
    return int((await tx.execute(asked)).scalar_one())
