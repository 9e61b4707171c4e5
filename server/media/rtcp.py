"""RTCP (RFC 3550, RFC 4585, RFC 5506): what a receiver reads and says. Bytes in, values out, nothing raises."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

_SR, _RR, _BYE, _RTPFB, _PSFB = 200, 201, 203, 205, 206
_NTP_TO_UNIX_MS = 2_208_988_800_000


class SenderReport(NamedTuple):
    """`wall_ms`: the sender's own clock at the instant of `timestamp`. `middle`: the 32 bits a report block echoes."""

    ssrc: int
    wall_ms: float
    timestamp: int
    middle: int


class Goodbye(NamedTuple):
    ssrcs: tuple[int, ...]


def is_rtcp(data: bytes) -> bool:
    """RFC 5761 section 4."""
    return len(data) >= 2 and 192 <= data[1] <= 223


def parse_rtcp(data: bytes) -> list[SenderReport | Goodbye]:
    """The sender reports and goodbyes of a compound packet, up to where it is malformed."""
    found: list[SenderReport | Goodbye] = []
    at = 0
    while at + 4 <= len(data):
        first, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            break
        if kind == _SR and words >= 6:
            ssrc, ntp, timestamp = struct.unpack_from("!IQI", data, at + 4)
            wall_ms = ntp * 1000 / (1 << 32) - _NTP_TO_UNIX_MS
            found.append(SenderReport(ssrc, wall_ms, timestamp, ntp >> 16 & 0xFFFFFFFF))
        elif kind == _BYE and words >= first & 0x1F:
            found.append(Goodbye(struct.unpack_from(f"!{first & 0x1F}I", data, at + 4)))
        at = end
    return found


class ReportBlock(NamedTuple):
    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int
    """Since that report, in units of 1/65536 s."""


def receiver_report(ssrc: int, blocks: Sequence[ReportBlock]) -> bytes:
    body = struct.pack("!I", ssrc)
    for block in blocks:
        lost = max(-(1 << 23), min((1 << 23) - 1, block.lost)) & 0xFFFFFF
        body += struct.pack(
            "!IIIIII",
            block.ssrc,
            block.fraction_lost << 24 | lost,
            block.highest & 0xFFFFFFFF,
            block.jitter & 0xFFFFFFFF,
            block.last_report,
            block.delay & 0xFFFFFFFF,
        )
    return _packet(_RR, len(blocks), body)


def picture_loss(ssrc: int, media: int) -> bytes:
    """PLI, RFC 4585 section 6.3.1. `media` must be the SSRC of the pictures, never of their retransmissions: Chromium
    ignores the other in silence."""
    return _packet(_PSFB, 1, struct.pack("!II", ssrc, media))


def negative_acknowledgement(ssrc: int, media: int, lost: Sequence[int]) -> bytes:
    """Generic NACK, RFC 4585 section 6.2.1, for sequence numbers in ascending order (as continued past a wrap)."""
    pairs: list[list[int]] = []
    for number in lost:
        if pairs and 0 < number - pairs[-1][0] <= 16:
            pairs[-1][1] |= 1 << (number - pairs[-1][0] - 1)
        else:
            pairs.append([number, 0])
    body = struct.pack("!II", ssrc, media) + b"".join(struct.pack("!HH", pid & 0xFFFF, mask) for pid, mask in pairs)
    return _packet(_RTPFB, 1, body)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


class Statistics:
    """Counts one stream for the reports (RFC 3550 sections 6.4.1, A.3 and A.8). Times in seconds, monotonic."""

    def __init__(self, ssrc: int, clock_rate: int) -> None:
        self.ssrc = ssrc
        self._rate = clock_rate
        self._first: int | None = None
        self._highest = 0
        self._received = 0
        self._expected_before = 0
        self._received_before = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._report: tuple[int, float] | None = None

    def packet(self, sequence: int, timestamp: int, arrival: float) -> None:
        """`sequence` and `timestamp` continued past their wraps."""
        if self._first is None:
            self._first = self._highest = sequence
        self._received += 1
        if sequence < self._highest:
            return
        self._highest = sequence
        transit = arrival * self._rate - timestamp
        if self._transit is not None:
            self._jitter += (abs(transit - self._transit) - self._jitter) / 16
        self._transit = transit

    def sender_report(self, middle: int, arrival: float) -> None:
        self._report = (middle, arrival)

    def block(self, now: float) -> ReportBlock | None:
        """The next report block; each call ends an interval."""
        if self._first is None:
            return None
        expected = self._highest - self._first + 1
        wanted, got = expected - self._expected_before, self._received - self._received_before
        self._expected_before, self._received_before = expected, self._received
        fraction = 0 if wanted <= 0 or got >= wanted else min(255, (wanted - got) * 256 // wanted)
        middle, then = self._report or (0, now)
        return ReportBlock(
            self.ssrc,
            fraction,
            expected - self._received,
            self._highest,
            int(self._jitter),
            middle,
            int((now - then) * 65536),
        )
