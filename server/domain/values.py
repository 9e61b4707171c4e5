"""Values that the rules, the messages and the rows have in common, each with its limits.

msgspec checks types, lengths and ranges while it decodes, so a handler never meets a half-valid message.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

# Patterns end in \Z: a $ would let a line feed through, and with it a line of one's own into what is signed.

Id = Annotated[str, Meta(pattern=r"^[a-z2-7]{16}\Z")]
"""80 random bits in lower-case base32 (RFC 4648 section 6): rooms, meetings, recordings, parts, pages, nonces."""
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
