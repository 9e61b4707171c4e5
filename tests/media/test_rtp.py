import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.rtcp import (
    Goodbye,
    SenderReport,
    Statistics,
    is_rtcp,
    negative_acknowledgement,
    parse_rtcp,
    picture_loss,
    receiver_report,
)
from server.media.rtp import Packet, Unwrapper, parse_rtp, parse_vp8, unwrap_rtx, vp8_dimensions


def rtp(payload: bytes, *, first: int = 0x80, extra: bytes = b"") -> bytes:
    return struct.pack("!BBHII", first, 0x80 | 96, 7, 99, 5) + extra + payload


def test_rtp_header() -> None:
    assert parse_rtp(rtp(b"abc")) == Packet(96, True, 7, 99, 5, b"abc")


def test_rtp_with_everything() -> None:
    extra = b"\0" * 8 + struct.pack("!HH", 0xBEDE, 1) + b"\x10\0\0\0"
    assert parse_rtp(rtp(b"abc\0\0\x03", first=0xB2, extra=extra)) == Packet(96, True, 7, 99, 5, b"abc")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        rtp(b"")[:11],
        rtp(b"", first=0x40),
        rtp(b"", first=0x8F),
        rtp(b"\0\0", first=0x90),
        rtp(b"\x09", first=0xA0),
    ],
)
def test_rtp_malformed(data: bytes) -> None:
    assert parse_rtp(data) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_parsers_never_raise(data: bytes) -> None:
    packet = parse_rtp(data)
    if packet is not None:
        parse_vp8(packet.payload)
        unwrap_rtx(packet, 96, 1)
    parse_vp8(data)
    vp8_dimensions(data)
    parse_rtcp(data)
    parse_rtcp(b"\x80\xc8" + data)
    is_rtcp(data)


def test_retransmission() -> None:
    packet = Packet(97, True, 1, 99, 6, b"\x01\x02abc")
    assert unwrap_rtx(packet, 96, 5) == Packet(96, True, 0x0102, 99, 5, b"abc")
    assert unwrap_rtx(packet._replace(payload=b"\x01\x02"), 96, 5) is None


@pytest.mark.parametrize(
    ("payload", "begins", "data"),
    [
        (b"\x10abc", True, b"abc"),
        (b"\x00abc", False, b"abc"),
        (b"\x11abc", False, b"abc"),
        (b"\x90\x80\x11abc", True, b"abc"),
        (b"\x90\x80\x91\x22abc", True, b"abc"),
        (b"\x90\xf0\x91\x22\x01\x02abc", True, b"abc"),
    ],
)
def test_vp8_descriptor(payload: bytes, begins: bool, data: bytes) -> None:
    assert parse_vp8(payload) == (begins, data)


def test_vp8_dimensions() -> None:
    key = b"\x10\x02\x00\x9d\x01\x2a" + struct.pack("<HH", 0x4000 | 640, 480)
    assert vp8_dimensions(key) == (640, 480)
    assert vp8_dimensions(b"\x11" + key[1:]) is None
    assert vp8_dimensions(key[:9]) is None


@given(st.integers(0, 65_535), st.lists(st.integers(-30_000, 30_000), max_size=50))
def test_unwrapper_follows_any_walk_below_half_a_turn(start: int, steps: list[int]) -> None:
    unwrapper = Unwrapper(16)
    offset = unwrapper.unwrap(start) - start
    newest = start
    for step in steps:
        number = newest + step
        assert unwrapper.unwrap(number % 65_536) == number + offset
        newest = max(newest, number)


def test_sender_report_and_goodbye() -> None:
    ntp = (2_208_988_800 + 1_700_000_000 << 32) | 1 << 31
    report = struct.pack("!BBHIQIII", 0x80, 200, 6, 5, ntp, 1234, 1, 2)
    goodbye = struct.pack("!BBHI", 0x81, 203, 1, 5)
    assert parse_rtcp(report + goodbye) == [
        SenderReport(5, 1_700_000_000_500.0, 1234, ntp >> 16 & 0xFFFFFFFF),
        Goodbye((5,)),
    ]
    assert parse_rtcp(report + goodbye[:-1]) == parse_rtcp(report)


def test_feedback_bytes() -> None:
    assert picture_loss(1, 2) == struct.pack("!BBHII", 0x81, 206, 2, 1, 2)
    nack = negative_acknowledgement(1, 2, [65_535, 65_536, 65_551, 65_552])
    assert nack == struct.pack("!BBHIIHHHH", 0x81, 205, 4, 1, 2, 65_535, 0x8001, 16, 0)


def test_receiver_report_counts_losses() -> None:
    statistics = Statistics(5, 90_000)
    for number in (10, 11, 13):
        statistics.packet(number, number * 3000, number / 30)
    statistics.sender_report(77, 1.0)
    block = statistics.block(1.5)
    assert block is not None
    assert (block.fraction_lost, block.lost, block.highest) == (64, 1, 13)
    assert (block.last_report, block.delay) == (77, 32_768)
    assert len(receiver_report(1, [block])) == 32
