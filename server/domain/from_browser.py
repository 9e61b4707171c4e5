"""Every message that a browser sends over a meeting's WebSocket, with its limits.

One tagged struct a message; the tag is the `type` field on the wire. `docs/protocol.md` is the contract in words;
what is sent back is in `from_server.py`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from server.domain.values import Base64, Choice, Device, GestureKind, Hash, Id

MAX_MESSAGE_BYTES = 64 * 1024
"""Largest WebSocket message either side may send."""

Sdp = Annotated[str, Meta(max_length=32 * 1024)]
LegSdp = Annotated[str, Meta(max_length=16 * 1024)]
Minutes = Annotated[int, Meta(ge=1, le=30)]
QuietMinutes = Annotated[int, Meta(ge=1, le=3)]


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

decoder = msgspec.json.Decoder(FromBrowser)
