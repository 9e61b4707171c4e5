"""What is known of a recording, its runs and parts: the shapes that `recordings` gives out."""

from enum import StrEnum

from msgspec import Struct

from server.domain import retention as rules
from server.domain.values import Seat


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


class Recording(Struct, frozen=True, kw_only=True):
    id: str
    room: str
    meeting: str
    state: State
    created_ms: int
    started_ms: int | None = None
    """First frame of the first part."""
    ended_ms: int | None = None
    """End of the last part, by the wall clock; retention counts from here."""
    due_ms: int | None = None
    retention_days: int
    downloads: bool
    reason: str | None = None
    """Why it ended, as in RecordingView.reason."""
    interrupted: bool = False
    """The server went down in the middle, or a part is not whole."""
    length_ms: int = 0
    size: int = 0
    """Sealed bytes on the disk."""
    cause: str | None = None
    """Why it was deleted: `due`, `erased`, `deleted`, `empty`."""
    deleted_by: Seat | None = None
    deleted_ms: int | None = None
    """When it became unreadable."""


class PartKind(StrEnum):
    MEDIA = "media"
    """One seat's sound and picture."""
    SHARED = "shared"
    """Board, notes, topics, chat and gestures of both; `seat` is the one whose browser gave what it begins with."""


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
    kind: PartKind = PartKind.MEDIA


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
    return recording.state is State.KEPT and recording.due_ms is not None and not rules.is_due(recording.due_ms, now)
