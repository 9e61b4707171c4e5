"""Meetings and recordings; with the runs and parts of `parts` and the sums of `figures` the whole of what is kept.

A recording: `recording` -> `kept` -> `deleting` -> `deleted`. Only a `kept` one that is not yet due is readable.
Deleting itself is in `deletion`, shorter promises in `retention`.
"""

from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from server.domain import retention as rules
from server.errors import VisavisError
from server.store import rows, settings, tables
from server.store.database import Tx
from server.store.figures import (
    counts,
    downloads_in_room,
    due,
    in_state,
    next_due,
    note_download,
    unfinished,
    usage,
)
from server.store.parts import (
    checkpoint_part,
    close_run,
    finish_part,
    interrupt_part,
    media,
    open_part,
    open_run,
    part,
    parts,
    runs,
)
from server.store.recording_rows import (
    Counts,
    Download,
    Part,
    PartKind,
    PartState,
    Recording,
    Run,
    State,
    Usage,
    readable,
)

__all__ = [
    "Counts",
    "Download",
    "Part",
    "PartKind",
    "PartState",
    "Recording",
    "Run",
    "State",
    "Usage",
    "begin_meeting",
    "checkpoint_part",
    "close_run",
    "counts",
    "create",
    "downloads_in_room",
    "due",
    "end_meeting",
    "finish",
    "finish_part",
    "get",
    "in_room",
    "in_state",
    "interrupt_part",
    "media",
    "next_due",
    "note_download",
    "open_part",
    "open_run",
    "part",
    "parts",
    "readable",
    "runs",
    "unfinished",
    "usage",
]

MINUTE_MS = 60_000


async def begin_meeting(tx: Tx, meeting: str, room: str, now: int) -> None:
    await tx.execute(insert(tables.meetings).values(id=meeting, room=room, began_ms=now))


async def end_meeting(tx: Tx, meeting: str, now: int) -> None:
    """The first end counts."""
    meetings = tables.meetings
    await tx.execute(
        update(meetings).where(meetings.c.id == meeting, meetings.c.ended_ms.is_(None)).values(ended_ms=now)
    )


async def create(
    tx: Tx, recording: str, *, room: str, meeting: str, retention_days: int, downloads: bool, now: int
) -> Recording:
    """Put its shred key into `ShredKeys` first: a key without a row is removed at boot, a row without a key is not
    readable."""
    made = Recording(
        id=recording,
        room=room,
        meeting=meeting,
        state=State.RECORDING,
        created_ms=now,
        retention_days=retention_days,
        downloads=downloads,
    )
    await tx.execute(insert(tables.recordings).values(**msgspec.structs.asdict(made)))
    return made


async def get(tx: Tx, recording: str) -> Recording | None:
    found = await tx.execute(select(tables.recordings).where(tables.recordings.c.id == recording))
    return rows.one(found.one_or_none(), Recording)


async def in_room(tx: Tx, room: str) -> list[Recording]:
    """Newest first, deleted ones too."""
    recordings = tables.recordings
    newest = recordings.c.created_ms.desc()
    found = await tx.execute(select(recordings).where(recordings.c.room == room).order_by(newest, recordings.c.id))
    return [rows.convert(row, Recording) for row in found]


async def finish(tx: Tx, recording: str, *, reason: str, now: int, interrupted: bool = False) -> Recording:
    """No further run comes: kept, due `retention_days` x 24 h after the end of its last part. Without a single part
    of any length it is marked for deletion instead (state `deleting`, cause `empty`): hand it to `Deletion.run`.

    Parts and runs still open are closed with what is known of them. Raises `recording_not_running`."""
    row = await get(tx, recording)
    if row is None or row.state is not State.RECORDING:
        raise VisavisError("recording_not_running", "the recording is over", 409)
    length_ms = await _settle_runs(tx, recording, now)
    filled = [made for made in await media(tx, recording) if made.length_ms > 0]
    values: dict[str, Any]
    if filled:
        ended_ms = max(made.started_ms + made.length_ms for made in filled)
        values = {
            "state": State.KEPT,
            "started_ms": min(made.started_ms for made in filled),
            "ended_ms": ended_ms,
            "due_ms": rules.due_ms(ended_ms, row.retention_days) + await _behind_ms(tx, now),
            "length_ms": length_ms,
            "interrupted": interrupted or any(made.state is PartState.INTERRUPTED for made in filled),
        }
    else:
        values = {"state": State.DELETING, "cause": "empty", "deleted_ms": now, "interrupted": interrupted}
    this = tables.recordings.c.id == recording
    await tx.execute(update(tables.recordings).where(this).values(reason=reason, **values))
    return msgspec.structs.replace(row, reason=reason, **values)


async def _settle_runs(tx: Tx, recording: str, now: int) -> int:
    """Closes what is open and lays the runs end to end; the length of all of them together."""
    all_parts = await parts(tx, recording)
    for made in all_parts:
        if made.state is PartState.OPEN:
            await interrupt_part(tx, made.id, length_ms=made.length_ms, size=made.size)
    offset_ms, sounding = 0, await media(tx, recording)
    for run in await runs(tx, recording):
        closed_ms, length_ms = run.closed_ms, run.length_ms
        if closed_ms is None:
            closed_ms = now
            length_ms = max((p.offset_ms + p.length_ms for p in sounding if p.run == run.run), default=0)
        await tx.execute(
            update(tables.runs)
            .where(tables.runs.c.recording == recording, tables.runs.c.run == run.run)
            .values(offset_ms=offset_ms, closed_ms=closed_ms, length_ms=length_ms)
        )
        offset_ms += length_ms
    return offset_ms


async def _behind_ms(tx: Tx, now: int) -> int:
    """How far the clock is behind the latest moment that was believed. The janitor goes by that moment, so a recording
    made while the clock is behind would otherwise be destroyed too early by as much."""
    mark = await settings.clock_mark(tx)
    behind = 0 if mark is None else mark.high_water_ms - now
    return behind if behind > MINUTE_MS else 0  # less is the ordinary difference between two clocks
