"""All that a meeting page shows, as one seat sees it: what `view.py` makes of a room."""

from msgspec import Struct

from server.domain.values import Code, Device, Id, Milliseconds, Presence, RecordingState, Seat


class SeatView(Struct, frozen=True):
    claimed: bool
    name: str
    presence: Presence
    page: Id | None
    """The page in this seat; call signalling is addressed to it."""
    microphone: Device
    camera: Device
    thinking: bool = False
    """ "I'm thinking" is on."""


class BreakView(Struct, frozen=True):
    state: str
    """`proposed`, `running` or `over` (the time is up, nobody is thrown out)."""
    by: Seat
    minutes: int
    until_ms: Milliseconds | None
    """The deadline by the server's clock."""
    back: list[Seat]
    """Who has pressed "I'm back"."""


class QuietView(Struct, frozen=True):
    """Quiet time; gone from the view when it is over."""

    state: str
    """`proposed` or `running`."""
    by: Seat
    minutes: int
    until_ms: Milliseconds
    """When the proposal lapses, or the deadline of the one clock both see."""


class RecordingView(Struct, frozen=True):
    state: RecordingState
    allowed: list[Seat]
    """Whose switch "Allow recording" is on."""
    declined: bool
    """"Not today" was said in this meeting: nobody is asked again."""
    recording: Id | None
    """The one that is counted down or running; else the last one of this meeting (which `outcome` is about)."""
    run: int
    """The number of the permit: 1, then one more after every pause."""
    until_ms: Milliseconds | None
    started_ms: Milliseconds | None
    """When the first frame of this run was taken; with `recorded_ms` it gives the running time."""
    recorded_ms: Milliseconds
    """Length of the finished runs together."""
    saved_ms: Milliseconds
    """How much is durably sealed."""
    due_ms: Milliseconds | None
    """When it is destroyed; while it runs, when it would be if it ended now."""
    reason: Code | None
    """Why it is paused or stopped."""
    go_on: list[Seat]
    """Who has pressed "Go on" (after a break)."""
    choice: str | None
    """After a stop: `pending`, `kept` or `erased`."""
    choice_by: Seat | None
    """Who is asked to choose."""
    quiet: bool = True
    """No leg of the last run is open any more. A paused recording is called "Recording paused" only when it is quiet;
    until then the page says that it is pausing. A leg may be open only while `state` is `starting` or `recording`."""
    reason_by: Seat | None = None
    """Whose doing `reason` is, where it is one's."""


class RoomView(Struct, frozen=True):
    """All that a meeting page shows, as one seat sees it; sent whole after every change."""

    title: str
    seats: dict[Seat, SeatView]
    pause: BreakView | None
    recording: RecordingView
    retention_days: int
    downloads: bool
    may_record: bool
    may_not_record: Code | None
    """Why this room cannot record: `password_not_yours`, `disk_full`, …"""
    notices: list[Code]
    quiet: QuietView | None = None
