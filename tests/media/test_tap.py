"""The tap with packets of real media, without a network."""

import random
import struct

from server.media.rtcp import parse_rtcp
from server.media.sdp_check import check_offer
from server.media.tap import Tap, TimedFrame
from tests.media.samples import pictures, sound
from tests.media.test_sdp_check import GOOD

SOUND, PICTURE, REPEATED = 11, 22, 33


def rtp(kind: int, ssrc: int, number: int, timestamp: int, marker: bool, payload: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, marker << 7 | kind, number % 65_536, timestamp % 2**32, ssrc) + payload


class Line:
    """Feeds a tap; what it asks for is in `nacks` and `plis` (by SSRC named)."""

    def __init__(self) -> None:
        self.frames: list[TimedFrame] = []
        self.nacks: list[int] = []
        self.plis: list[int] = []
        self.reports = 0
        self.tap = Tap(check_offer(GOOD), self._said, self.frames.append)

    def _said(self, data: bytes) -> None:
        kind, fmt = data[1], data[0] & 0x1F
        if kind == 206 and fmt == 1:
            self.plis.append(struct.unpack_from("!I", data, 8)[0])
        elif kind == 205:
            self.nacks += [struct.unpack_from("!H", data, at)[0] for at in range(12, len(data), 4)]
        elif kind == 201:
            self.reports += 1
        assert parse_rtcp(data) == []


def packets() -> list[tuple[float, bytes]]:
    """(seconds, packet) of four seconds of a film, in order."""
    found: list[tuple[float, bytes]] = []
    number = 65_000
    for picture in pictures():
        chunks = [picture.data[i : i + 1100] for i in range(0, len(picture.data), 1100)]
        for i, chunk in enumerate(chunks):
            payload = (b"\x10" if i == 0 else b"\x00") + chunk
            last = i == len(chunks) - 1
            found.append((picture.at / 90_000, rtp(96, PICTURE, number, picture.at + 2**32 - 5000, last, payload)))
            number += 1
    for i, sample in enumerate(sound()):
        found.append((sample.at / 48_000, rtp(111, SOUND, 65_500 + i, sample.at + 77, False, sample.data)))
    return sorted(found, key=lambda entry: entry[0])


def test_frames_come_out_as_they_went_in() -> None:
    line = Line()
    for at, data in packets():
        line.tap.packet(data, 100 + at)
        line.tap.tick(100 + at)
    assert [frame.data for frame in line.frames if frame.video] == [p.data for p in pictures()]
    assert [frame.data for frame in line.frames if not frame.video] == [s.data for s in sound()]
    assert line.nacks == []
    times = [frame.at_ms for frame in line.frames if frame.video]
    assert times[0] == 100_000
    assert abs(times[-1] - 100_000 - 59 * 1000 / 15) < 5
    # Asked for a key frame once at the start, and then each five seconds at most.
    assert line.plis == [PICTURE]
    assert line.reports == 4


def test_a_retransmission_is_never_taken_for_the_pictures() -> None:
    line = Line()
    first = rtp(97, REPEATED, 1, 5, False, b"")
    line.tap.packet(first, 0.0)
    line.tap.tick(0.0)
    luck = random.Random(3)
    numbers = iter(range(2, 10_000))
    lost: list[bytes] = []
    for at, data in packets():
        if data[1] & 0x7F == 96 and 0.5 < at < 3.5 and luck.random() < 0.1:
            lost.append(data)
            continue
        line.tap.packet(data, at)
        line.tap.tick(at)
        for missing in lost if line.nacks else []:
            kind, number, timestamp, _ = struct.unpack_from("!xBHII", missing)
            payload = struct.pack("!H", number) + missing[12:]
            line.tap.packet(rtp(97, REPEATED, next(numbers), timestamp, bool(kind & 0x80), payload), at + 0.001)
        if line.nacks:
            lost.clear()
            line.nacks.clear()
    assert [frame.data for frame in line.frames if frame.video] == [p.data for p in pictures()]
    assert set(line.plis) == {PICTURE}


def test_a_key_frame_is_asked_for_every_five_seconds() -> None:
    line = Line()
    line.tap.packet(packets()[0][1], 0.0)
    for tick in range(0, 20_000, 50):
        # Something must go on arriving, or there is nobody to ask.
        line.tap.packet(rtp(111, SOUND, tick // 50, tick * 48, False, b"x"), tick / 1000)
        line.tap.tick(tick / 1000)
    assert 3 <= len(line.plis) <= 5


def test_a_new_ssrc_is_a_new_stream() -> None:
    line = Line()
    film = packets()
    for at, data in film:
        line.tap.packet(data, at)
    before = len(line.frames)
    for at, data in film:
        ssrc = struct.unpack_from("!I", data, 8)[0]
        again = data[:2] + struct.pack("!HII", (data[2] << 8 | data[3]) ^ 0x5555, data[4] << 24, ssrc + 1)
        line.tap.packet(again[:4] + struct.pack("!I", int(at * 90_000)) + again[8:] + data[12:], 10 + at)
    assert len(line.frames) > before
    assert line.frames[before].at_ms >= 10_000


def test_goodbye() -> None:
    line = Line()
    for at, data in packets()[:20]:
        line.tap.packet(data, at)
    line.tap.packet(struct.pack("!BBHI", 0x81, 203, 1, SOUND), 1.0)
    assert not line.tap.said_goodbye
    line.tap.packet(struct.pack("!BBHII", 0x82, 203, 2, SOUND, PICTURE), 1.0)
    assert line.tap.said_goodbye
