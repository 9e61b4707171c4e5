"""Runs and parts of a recording. Reached as `recordings.open_run` and so on."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, func, insert, select, update

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import rows, tables
from server.store.database import Tx
from server.store.recording_rows import Part, PartKind, PartState, Run, State


async def open_run(tx: Tx, recording: str, run: int, now: int) -> Run:
    """Begins where the runs before it end. Raises `recording_not_running`."""
    await _require_running(tx, recording)
    before = select(func.coalesce(func.sum(tables.runs.c.length_ms), 0)).where(tables.runs.c.recording == recording)
    offset_ms = int((await tx.execute(before)).scalar_one())
    opened = Run(run=run, offset_ms=offset_ms, opened_ms=now, closed_ms=None, length_ms=0)
    await tx.execute(insert(tables.runs).values(recording=recording, **msgspec.structs.asdict(opened)))
    return opened


async def close_run(tx: Tx, recording: str, run: int, *, length_ms: int, now: int) -> None:
    this = and_(tables.runs.c.recording == recording, tables.runs.c.run == run)
    await tx.execute(update(tables.runs).where(this).values(length_ms=length_ms, closed_ms=now))


async def runs(tx: Tx, recording: str) -> list[Run]:
    """In order."""
    asked = select(tables.runs).where(tables.runs.c.recording == recording).order_by(tables.runs.c.run)
    return [rows.convert(row, Run) for row in await tx.execute(asked)]


async def open_part(
    tx: Tx,
    part_id: str,
    *,
    recording: str,
    seat: Seat,
    run: int,
    started_ms: int,
    offset_ms: int,
    video: bool,
    wrapped_key: bytes,
    kind: PartKind = PartKind.MEDIA,
) -> Part:
    """Before the part's file is made, so that no file is ever without a row. Raises `recording_not_running`."""
    await _require_running(tx, recording)
    opened = Part(
        id=part_id,
        recording=recording,
        seat=seat,
        run=run,
        started_ms=started_ms,
        offset_ms=offset_ms,
        length_ms=0,
        size=0,
        video=video,
        state=PartState.OPEN,
        wrapped_key=wrapped_key,
        checkpoint=None,
        kind=kind,
    )
    await tx.execute(insert(tables.parts).values(**msgspec.structs.asdict(opened)))
    return opened


async def checkpoint_part(tx: Tx, part_id: str, *, length_ms: int, size: int, checkpoint: bytes) -> None:
    """So much of it is durable (after fdatasync, at least every 5 s)."""
    before = await part(tx, part_id)
    if before is not None and before.state is PartState.OPEN:
        await _change(tx, before, length_ms=max(before.length_ms, length_ms), size=size, checkpoint=checkpoint)


async def finish_part(tx: Tx, part_id: str, *, offset_ms: int, length_ms: int, size: int) -> None:
    """Whole, with its FINAL record durable. Once more with a better offset and length is allowed; the first size
    stays, and what was interrupted stays so."""
    before = await part(tx, part_id)
    if before is None:
        return
    if before.state is PartState.OPEN:
        await _change(tx, before, offset_ms=offset_ms, length_ms=length_ms, size=size, state=PartState.FINISHED)
    else:
        await _change(tx, before, offset_ms=offset_ms, length_ms=length_ms, size=before.size)


async def interrupt_part(tx: Tx, part_id: str, *, length_ms: int, size: int) -> None:
    """Not whole, but playable so far."""
    before = await part(tx, part_id)
    if before is not None:
        await _change(tx, before, length_ms=length_ms, size=size, state=PartState.INTERRUPTED)


async def part(tx: Tx, part_id: str) -> Part | None:
    found = await tx.execute(select(tables.parts).where(tables.parts.c.id == part_id))
    return rows.one(found.one_or_none(), Part)


async def parts(tx: Tx, recording: str) -> list[Part]:
    """In order of run, offset, seat."""
    made = tables.parts
    order = (made.c.run, made.c.offset_ms, made.c.seat, made.c.id)
    found = await tx.execute(select(made).where(made.c.recording == recording).order_by(*order))
    return [rows.convert(row, Part) for row in found]


async def media(tx: Tx, recording: str) -> list[Part]:
    """Those with sound and pictures: they alone say how long a recording is, and when it ended."""
    return [made for made in await parts(tx, recording) if made.kind is PartKind.MEDIA]


async def _change(tx: Tx, before: Part, *, size: int, **values: Any) -> None:
    """The part's row and, by the difference, the size of its recording; nothing once that is being deleted."""
    living = _living(before.recording)
    recordings = tables.recordings
    grown = update(recordings).where(living).values(size=recordings.c.size + (size - before.size))
    if (await tx.execute(grown)).rowcount == 1:
        await tx.execute(update(tables.parts).where(tables.parts.c.id == before.id).values(size=size, **values))


def _living(recording: str) -> ColumnElement[bool]:
    states = (State.RECORDING, State.KEPT)
    return and_(tables.recordings.c.id == recording, tables.recordings.c.state.in_(states))


async def _require_running(tx: Tx, recording: str) -> None:
    state = select(tables.recordings.c.state).where(tables.recordings.c.id == recording)
    if (await tx.execute(state)).scalar_one_or_none() != State.RECORDING:
        raise VisavisError("recording_not_running", "the recording is over", 409)
