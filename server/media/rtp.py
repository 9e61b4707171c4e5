"""RTP (RFC 3550), its retransmissions (RFC 4588) and VP8's payload (RFC 7741, RFC 6386), as a recorder reads them.

Parsers return None for what is malformed: bytes from the network never raise.
"""

import struct
from typing import NamedTuple

_FIXED = struct.Struct("!BBHII")
MAX_DIMENSION = 16383
"""VP8 has 14 bits for each side."""


class Packet(NamedTuple):
    """One RTP packet after decryption."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse_rtp(data: bytes) -> Packet | None:
    size = len(data)
    if size < 12:
        return None
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if first >> 6 != 2:
        return None
    at = 12 + 4 * (first & 0x0F)
    if first & 0x10:
        if size < at + 4:
            return None
        at += 4 + 4 * (data[at + 2] << 8 | data[at + 3])
    end = size
    if first & 0x20:
        end -= data[-1]
        if data[-1] == 0:
            return None
    if at > end:
        return None
    return Packet(second & 0x7F, second > 0x7F, sequence, timestamp, ssrc, data[at:end])


def unwrap_rtx(packet: Packet, payload_type: int, ssrc: int) -> Packet | None:
    """The packet a retransmission carries (RFC 4588 section 4); None for padding that carries none."""
    if len(packet.payload) < 3:
        return None
    sequence = packet.payload[0] << 8 | packet.payload[1]
    return Packet(payload_type, packet.marker, sequence, packet.timestamp, ssrc, packet.payload[2:])


class Unwrapper:
    """Numbers of `bits` bits that wrap, continued without end. The first keeps its value plus one turn, so that what
    came just before it is not negative."""

    __slots__ = ("_half", "_last", "_turn")

    def __init__(self, bits: int) -> None:
        self._turn = 1 << bits
        self._half = self._turn >> 1
        self._last: int | None = None

    def unwrap(self, number: int) -> int:
        """The continued number nearest to the newest one so far."""
        if self._last is None:
            self._last = number + self._turn
            return self._last
        found = self.near(number)
        if found > self._last:
            self._last = found
        return found

    def near(self, number: int) -> int:
        """The same without taking note of it. Needs one number to have been unwrapped."""
        last = self._last or 0
        delta = (number - last) % self._turn
        return last + (delta if delta < self._half else delta - self._turn)


class Vp8Payload(NamedTuple):
    """`begins`: first packet of a frame. `data`: the VP8 bytes after the descriptor."""

    begins: bool
    data: bytes


def parse_vp8(payload: bytes) -> Vp8Payload | None:
    """The VP8 payload descriptor, RFC 7741 section 4.2."""
    if not payload:
        return None
    first = payload[0]
    at = 1
    if first & 0x80:
        if len(payload) < 2:
            return None
        extensions = payload[1]
        at = 2
        if extensions & 0x80:
            if len(payload) < 3:
                return None
            at += 2 if payload[2] & 0x80 else 1
        if extensions & 0x40:
            at += 1
        if extensions & 0x30:
            at += 1
    if at >= len(payload):
        return None
    return Vp8Payload(first & 0x17 == 0x10, payload[at:])


def vp8_dimensions(frame: bytes) -> tuple[int, int] | None:
    """Width and height if the frame is a whole key frame's beginning, else None (RFC 6386 section 9.1)."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    width = (frame[6] | frame[7] << 8) & 0x3FFF
    height = (frame[8] | frame[9] << 8) & 0x3FFF
    return (width, height) if width and height else None
