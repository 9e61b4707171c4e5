"""What the recorder writes to, and what it says: the face of `media` towards the store and the room."""

from typing import Protocol

from msgspec import Struct

from server.domain.values import Seat


class PartInfo(Struct, frozen=True):
    """A part as it begins: one seat's media from one leg, to become one sealed file."""

    recording: str
    run: int
    seat: Seat
    started_ms: int
    """Moment of the first frame (UTC, ms since the epoch)."""
    offset_ms: int
    """Where it begins on the run's own axis, whose zero is the first frame of the run's first part."""
    video: bool


class PartResult(Struct, frozen=True):
    """A part as it ended; `bytes` of plaintext."""

    part: str
    """What `PartSink.part` said."""
    seat: Seat
    run: int
    offset_ms: int
    length_ms: int
    bytes: int
    video: bool


class RunResult(Struct, frozen=True):
    """`length_ms` reaches from the first frame of the run's first part to the end of its last."""

    run: int
    length_ms: int
    parts: tuple[PartResult, ...]


class PartSink(Protocol):
    """Takes one part's bytes. Calls come one at a time, in order. Any of them may raise `VisavisError`
    (`disk_full`, `write_failed`, …) or `OSError`; then nothing is called any more but `abort()`."""

    @property
    def part(self) -> str:
        """The part's id."""
        ...

    async def write(self, data: bytes, at_ms: int) -> None:
        """Append. The first call brings the WebM header, each further one exactly one Cluster (the cues at the end
        come in a call of their own); `at_ms` is when it begins, in ms from the start of the part."""
        ...

    async def sync(self) -> None:
        """Return when all that was written is durable."""
        ...

    async def patch(self, offset: int, data: bytes) -> None:
        """Overwrite bytes of the header, at the very end, before `finish()`."""
        ...

    async def finish(self, length_ms: int) -> None:
        """The part is whole: seal it for good, durably."""
        ...

    async def abort(self) -> None:
        """Let go of the file as it is; what was synced stays readable as an interrupted part."""
        ...


class PartOpener(Protocol):
    """Opens the sink of a new part; called when its first frame is there. Raises as `PartSink` does."""

    async def __call__(self, seat: Seat, info: PartInfo, /) -> PartSink: ...


class Durable(Struct, frozen=True):
    """The first frame of this seat's leg is durable. Once for each leg."""

    recording: str
    run: int
    seat: Seat
    since_ms: int
    """When the run's first frame was taken, of whichever leg: from there everything in the run is counted."""


class Saved(Struct, frozen=True):
    """So much of the run is durable, from both seats; about once a second."""

    recording: str
    run: int
    saved_ms: int


class LegFailed(Struct, frozen=True):
    """A leg is gone that nobody shut: `leg_timeout` (not up in 15 s), `leg_failed` (connection lost or ended by the
    browser), `leg_silent` (nothing to record came over it)."""

    recording: str
    run: int
    seat: Seat
    reason: str


class WriteFailed(Struct, frozen=True):
    """The sink refused: `disk_full`, `write_failed`, `too_slow`, or the code of its `VisavisError`. No more is taken
    in this run."""

    recording: str
    run: int
    reason: str


class PartFinished(Struct, frozen=True):
    recording: str
    result: PartResult


RecorderEvent = Durable | Saved | LegFailed | WriteFailed | PartFinished
