"""Meetings, recordings, their runs and parts, and who saved a copy.

A recording: `recording` -> `kept` -> `deleting` -> `deleted`. Only a `kept` one that is not yet due is readable.
Deleting itself is in `deletion`, shorter promises in `retention`.
"""

from enum import StrEnum

from msgspec import Struct

from server.domain.messages import Seat
from server.store.database import Tx


class State(StrEnum):
    RECORDING = "recording"
    KEPT = "kept"
    DELETING = "deleting"
    """Unreadable; keys and bytes are on their way out."""
    DELETED = "deleted"


class PartState(StrEnum):
    OPEN = "open"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"


class Recording(Struct, frozen=True):
    id: str
    room: str
    meeting: str
    state: State
    created_ms: int
    started_ms: int | None
    """First frame of the first part."""
    ended_ms: int | None
    """End of the last part, by the wall clock; retention counts from here."""
    due_ms: int | None
    retention_days: int
    downloads: bool
    reason: str | None
    """Why it ended, as in RecordingView.reason."""
    interrupted: bool
    """The server went down in the middle, or a part is not whole."""
    length_ms: int
    size: int
    cause: str | None
    """Why it was deleted: `due`, `erased`, `deleted`, `empty`."""
    deleted_by: Seat | None
    deleted_ms: int | None
    """When it became unreadable."""


class Run(Struct, frozen=True):
    run: int
    offset_ms: int
    """On the recording's axis: the lengths of the runs before it."""
    opened_ms: int
    closed_ms: int | None
    length_ms: int


class Part(Struct, frozen=True):
    id: str
    recording: str
    seat: Seat
    run: int
    started_ms: int
    """First frame, by the wall clock."""
    offset_ms: int
    """On its run's axis; on the recording's it is `run.offset_ms + offset_ms`."""
    length_ms: int
    size: int
    video: bool
    state: PartState
    wrapped_key: bytes
    """Empty once the recording is deleted."""
    checkpoint: bytes | None
    """What `store.sealed` said last of how far the file is durable, with its MAC."""


class Download(Struct, frozen=True):
    recording: str
    part: str
    seat: Seat | None
    """None: with the password alone."""
    at_ms: int


class Usage(Struct, frozen=True):
    """Sealed bytes that lie on the disk."""

    room_bytes: int
    server_bytes: int


class Counts(Struct, frozen=True):
    """For the admin: numbers and dates only."""

    rooms: int
    meetings: int
    recordings_kept: int
    recordings_running: int
    recordings_deleted: int
    size: int
    next_due_ms: int | None
    oldest_kept_ms: int | None


def readable(recording: Recording, now: int) -> bool:
    """Whether it may be opened: kept and not due."""
    raise NotImplementedError


# --- meetings -----------------------------------------------------------------------------------------------------


async def begin_meeting(tx: Tx, meeting: str, room: str, now: int) -> None:
    raise NotImplementedError


async def end_meeting(tx: Tx, meeting: str, now: int) -> None:
    raise NotImplementedError


# --- recordings ---------------------------------------------------------------------------------------------------


async def create(
    tx: Tx, recording: str, *, room: str, meeting: str, retention_days: int, downloads: bool, now: int
) -> Recording:
    """Put its shred key into `ShredKeys` first: a key without a row is removed at boot, a row without a key is not
    readable."""
    raise NotImplementedError


async def get(tx: Tx, recording: str) -> Recording | None:
    raise NotImplementedError


async def in_room(tx: Tx, room: str) -> list[Recording]:
    """Newest first, deleted ones too."""
    raise NotImplementedError


async def finish(tx: Tx, recording: str, *, reason: str, now: int) -> Recording:
    """No further run comes: kept, due `retention_days` x 24 h after the end of its last part. Without a single part
    of any length it is marked for deletion instead (state `deleting`, cause `empty`): hand it to `Deletion.run`."""
    raise NotImplementedError


# --- runs and parts -----------------------------------------------------------------------------------------------


async def open_run(tx: Tx, recording: str, run: int, now: int) -> Run:
    raise NotImplementedError


async def close_run(tx: Tx, recording: str, run: int, *, length_ms: int, now: int) -> None:
    raise NotImplementedError


async def runs(tx: Tx, recording: str) -> list[Run]:
    raise NotImplementedError


async def open_part(
    tx: Tx,
    part: str,
    *,
    recording: str,
    seat: Seat,
    run: int,
    started_ms: int,
    offset_ms: int,
    video: bool,
    wrapped_key: bytes,
) -> Part:
    """Before the part's file is made, so that no file is ever without a row. Raises `recording_not_running`."""
    raise NotImplementedError


async def checkpoint_part(tx: Tx, part: str, *, length_ms: int, size: int, checkpoint: bytes) -> None:
    """So much of it is durable (after fdatasync, at least every 5 s)."""
    raise NotImplementedError


async def finish_part(tx: Tx, part: str, *, offset_ms: int, length_ms: int, size: int) -> None:
    """Whole, with its FINAL record durable."""
    raise NotImplementedError


async def interrupt_part(tx: Tx, part: str, *, length_ms: int, size: int) -> None:
    """Not whole, but playable so far."""
    raise NotImplementedError


async def part(tx: Tx, part: str) -> Part | None:
    raise NotImplementedError


async def parts(tx: Tx, recording: str) -> list[Part]:
    """In order of run, offset, seat."""
    raise NotImplementedError


# --- copies, sizes ------------------------------------------------------------------------------------------------


async def note_download(tx: Tx, recording: str, part: str, seat: Seat | None, now: int) -> None:
    raise NotImplementedError


async def downloads_in_room(tx: Tx, room: str) -> dict[str, list[Download]]:
    """By recording, oldest first."""
    raise NotImplementedError


async def usage(tx: Tx, room: str) -> Usage:
    raise NotImplementedError


async def counts(tx: Tx) -> Counts:
    raise NotImplementedError


async def next_due(tx: Tx) -> int | None:
    """When the next recording falls due (or when one fell due that is still there)."""
    raise NotImplementedError


async def due(tx: Tx, now: int, limit: int = 100) -> list[str]:
    """Recordings to be destroyed, longest due first."""
    raise NotImplementedError


async def unfinished(tx: Tx) -> list[Recording]:
    """Still `recording`: at boot, those a former process left open."""
    raise NotImplementedError
