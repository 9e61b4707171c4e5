"""What can happen to a room, and what must be done about it.

`room.transition(room, event, now)` takes an event and returns the new room with effects. Fresh identifiers and
the answers of the world come in with the events, so that the transition itself draws nothing and waits for nothing.
Moments are milliseconds since the epoch, UTC, from the room's clock.
"""

from msgspec import Struct

from server.domain.values import Choice, Device, GestureKind, Seat

# --- events -------------------------------------------------------------------------------------------------------


class PageCame(Struct, frozen=True):
    """A socket said hello in a seat whose right to it has been checked. `fresh_meeting` names the meeting if this
    arrival begins one."""

    seat: Seat
    page: str
    microphone: Device
    camera: Device
    fresh_meeting: str


class LineLost(Struct, frozen=True):
    """The page's socket closed without a goodbye. Not sent for a socket that a newer one of the same page replaced."""

    seat: Seat
    page: str


class PageLeft(Struct, frozen=True):
    """The person pressed "Leave", or the seat was taken to another device."""

    seat: Seat
    page: str


class MediaChanged(Struct, frozen=True):
    seat: Seat
    microphone: Device
    camera: Device


class BreakProposed(Struct, frozen=True):
    seat: Seat
    minutes: int


class BreakAnswered(Struct, frozen=True):
    seat: Seat
    agree: bool


class CameBack(Struct, frozen=True):
    """ "I'm back" from a break."""

    seat: Seat


class MoreBreak(Struct, frozen=True):
    seat: Seat
    minutes: int


class GestureMade(Struct, frozen=True):
    seat: Seat
    kind: GestureKind


class ThinkingSet(Struct, frozen=True):
    """ "I'm thinking" was switched on or off."""

    seat: Seat
    on: bool


class QuietProposed(Struct, frozen=True):
    seat: Seat
    minutes: int


class QuietAnswered(Struct, frozen=True):
    seat: Seat
    agree: bool


class QuietEnded(Struct, frozen=True):
    """Ended by hand, before its time."""

    seat: Seat


class ConsentAsked(Struct, frozen=True):
    """The seat wants to read the words. `fresh_recording` names the recording if none is being agreed on yet."""

    seat: Seat
    nonce: str
    fresh_recording: str


class ConsentGiven(Struct, frozen=True):
    """A yes whose nonce, words and signature have been checked against what the seat was shown."""

    seat: Seat
    nonce: str


class ConsentDeclined(Struct, frozen=True):
    """ "Not today"."""

    seat: Seat


class ConsentWithdrawn(Struct, frozen=True):
    seat: Seat


class CountdownStopped(Struct, frozen=True):
    seat: Seat


class WentOn(Struct, frozen=True):
    seat: Seat


class OutcomeChosen(Struct, frozen=True):
    seat: Seat
    recording: str
    choice: Choice


class PulseHeard(Struct, frozen=True):
    seat: Seat


class LegDurable(Struct, frozen=True):
    """The first frame of this seat's leg lies sealed and synced on the disk."""

    seat: Seat
    recording: str
    run: int
    since_ms: int
    """When the run's first frame was taken, of whichever leg."""


class LegShut(Struct, frozen=True):
    """The browser says its leg is closed (or its socket is gone)."""

    seat: Seat
    recording: str
    run: int


class RecorderFailed(Struct, frozen=True):
    """The recorder cannot go on: `leg_failed`, `leg_timeout`, `leg_refused`, `disk_full`, `write_failed`, …"""

    recording: str
    run: int
    seat: Seat | None
    reason: str


class LimitReached(Struct, frozen=True):
    """`too_long`, `disk_limit`, `disk_full` or `going_down`: the recording ends and is kept."""

    recording: str
    reason: str


class RunSealed(Struct, frozen=True):
    """The parts of a run are finished; `length_ms` of them count. `ended_ms` is the end of the recording's last part so
    far, by the wall clock, from which retention counts; None when nothing is held yet."""

    recording: str
    run: int
    length_ms: int
    ended_ms: int | None = None


class RoomPolicyChanged(Struct, frozen=True):
    retention_days: int
    downloads: bool
    may_not_record: str | None


class Tick(Struct, frozen=True):
    """Time has passed: deadlines are looked at. Sent when `next_deadline()` has come."""


Event = (
    PageCame
    | LineLost
    | PageLeft
    | MediaChanged
    | BreakProposed
    | BreakAnswered
    | CameBack
    | MoreBreak
    | GestureMade
    | ThinkingSet
    | QuietProposed
    | QuietAnswered
    | QuietEnded
    | ConsentAsked
    | ConsentGiven
    | ConsentDeclined
    | ConsentWithdrawn
    | CountdownStopped
    | WentOn
    | OutcomeChosen
    | PulseHeard
    | LegDurable
    | LegShut
    | RecorderFailed
    | LimitReached
    | RunSealed
    | RoomPolicyChanged
    | Tick
)

# --- effects ------------------------------------------------------------------------------------------------------


class MeetingBegan(Struct, frozen=True):
    meeting: str
    at_ms: int


class MeetingEmpty(Struct, frozen=True):
    """Nobody is in the meeting since then; None: somebody is again."""

    meeting: str
    since_ms: int | None


class MeetingEnded(Struct, frozen=True):
    meeting: str
    at_ms: int


class EvictPage(Struct, frozen=True):
    """Close the socket of an older page in this seat with `bye` and `code`."""

    seat: Seat
    page: str
    code: str


class OpenRecording(Struct, frozen=True):
    """Both have said yes: create the recording (keys, row) before its first run may start. Where that fails, answer
    with `RecorderFailed`."""

    recording: str
    meeting: str
    retention_days: int
    downloads: bool


class MintPermit(Struct, frozen=True):
    """From now until `ClosePermit` the recorder may take frames for this run."""

    recording: str
    run: int


class ClosePermit(Struct, frozen=True):
    """Close the permit, before anything is awaited; then finish the run's parts and answer with `RunSealed`."""

    recording: str
    run: int


class EndRecording(Struct, frozen=True):
    """No further run will come. `reason` as in `RecordingView.reason`; `at_ms` is when its last permit
    closed; retention counts from the end of its last part, which came before (see `RunSealed`). A recording that holds
    nothing is dropped."""

    recording: str
    reason: str
    at_ms: int


class EraseRecording(Struct, frozen=True):
    """Destroy it now, key first."""

    recording: str
    by: Seat


class KeepRecording(Struct, frozen=True):
    """It was chosen to be kept, or nothing was chosen in time. An `EraseRecording` may still follow."""

    recording: str


class Ring(Struct, frozen=True):
    """Send `chime`."""

    kind: str
    seats: tuple[Seat, ...]


class PassGesture(Struct, frozen=True):
    """Send `gesture` to both."""

    seat: Seat
    kind: GestureKind
    at_ms: int


class Refuse(Struct, frozen=True):
    """The event was not allowed in this state: tell its sender."""

    seat: Seat
    code: str


Effect = (
    MeetingBegan
    | MeetingEmpty
    | MeetingEnded
    | EvictPage
    | OpenRecording
    | MintPermit
    | ClosePermit
    | EndRecording
    | EraseRecording
    | KeepRecording
    | Ring
    | PassGesture
    | Refuse
)
