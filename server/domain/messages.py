"""Every message that crosses a meeting's WebSocket, with its limits.

One tagged struct a message; the tag is the `type` field on the wire. msgspec checks types, lengths and ranges
while it decodes, so a handler never meets a half-valid message. `docs/protocol.md` is the contract in words.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

# Patterns end in \Z: a $ would let a line feed through, and with it a line of one's own into what is signed.

MAX_MESSAGE_BYTES = 64 * 1024
"""Largest WebSocket message either side may send."""

Id = Annotated[str, Meta(pattern=r"^[a-z2-7]{16}\Z")]
"""80 random bits in lower-case base32 (RFC 4648 section 6): rooms, meetings, recordings, parts, pages, nonces."""

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Title = Annotated[str, Meta(min_length=1, max_length=120)]
Sdp = Annotated[str, Meta(max_length=32 * 1024)]
LegSdp = Annotated[str, Meta(max_length=16 * 1024)]
Minutes = Annotated[int, Meta(ge=1, le=30)]
QuietMinutes = Annotated[int, Meta(ge=1, le=3)]
Milliseconds = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""Milliseconds; as a moment, since the Unix epoch, UTC."""
Base64 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]*\Z", max_length=256)]
"""base64url without padding (RFC 4648 section 5)."""
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""SHA-256, lower-case hex."""
Code = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,64}\Z")]


class Seat(StrEnum):
    """One of the two places in a room."""

    MENTOR = "mentor"
    MENTEE = "mentee"

    @property
    def other(self) -> "Seat":
        return Seat.MENTEE if self is Seat.MENTOR else Seat.MENTOR


class Device(StrEnum):
    """What a microphone or a camera is doing."""

    ON = "on"
    OFF = "off"
    NONE = "none"
    """There is none, or the browser may not use it."""


class Presence(StrEnum):
    ABSENT = "absent"
    HERE = "here"
    LINE_LOST = "line_lost"
    """The socket is gone and the page has not said goodbye: coming back, perhaps."""


class Choice(StrEnum):
    KEEP = "keep"
    ERASE = "erase"


class GestureKind(StrEnum):
    """A sign that floats over its sender's picture for both: seen, not heard, and not kept by the room."""

    THUMBS_UP = "thumbs_up"
    SMILE = "smile"
    NOD = "nod"
    APPLAUSE = "applause"
    HEART = "heart"


# --- from the browser ---------------------------------------------------------------------------------------------


class Hello(Struct, frozen=True, tag_field="type", tag="hello", forbid_unknown_fields=True):
    """First message on every socket. `page` names this load of the page: the same page coming back is a repaired
    line, another page in the same seat is a reload."""

    page: Id
    microphone: Device
    camera: Device


class Description(Struct, frozen=True, forbid_unknown_fields=True):
    """RTCSessionDescriptionInit."""

    type: Annotated[str, Meta(pattern=r"^(offer|answer|rollback)\Z")]
    sdp: Sdp = ""


class Candidate(Struct, frozen=True, forbid_unknown_fields=True):
    """RTCIceCandidateInit; an empty `candidate` ends the candidates of a generation."""

    candidate: Annotated[str, Meta(max_length=1024)]
    sdpMid: Annotated[str, Meta(max_length=16)] | None = None  # noqa: N815 - the W3C's spelling
    sdpMLineIndex: Annotated[int, Meta(ge=0, le=64)] | None = None  # noqa: N815
    usernameFragment: Annotated[str, Meta(max_length=256)] | None = None  # noqa: N815


class Signal(Struct, frozen=True, tag_field="type", tag="signal", forbid_unknown_fields=True):
    """Call signalling, passed on to the partner unread. `page` is the partner's page the words are meant for; a
    message for a page that is gone is dropped. Exactly one of `description` and `candidate` is set."""

    page: Id
    description: Description | None = None
    candidate: Candidate | None = None


class Media(Struct, frozen=True, tag_field="type", tag="media", forbid_unknown_fields=True):
    """What one's own devices are doing now."""

    microphone: Device
    camera: Device


class BreakPropose(Struct, frozen=True, tag_field="type", tag="break_propose", forbid_unknown_fields=True):
    minutes: Minutes


class BreakAnswer(Struct, frozen=True, tag_field="type", tag="break_answer", forbid_unknown_fields=True):
    agree: bool


class BreakBack(Struct, frozen=True, tag_field="type", tag="break_back", forbid_unknown_fields=True):
    """ "I'm back"."""


class BreakMore(Struct, frozen=True, tag_field="type", tag="break_more", forbid_unknown_fields=True):
    minutes: Minutes


class Gesture(Struct, frozen=True, tag_field="type", tag="gesture", forbid_unknown_fields=True):
    kind: GestureKind


class Thinking(Struct, frozen=True, tag_field="type", tag="thinking", forbid_unknown_fields=True):
    """ "I'm thinking": a calm sign for both."""

    on: bool


class QuietPropose(Struct, frozen=True, tag_field="type", tag="quiet_propose", forbid_unknown_fields=True):
    """Some minutes to think or write, with cameras and microphones as they are."""

    minutes: QuietMinutes


class QuietAnswer(Struct, frozen=True, tag_field="type", tag="quiet_answer", forbid_unknown_fields=True):
    agree: bool


class QuietEnd(Struct, frozen=True, tag_field="type", tag="quiet_end", forbid_unknown_fields=True):
    """Either may end the quiet time early."""


class ConsentAsk(Struct, frozen=True, tag_field="type", tag="consent_ask", forbid_unknown_fields=True):
    """Asks for the words to read before a yes, in a language and with times in an IANA time zone."""

    language: Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]
    time_zone: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_+/-]{1,64}\Z")]


class ConsentYes(Struct, frozen=True, tag_field="type", tag="consent_yes", forbid_unknown_fields=True):
    """`signature`: the seat key's ECDSA P-256 signature (IEEE P1363, base64url) over `consent.statement()`."""

    nonce: Id
    words_hash: Hash
    key: Id
    signature: Base64


class ConsentNo(Struct, frozen=True, tag_field="type", tag="consent_no", forbid_unknown_fields=True):
    """ "Not today"."""

    nonce: Id
    words_hash: Hash
    key: Id
    signature: Base64


class ConsentWithdraw(Struct, frozen=True, tag_field="type", tag="consent_withdraw", forbid_unknown_fields=True):
    """Takes a yes back. A missing signature never delays the stop; the receipt then says "unsigned"."""

    nonce: Id | None = None
    key: Id | None = None
    signature: Base64 = ""


class CountdownStop(Struct, frozen=True, tag_field="type", tag="countdown_stop", forbid_unknown_fields=True):
    """ "Stop" during a countdown. Counts as a withdrawal."""


class GoOn(Struct, frozen=True, tag_field="type", tag="go_on", forbid_unknown_fields=True):
    """ "Go on" with the recording after a break."""


class Outcome(Struct, frozen=True, tag_field="type", tag="outcome", forbid_unknown_fields=True):
    """The answer to "Keep or erase?"."""

    recording: Id
    choice: Choice


class LegOffer(Struct, frozen=True, tag_field="type", tag="leg_offer", forbid_unknown_fields=True):
    """Opens this browser's send-only leg to the recorder. `run` names the permit it is opened under."""

    recording: Id
    run: Annotated[int, Meta(ge=1)]
    sdp: LegSdp
    video: bool
    """Whether the leg carries the camera; sound is always negotiated."""


class LegClosed(Struct, frozen=True, tag_field="type", tag="leg_closed", forbid_unknown_fields=True):
    """This browser has closed its leg: not one packet more comes from it. Sent by each browser once its leg is shut
    when a run is over, also where it had opened none; not when a leg makes room for a new one in the same run."""

    recording: Id
    run: Annotated[int, Meta(ge=1)]


class Pulse(Struct, frozen=True, tag_field="type", tag="pulse", forbid_unknown_fields=True):
    """Once a second, and at once when it begins, while the recording's state is `countdown`, `starting`, `recording` or
    `paused`; the server answers with the same number."""

    n: Annotated[int, Meta(ge=0, le=2**31)]


class DeviceAnswer(Struct, frozen=True, tag_field="type", tag="device_answer", forbid_unknown_fields=True):
    """Whether somebody on another device may continue in the other seat."""

    request: Id
    allow: bool


class Leave(Struct, frozen=True, tag_field="type", tag="leave", forbid_unknown_fields=True):
    pass


FromBrowser = (
    Hello
    | Signal
    | Media
    | BreakPropose
    | BreakAnswer
    | BreakBack
    | BreakMore
    | Gesture
    | Thinking
    | QuietPropose
    | QuietAnswer
    | QuietEnd
    | ConsentAsk
    | ConsentYes
    | ConsentNo
    | ConsentWithdraw
    | CountdownStop
    | GoOn
    | Outcome
    | LegOffer
    | LegClosed
    | Pulse
    | DeviceAnswer
    | Leave
)


# --- from the server ----------------------------------------------------------------------------------------------


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


class RecordingState(StrEnum):
    OFF = "off"
    WAITING = "waiting"
    """One yes, waiting for the other's until `until_ms`."""
    COUNTDOWN = "countdown"
    """Starts or goes on at `until_ms`; "Stop" prevents it."""
    STARTING = "starting"
    """The permit is minted, the browsers open their legs, nothing durable yet."""
    RECORDING = "recording"
    PAUSED = "paused"
    STOPPED = "stopped"
    """Over; `reason` says why, `choice` whether it is kept."""


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
    """Since when this run is on record; with `recorded_ms` it gives the running time."""
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


class IceServer(Struct, frozen=True):
    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Welcome(Struct, frozen=True, tag_field="type", tag="welcome"):
    you: Seat
    meeting: Id
    now_ms: Milliseconds
    ice_servers: list[IceServer]
    room: RoomView


class Room(Struct, frozen=True, tag_field="type", tag="room"):
    now_ms: Milliseconds
    room: RoomView


class SignalFrom(Struct, frozen=True, tag_field="type", tag="signal"):
    """The partner's `signal`; `page` is the partner's page it comes from."""

    page: Id
    description: Description | None = None
    candidate: Candidate | None = None


class GestureFrom(Struct, frozen=True, tag_field="type", tag="gesture"):
    """A gesture somebody has made, to both of them."""

    seat: Seat
    kind: GestureKind
    at_ms: Milliseconds


class ConsentWords(Struct, frozen=True, tag_field="type", tag="consent_words"):
    """What the person reads before a yes. `words_hash` is the SHA-256 of `rows`, see `consent.words_hash()`."""

    recording: Id
    meeting: Id
    nonce: Id
    version: str
    language: str
    rows: list[tuple[str, str]]
    words_hash: Hash
    due_ms: Milliseconds


class LegAnswer(Struct, frozen=True, tag_field="type", tag="leg_answer"):
    recording: Id
    run: int
    sdp: str


class Saved(Struct, frozen=True, tag_field="type", tag="saved"):
    """How much of the recording is durably sealed; about once a second."""

    recording: Id
    saved_ms: Milliseconds


class PulseBack(Struct, frozen=True, tag_field="type", tag="pulse"):
    n: int
    now_ms: Milliseconds


class Chime(Struct, frozen=True, tag_field="type", tag="chime"):
    """A soft sound now: `break_over`, `recording_started`, `recording_stopped`, `partner_came`, `quiet_over`."""

    kind: Code


class DeviceRequest(Struct, frozen=True, tag_field="type", tag="device_request"):
    """Somebody who knows the password wants to continue in the other seat on another device."""

    request: Id
    seat: Seat
    name: str
    until_ms: Milliseconds


class Error(Struct, frozen=True, tag_field="type", tag="error"):
    """A message was refused. `about` is its type where it could be read; the connection goes on."""

    code: Code
    detail: str
    about: str | None = None


class Bye(Struct, frozen=True, tag_field="type", tag="bye"):
    """The last message before the server closes a socket: `replaced` (newest page wins), `left`, `seat_revoked`,
    `going_down`, `too_slow`, `flooding`."""

    code: Code


FromServer = (
    Welcome
    | Room
    | SignalFrom
    | GestureFrom
    | ConsentWords
    | LegAnswer
    | Saved
    | PulseBack
    | Chime
    | DeviceRequest
    | Error
    | Bye
)

decoder = msgspec.json.Decoder(FromBrowser)
encoder = msgspec.json.Encoder()
