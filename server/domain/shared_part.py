"""What a recording keeps of what the two made together: one frame a change, in order.

A part of this kind begins with `Begin`, the whole document as one browser had it (garbage-collected, without history),
goes on with what the journal has beyond that and with the chat as it stood, and then with every change while the run
lasts. Each frame is its length (4 bytes,
big-endian) and one MessagePack array, the tag first. `docs/recording-format.md` has it in words.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from server.domain.sharing import Journal, Number
from server.domain.values import Milliseconds, Seat

VERSION = 1
MAX_FRAME_BYTES = 24 * 1024 * 1024


class Begin(Struct, frozen=True, array_like=True, tag="begin"):
    version: int
    run: int
    at_ms: Milliseconds
    by: Seat
    """Whose browser gave the document."""
    document: bytes
    """One Yjs update (V1) that makes the whole document."""
    upto: Number
    """The last entry of the journal that is in it. Every later one follows, each once and in order."""


class Written(Struct, frozen=True, array_like=True, tag="written"):
    """An entry of a journal: an update of the document, or a chat entry. Those from before the run bear the moment
    they were written at."""

    at_ms: Milliseconds
    journal: Journal
    n: Number
    seat: Seat
    body: bytes


class Struck(Struct, frozen=True, array_like=True, tag="struck"):
    """A chat entry was deleted by its writer while the run lasted."""

    at_ms: Milliseconds
    n: Number


class Happened(Struct, frozen=True, array_like=True, tag="happened"):
    """A gesture, thinking, a break, quiet time: `about`, whose, and what."""

    at_ms: Milliseconds
    about: str
    seat: Seat | None
    what: str
    minutes: int | None


class Cut(Struct, frozen=True, array_like=True, tag="cut"):
    """The last frame: more came at once than could be kept, and of the rest of the run nothing is."""

    at_ms: Milliseconds
    """When the first that is missing was written."""


Frame = Begin | Written | Struck | Happened | Cut

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Frame)


def pack(frame: Frame) -> bytes:
    body = _encoder.encode(frame)
    return len(body).to_bytes(4) + body


def unpack(data: bytes) -> Iterator[Frame]:
    """The frames of a part; a last one that was cut off is left out. Raises msgspec.DecodeError on anything else."""
    at = 0
    while at + 4 <= len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            return
        yield _decoder.decode(data[at + 4 : end])
        at = end
