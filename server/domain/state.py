"""The room as a value: what is remembered between two events, and nothing else.

Two seats are two fields, so that a third person cannot be written down. Moments are milliseconds since the epoch,
UTC; `None` means "does not apply".
"""

import msgspec
from msgspec import Struct

from server.domain.values import Device, Presence, RecordingState, Seat

SECOND = 1_000
MINUTE = 60 * SECOND

YES_LAPSES_MS = 2 * MINUTE
"""A yes (and a proposed break) that is not met by the other's lapses."""
COUNTDOWN_MS = 3 * SECOND
"""Before every start and every going-on."""
START_TIMEOUT_MS = 15 * SECOND
"""Both legs must have something durable by then."""
SILENCE_MS = 3 * SECOND
"""Without a pulse for so long, the permit closes."""
LINE_RETURN_MS = 60 * SECOND
"""A lost line that is not back by then counts as leaving."""
LEGS_SHUT_MS = 3 * SECOND
"""Longest wait for the browsers' word that their legs are closed."""
MEETING_ENDS_MS = 5 * MINUTE
"""A meeting ends once the room has been empty for so long."""
BREAK_CAP_MINUTES = 60
"""Longest break, with all that was added."""
THINKING_MS = 5 * MINUTE
""" "I'm thinking" ends by itself after so long."""
GESTURE_EVERY_MS = 1_500
"""One gesture in so long is allowed for good, and GESTURE_BURST of them at once."""
GESTURE_BURST = 4
REMEMBERED_PAGES = 8
"""Evicted pages a seat remembers, so that they do not take it back."""

NOBODY: frozenset[Seat] = frozenset()
BOTH: frozenset[Seat] = frozenset(Seat)


class SeatState(Struct, frozen=True):
    """One seat. `page` is set exactly while `presence` is not `absent`."""

    presence: Presence = Presence.ABSENT
    page: str | None = None
    microphone: Device = Device.NONE
    camera: Device = Device.NONE
    socket: bool = False
    """Whether the page's socket is up; a silent line has a socket and still counts as lost."""
    lost_ms: int | None = None
    """Since when the line is lost."""
    heard_ms: int = 0
    """Last pulse, or the moment from which pulses are due."""
    nonce: str | None = None
    """Of the words this seat was last shown; a yes names it and uses it up."""
    former: str | None = None
    """The page that was last in this seat, while it is absent."""
    evicted: tuple[str, ...] = ()
    """Pages that newer ones have replaced: they do not take the seat back."""
    thinking_until_ms: int | None = None
    """ "I'm thinking" is on until then."""
    gestures_ms: int = 0
    """When the gestures made so far will all be paid for; the gestures themselves are not remembered."""

    @property
    def here(self) -> bool:
        return self.presence is Presence.HERE


class Break(Struct, frozen=True):
    """`proposed` until answered, `running` until the deadline, then `over`."""

    state: str
    by: Seat
    minutes: int
    until_ms: int | None
    back: frozenset[Seat] = NOBODY


class Quiet(Struct, frozen=True):
    """Quiet time: `proposed` until answered, `running` until the deadline."""

    state: str
    by: Seat
    minutes: int
    until_ms: int


class Tape(Struct, frozen=True):
    """The recording that is opened and not ended: counted down, starting, running or paused."""

    recording: str
    state: RecordingState
    days: int
    """Retention promised; only ever shortened."""
    until_ms: int | None = None
    """End of the countdown, or of the patience with the start."""
    run: int = 0
    """Number of the last permit; 0 before the first."""
    permit: bool = False
    durable: frozenset[Seat] = NOBODY
    legs: frozenset[Seat] = NOBODY
    """Whose legs may still be open."""
    legs_until_ms: int | None = None
    started_ms: int | None = None
    """When the first frame of this run was taken, once it is on record."""
    ended_ms: int | None = None
    """When the last permit closed."""
    sealed_end_ms: int | None = None
    """End of the last part that is sealed."""
    recorded_ms: int = 0
    unsealed: frozenset[int] = frozenset()
    """Closed runs whose length is not known yet."""
    needs_go_on: bool = False
    """After a break: both must press "Go on"."""
    go_on: frozenset[Seat] = NOBODY
    reason: str | None = None
    reason_by: Seat | None = None


class Stopped(Struct, frozen=True):
    """The last recording of this meeting that has ended."""

    recording: str
    reason: str
    reason_by: Seat | None
    ended_ms: int
    days: int
    run: int
    recorded_ms: int
    unsealed: frozenset[int]
    sealed_end_ms: int | None = None
    legs: frozenset[Seat] = NOBODY
    legs_until_ms: int | None = None
    choice: str | None = None
    """`None` when there is nothing to choose, else `pending`, `kept` or `erased`."""
    choosers: frozenset[Seat] = NOBODY
    keepers: frozenset[Seat] = NOBODY


class Room(Struct, frozen=True):
    """Everything a room is at one moment. Made by `new_room()`, changed only by `transition()`."""

    retention_days: int
    downloads: bool
    may_not_record: str | None
    meeting: str | None = None
    empty_ms: int | None = None
    """Since when nobody is here, while a meeting is on."""
    mentor: SeatState = SeatState()
    mentee: SeatState = SeatState()
    pause: Break | None = None
    quiet: Quiet | None = None
    declined: bool = False
    agreeing: str | None = None
    """The recording that is being agreed on."""
    yes: frozenset[Seat] = NOBODY
    """Whose switch "Allow recording" is on."""
    yes_until_ms: int | None = None
    tape: Tape | None = None
    last: Stopped | None = None
    note: str | None = None
    """Why the asking came to nothing: `yes_lapsed`, `declined`, `withdrawn`, …"""
    note_by: Seat | None = None

    def seat(self, seat: Seat) -> SeatState:
        return self.mentor if seat is Seat.MENTOR else self.mentee

    def anyone(self, *presences: Presence) -> Seat | None:
        """The first seat whose presence is one of these."""
        return next((seat for seat in Seat if self.seat(seat).presence in presences), None)

    @property
    def both_here(self) -> bool:
        return self.mentor.here and self.mentee.here

    @property
    def on_break(self) -> bool:
        return self.pause is not None and self.pause.state == "running"

    @property
    def pause_begun(self) -> bool:
        """A break that runs, or whose time is up and that not everybody is back from."""
        return self.pause is not None and self.pause.state != "proposed"

    def with_seat(self, seat: Seat, state: SeatState) -> "Room":
        if seat is Seat.MENTOR:
            return msgspec.structs.replace(self, mentor=state)
        return msgspec.structs.replace(self, mentee=state)
