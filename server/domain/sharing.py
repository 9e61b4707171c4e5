"""Every message that crosses the sharing socket, with its limits.

Board, notes, topics and chat travel here, apart from the meeting's own socket, so that neither can slow the other. Each
message is a MessagePack array, its tag first. A binary frame of a browser's is one of them, one of the server's an
array of them: what there is to say to a page at one moment goes as one. What people write is `bytes` to the server: it
is numbered, stamped, sealed and passed on, and never parsed. `docs/protocol.md` is the contract in words.
"""

import struct
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from server.domain.values import Code, Id, Milliseconds, Seat

MAX_FRAME_BYTES = 56 * 1024
"""Largest frame either side may send."""
MAX_BODY_BYTES = 48 * 1024
"""What is larger goes by HTTP, and the socket carries its number."""
MAX_PASSING_BYTES = 16 * 1024

Body = Annotated[bytes, Meta(min_length=1, max_length=MAX_BODY_BYTES)]
Passing = Annotated[bytes, Meta(min_length=1, max_length=MAX_PASSING_BYTES)]
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""An entry's place in its journal: 1 for the first, without gaps; 0 is before the first."""


class Journal(StrEnum):
    """An ordered log of entries. Each room has one of each, but `notes`, of which each seat has its own."""

    DOCUMENT = "document"
    """Updates of the shared Yjs document: board, shared notes, topics."""
    CHAT = "chat"
    NOTES = "notes"
    """The asking seat's private notes; the other seat has no way to name this one's."""


# --- from the browser ---------------------------------------------------------------------------------------------


class Append(Struct, frozen=True, array_like=True, tag="append", forbid_unknown_fields=True, gc=False):
    """One entry more. `local` is the sender's own name for it, answered by `stored`; the same one again (after a lost
    line) is answered again and not stored twice."""

    journal: Journal
    local: Id
    body: Body


class Pass(Struct, frozen=True, array_like=True, tag="pass", forbid_unknown_fields=True, gc=False):
    """Something passing: a stroke being drawn, a cursor, typing. Never stored, dropped where the line is slow."""

    body: Passing


class Strike(Struct, frozen=True, array_like=True, tag="strike", forbid_unknown_fields=True):
    """Deletes one of one's own chat entries for good."""

    n: Annotated[int, Meta(ge=1, le=2**53 - 1)]


FromSharer = Append | Pass | Strike


# --- from the server ----------------------------------------------------------------------------------------------


class Extent(Struct, frozen=True, array_like=True):
    """How far a journal reaches."""

    snapshot: Id | None
    """What stands for all entries up to `upto`; None: nothing was ever compacted."""
    upto: Number
    head: Number
    """The last entry that is durable."""


class Here(Struct, frozen=True, array_like=True, tag="here"):
    """First message on every socket."""

    you: Seat
    now_ms: Milliseconds
    partner: bool
    """Whether the other seat has a sharing socket open."""
    document: Extent
    chat: Extent
    notes: Extent


class Entry(Struct, frozen=True, array_like=True, tag="entry", gc=False):
    """An entry, in order. Those of the document come before they are durable; `durable` says when they are."""

    journal: Journal
    n: Number
    seat: Seat
    at_ms: Milliseconds
    local: Id
    body: bytes | None
    """None: too large for the socket (fetch it), or struck out (then `size` is 0)."""
    size: int


class Stored(Struct, frozen=True, array_like=True, tag="stored", gc=False):
    """To the sender of an `append`: it is durable, under this number."""

    journal: Journal
    local: Id
    n: Number
    at_ms: Milliseconds


class Durable(Struct, frozen=True, array_like=True, tag="durable", gc=False):
    """All entries up to this one are durable: what a browser that comes back may say it has."""

    journal: Journal
    n: Number


class Struck(Struct, frozen=True, array_like=True, tag="struck"):
    """A chat entry was deleted by its writer."""

    n: Number
    at_ms: Milliseconds


class Passed(Struct, frozen=True, array_like=True, tag="passed", gc=False):
    """The other seat's `pass` (or that of one's own other page)."""

    seat: Seat
    body: bytes


class Partner(Struct, frozen=True, array_like=True, tag="partner"):
    here: bool


class Compact(Struct, frozen=True, array_like=True, tag="compact"):
    """The log has grown past a bound: this browser is asked for a snapshot of all up to `upto` or later."""

    journal: Journal
    upto: Number


class Changed(Struct, frozen=True, array_like=True, tag="changed"):
    """The journal's snapshots have changed: made, confirmed, restored, forgotten. It stands on `snapshot` now, which
    `by` made. A browser that has entries after `upto` goes on; where somebody went back to an earlier state (`again`)
    it reads the journal anew."""

    journal: Journal
    snapshot: Id | None
    upto: Number
    by: Seat | None
    confirmed: bool
    again: bool


class Room(Struct, frozen=True, array_like=True, tag="room"):
    """How much of its bound a journal uses, sent when it passes 80 % and when it changes after that. At the bound an
    `append` is refused with `journal_full` until it was compacted or something was deleted."""

    journal: Journal
    used: int
    limit: int


class Files(Struct, frozen=True, array_like=True, tag="files"):
    """How much of their bound the files and pictures of this page's seat take up, sent as `Room` is: bytes, or how many
    there are where that is nearer its bound."""

    used: int
    limit: int


class Refused(Struct, frozen=True, array_like=True, tag="refused"):
    """A message was refused; the connection goes on."""

    code: Code
    detail: str
    local: Id | None


class Browsers(Struct, frozen=True, array_like=True, tag="browsers"):
    """Another set of browsers holds this page's seat, or there is something to tell of them: it asks
    again (GET …/browsers)."""


class Bye(Struct, frozen=True, array_like=True, tag="bye"):
    """The last message before the server closes a socket: the codes of the meeting's socket."""

    code: Code


ToSharer = (
    Here | Entry | Stored | Durable | Struck | Passed | Partner | Compact | Changed | Room | Files | Browsers | Refused
    | Bye
)  # fmt: skip


# --- over HTTP ----------------------------------------------------------------------------------------------------


class Snapshot(Struct, frozen=True, array_like=True, tag="snapshot"):
    """Begins the answer of GET …/journals/{journal} where entries before `after` were compacted away."""

    id: Id
    upto: Number
    body: bytes


class End(Struct, frozen=True, array_like=True, tag="end"):
    """Ends that answer: without it the answer was cut off. `head` is the last durable entry."""

    head: Number


decoder = msgspec.msgpack.Decoder(FromSharer)
encoder = msgspec.msgpack.Encoder()
_ARRAY = struct.Struct(">BI")
MAX_MESSAGES_BYTES = MAX_FRAME_BYTES - _ARRAY.size
"""What fits into one frame of the server's."""


def frame_of(messages: Sequence[bytes]) -> bytes:
    """Encoded messages as one frame of the server's."""
    return _ARRAY.pack(0xDD, len(messages)) + b"".join(messages)
