"""Every message that the server sends over a meeting's WebSocket; what it hears is in `from_browser.py`.

`docs/protocol.md` is the contract in words.
"""

import msgspec
from msgspec import Struct

from server.domain.from_browser import Candidate, Description
from server.domain.shown import RoomView
from server.domain.values import Code, GestureKind, Hash, Id, Milliseconds, Seat


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

encoder = msgspec.json.Encoder()
