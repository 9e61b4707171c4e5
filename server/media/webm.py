"""A WebM writer for a recorder: VP8 and Opus, one Cluster at a time (RFC 8794, RFC 9559, RFC 7845 for OpusHead).

    EBML header | Segment, size unknown until the end
        Void (becomes SeekHead) | Info with a Void (becomes Duration) | Tracks | Void (room for an overlay's Cues)
        Cluster, Cluster, …            each of known size, each handed out as one piece of bytes
        Cues                           at the very end

`finish()` gives the Cues to append and the patches that make the file whole. A file that was interrupted lacks both;
`overlay_for_interrupted` makes them up from the places of the clusters alone. For that, the milliseconds given out
with a cluster are even where playback can begin (it starts with a key frame, or there is no picture), and odd
elsewhere; the true time stands in the cluster.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from server.media.rtp import MAX_DIMENSION

AUDIO, VIDEO = 1, 2
"""Track numbers."""
_APP = b"Visavis"
_SEEK_ROOM = 96
_CUES_ROOM = 4096
_UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"
MAX_CLUSTER_MS = 30_000
"""A block's time is 16 bits relative to its cluster's; this is on the safe side."""


class Block(NamedTuple):
    track: int
    at_ms: int
    key: bool
    data: bytes


class Piece(NamedTuple):
    """Bytes to append; `at_ms` as described above (even: playback can begin here)."""

    data: bytes
    at_ms: int


class Ending(Struct, frozen=True):
    """`cues` is appended, then each patch is (offset, bytes) laid over the header."""

    cues: bytes
    patches: tuple[tuple[int, bytes], ...]
    length_ms: int


def _size(number: int) -> bytes:
    """An element's size, as few bytes as it takes (RFC 8794 section 4)."""
    for length in range(1, 9):
        if number < (1 << 7 * length) - 1:
            return (number | 1 << 7 * length).to_bytes(length, "big")
    raise ValueError("too large for EBML")


def _element(name: int, body: bytes) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + _size(len(body)) + body


def _uint(name: int, number: int) -> bytes:
    return _element(name, number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big"))


def _void(total: int) -> bytes:
    """A Void element of exactly `total` bytes, at least 2."""
    if total < 9:
        return b"\xec" + _size(total - 2) + bytes(total - 2)
    return b"\xec" + (total - 9 | 1 << 56).to_bytes(8, "big") + bytes(total - 9)


def _patched(element: bytes, room: int) -> bytes:
    """`element` and a Void that fills what is left of `room`."""
    rest = room - len(element)
    return element if rest == 0 else element + _void(rest)


def opus_head(channels: int = 2, pre_skip: int = 312) -> bytes:
    """RFC 7845 section 5.1. The pre-skip is libopus's; a stream joined in mid-air has none of its own to tell."""
    return b"OpusHead" + struct.pack("<BBHIhB", 1, channels, pre_skip, 48000, 0, 0)


_DURATION_ROOM = 11
"""ID, size and 8 bytes of float."""
_EBML = _element(
    0x1A45DFA3,
    _uint(0x4286, 1)
    + _uint(0x42F7, 1)
    + _uint(0x42F2, 4)
    + _uint(0x42F3, 8)
    + _element(0x4282, b"webm")
    + _uint(0x4287, 4)
    + _uint(0x4285, 2),
)
_SEGMENT_SIZE_AT = len(_EBML) + 4
_SEGMENT_AT = _SEGMENT_SIZE_AT + 8
"""Where the Segment's content begins: positions in Cues and SeekHead count from here."""
_INFO = _element(
    0x1549A966,
    _uint(0x2AD7B1, 1_000_000) + _element(0x4D80, _APP) + _element(0x5741, _APP) + _void(_DURATION_ROOM),
)
_INFO_AT = _SEGMENT_AT + _SEEK_ROOM
_DURATION_AT = _INFO_AT + len(_INFO) - _DURATION_ROOM
_TRACKS_AT = _INFO_AT + len(_INFO)


def header(*, audio: bool, size: tuple[int, int] | None) -> bytes:
    """Everything before the first Cluster. `size`: width and height, or None for a part without pictures."""
    entries = b""
    if size is not None:
        width, height = size
        if not (0 < width <= MAX_DIMENSION and 0 < height <= MAX_DIMENSION):
            raise ValueError("no such picture")
        entries += _element(
            0xAE,
            _uint(0xD7, VIDEO)
            + _uint(0x73C5, VIDEO)
            + _uint(0x83, 1)
            + _uint(0x9C, 0)
            + _element(0x86, b"V_VP8")
            + _element(0xE0, _uint(0xB0, width) + _uint(0xBA, height)),
        )
    if audio:
        rate = _element(0xB5, struct.pack(">d", 48000.0))
        entries += _element(
            0xAE,
            _uint(0xD7, AUDIO)
            + _uint(0x73C5, AUDIO)
            + _uint(0x83, 2)
            + _uint(0x9C, 0)
            + _element(0x86, b"A_OPUS")
            + _uint(0x56AA, 6_500_000)
            + _uint(0x56BB, 80_000_000)
            + _element(0xE1, rate + _uint(0x9F, 2))
            + _element(0x63A2, opus_head()),
        )
    if not entries:
        raise ValueError("a part has sound or pictures")
    tracks = _element(0x1654AE6B, entries)
    return b"".join((_EBML, b"\x18\x53\x80\x67", _UNKNOWN, _void(_SEEK_ROOM), _INFO, tracks, _void(_CUES_ROOM)))


def _cluster(blocks: Sequence[Block]) -> bytes:
    start = blocks[0].at_ms
    body = [_uint(0xE7, start)]
    for track, at_ms, key, data in blocks:
        body.append(b"\xa3" + _size(len(data) + 4) + struct.pack(">BhB", 0x80 | track, at_ms - start, 0x80 * key))
        body.append(data)
    return _element(0x1F43B675, b"".join(body))


def _cue(at_ms: int, track: int, position: int) -> bytes:
    places = _uint(0xF7, track) + _uint(0xF1, position)
    return _element(0xBB, _uint(0xB3, at_ms) + _element(0xB7, places))


class WebmWriter:
    """Collects blocks of both tracks and gives them out in order of time, cluster by cluster."""

    def __init__(self, *, audio: bool, size: tuple[int, int] | None) -> None:
        self._track = VIDEO if size is not None else AUDIO
        self._header = header(audio=audio, size=size)
        self._offset = len(self._header)
        self._pending: list[Block] = []
        self._pending_bytes = 0
        self._cues: list[tuple[int, int]] = []
        self._last_piece = -2
        self._end_ms = 0

    @property
    def header(self) -> bytes:
        """The first bytes of the file."""
        return self._header

    @property
    def length_ms(self) -> int:
        """Up to the end of what was given out; the last frame counts 20 ms."""
        return self._end_ms

    @property
    def bytes(self) -> int:
        """Given out so far, header included."""
        return self._offset

    @property
    def last_piece(self) -> int:
        """`at_ms` of the newest piece."""
        return max(0, self._last_piece)

    @property
    def pending_bytes(self) -> int:
        return self._pending_bytes

    def add(self, block: Block) -> None:
        """`at_ms` counts from the start of the part and must not be negative."""
        if block.at_ms < 0:
            raise ValueError("before the part's start")
        self._pending.append(block)
        self._pending_bytes += len(block.data)

    def cut(self, before_ms: int | None = None) -> list[Piece]:
        """Clusters of what is pending, up to `before_ms` (not included), or of everything."""
        taken = [block for block in self._pending if before_ms is None or block.at_ms < before_ms]
        if not taken:
            return []
        if len(taken) < len(self._pending):
            self._pending = [block for block in self._pending if before_ms is not None and block.at_ms >= before_ms]
        else:
            self._pending = []
        self._pending_bytes -= sum(len(block.data) for block in taken)
        # Of sound and picture at the same moment the key frame goes first, so that it begins its cluster.
        taken.sort(key=lambda block: (block.at_ms, not (block.key and block.track == VIDEO)))
        return [self._piece(group) for group in self._groups(taken)]

    def _groups(self, blocks: list[Block]) -> list[list[Block]]:
        groups = [[blocks[0]]]
        for block in blocks[1:]:
            start = groups[-1][0].at_ms
            # Two milliseconds apart, so that the even and odd numbers of pieces never run out of order.
            begins = block.key and block.track == VIDEO and block.at_ms >= start + 2
            if begins or block.at_ms - start > MAX_CLUSTER_MS:
                groups.append([block])
            else:
                groups[-1].append(block)
        return groups

    def _piece(self, blocks: list[Block]) -> Piece:
        data = _cluster(blocks)
        first = blocks[0]
        entry = first.track == self._track and first.key if self._track == VIDEO else True
        at_ms = max(first.at_ms, self._last_piece + 1)
        if entry:
            at_ms += at_ms & 1
            self._cues.append((first.at_ms, self._offset - _SEGMENT_AT))
        else:
            at_ms |= 1
        self._last_piece = at_ms
        self._offset += len(data)
        self._end_ms = max(self._end_ms, max(block.at_ms for block in blocks) + 20)
        return Piece(data, at_ms)

    def finish(self) -> Ending:
        """After the last `cut()`."""
        cues = _element(0x1C53BB6B, b"".join(_cue(at_ms, self._track, place) for at_ms, place in self._cues))
        total = self._offset + len(cues) - _SEGMENT_AT
        patches = (
            (_SEGMENT_SIZE_AT, (total | 1 << 56).to_bytes(8, "big")),
            (_SEGMENT_AT, _seek_head(self._offset - _SEGMENT_AT)),
            (_DURATION_AT, _duration(self._end_ms)),
        )
        return Ending(cues=cues, patches=patches, length_ms=self._end_ms)


def _seek_head(cues_at: int) -> bytes:
    def seek(name: int, position: int) -> bytes:
        return _element(0x4DBB, _element(0x53AB, name.to_bytes(4, "big")) + _uint(0x53AC, position))

    seeks = seek(0x1549A966, _INFO_AT - _SEGMENT_AT) + seek(0x1654AE6B, _TRACKS_AT - _SEGMENT_AT)
    return _patched(_element(0x114D9B74, seeks + seek(0x1C53BB6B, cues_at)), _SEEK_ROOM)


def _duration(length_ms: int) -> bytes:
    return _element(0x4489, struct.pack(">d", float(length_ms)))


def overlay_for_interrupted(index: Sequence[tuple[int, int]], header: bytes) -> list[tuple[int, bytes]]:
    """What to lay over a file that was never finished: [(offset, bytes)] with its duration, SeekHead and Cues.

    `index`: (offset, ms) of every record in order, the header's among them; a cluster cut into several records gives
    each the same ms. `header`: the file's first bytes. Gives [] for a file that holds no cluster or is not ours.
    """
    cues_at = len(header) - _CUES_ROOM
    clusters = [
        (offset, at_ms)
        for (offset, at_ms), (_, before) in zip(index, [(0, -1), *index], strict=False)
        if offset >= len(header) and (at_ms != before or offset == len(header))
    ]
    if not clusters or cues_at < _TRACKS_AT or header[cues_at : cues_at + 1] != b"\xec":
        return []
    track = VIDEO if b"V_VP8" in header[:cues_at] else AUDIO
    entries = [(offset, at_ms) for offset, at_ms in clusters if at_ms % 2 == 0] or clusters[:1]
    room = _CUES_ROOM - 16
    step = -(-len(entries) * _CUE_SIZE // room)
    cues = b"".join(_cue(at_ms, track, offset - _SEGMENT_AT) for offset, at_ms in entries[:: max(1, step)])
    length = clusters[-1][1] + 250
    return [
        (_SEGMENT_AT, _seek_head(cues_at - _SEGMENT_AT)),
        (_DURATION_AT, _duration(length)),
        (cues_at, _patched(_element(0x1C53BB6B, cues), _CUES_ROOM)),
    ]


_CUE_SIZE = len(_cue((1 << 32) - 1, VIDEO, (1 << 40) - 1))
