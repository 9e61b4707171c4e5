import heapq
import random
import struct
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.assembler import GIVE_UP, AudioAssembler, Frame, VideoAssembler
from server.media.rtp import Packet

KEY = b"\x10\x02\x00\x9d\x01\x2a" + struct.pack("<HH", 320, 240)
DELTA = b"\x11"


class Film(NamedTuple):
    frames: list[bytes]
    packets: list[Packet]
    frame_of: list[int]


def film(count: int, *, every: int = 10, start: int = 65_500, seed: int = 1) -> Film:
    """`count` frames of 1 to 4 packets, a key frame each `every`; numbers and timestamps wrap on the way."""
    luck = random.Random(seed)
    frames, packets, frame_of = [], [], []
    number = start
    for i in range(count):
        chunks = [bytes(luck.randrange(256) for _ in range(20)) for _ in range(luck.randint(1, 4))]
        chunks[0] = (KEY if i % every == 0 else DELTA) + chunks[0]
        frames.append(b"".join(chunks))
        for j, chunk in enumerate(chunks):
            descriptor = b"\x10" if j == 0 else b"\x00"
            timestamp = (2**32 - 9000 + i * 3000) % 2**32
            packets.append(Packet(96, j == len(chunks) - 1, number % 65_536, timestamp, 5, descriptor + chunk))
            frame_of.append(i)
            number += 1
    return Film(frames, packets, frame_of)


def run(
    script: Film, lost: set[int], *, repeats: int = 1, seed: int = 0, jitter: float = 0.0
) -> tuple[list[Frame], int]:
    """Sends the packets 5 ms apart; those in `lost` only when asked for the `repeats`th time (0: never), 30 ms later.
    Returns the frames and how often a key frame was asked for; the film has its own and hears nothing of it."""
    luck = random.Random(seed)
    assembler = VideoAssembler()
    events: list[tuple[float, int, int]] = []
    for i in range(len(script.packets)):
        heapq.heappush(events, (i * 0.005 + luck.random() * jitter, 0, i))
    ticks = int(len(script.packets) * 0.005 / 0.05) + 20
    for i in range(ticks):
        heapq.heappush(events, (i * 0.05, 1, 0))
    by_number = {packet.sequence: i for i, packet in enumerate(script.packets)}
    asked: dict[int, int] = {}
    frames, pictures = [], 0
    while events:
        now, kind, i = heapq.heappop(events)
        if (kind == 0 and i not in lost) or kind == 2:
            frames += assembler.push(script.packets[i], now)
        numbers, picture = assembler.poll(now)
        pictures += picture
        for number in numbers:
            missing = by_number[number % 65_536]
            asked[missing] = asked.get(missing, 0) + 1
            if asked[missing] == repeats:
                heapq.heappush(events, (now + 0.03, 2, missing))
    return frames, pictures


def test_nothing_lost() -> None:
    script = film(60)
    frames, pictures = run(script, set())
    assert [frame.data for frame in frames] == script.frames
    assert frames[0].size == (320, 240)
    assert [frame.key for frame in frames] == [i % 10 == 0 for i in range(60)]
    assert frames[-1].timestamp - frames[0].timestamp == 59 * 3000
    assert pictures == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 3), st.floats(0, 0.03))
def test_what_is_repeated_in_time_is_all_there(seed: int, repeats: int, jitter: float) -> None:
    script = film(60)
    luck = random.Random(seed)
    lost = {i for i in range(4, len(script.packets) - 1) if luck.random() < 0.1}
    frames, pictures = run(script, lost, repeats=repeats, seed=seed, jitter=jitter)
    # Reordering at the very start may cost the frames before the first whole key frame.
    data = [frame.data for frame in frames]
    assert data == script.frames[len(script.frames) - len(data) :]
    if jitter < 0.005:
        assert len(data) == 60
        assert pictures == 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.01, 0.4))
def test_what_is_lost_for_good_never_shows(seed: int, share: float) -> None:
    script = film(80)
    luck = random.Random(seed)
    lost = {i for i in range(len(script.packets)) if luck.random() < share}
    frames, pictures = run(script, lost, repeats=0, seed=seed)
    shown = [script.frames.index(frame.data) for frame in frames]
    assert shown == sorted(set(shown))
    # Every frame that is no key frame comes right after the one it refers to.
    assert all(i % 10 == 0 or (at > 0 and shown[at - 1] == i - 1) for at, i in enumerate(shown))
    if len(shown) < 80 and lost:
        assert pictures >= 1


def test_a_gap_given_up_costs_one_picture_request_each_half_second() -> None:
    script = film(200, every=1000)
    middle = script.frame_of.index(20)
    frames, pictures = run(script, set(range(middle, middle + 3)), repeats=0)
    assert len(frames) == 20
    seconds = len(script.packets) * 0.005 - middle * 0.005 - GIVE_UP + 1
    assert 2 <= pictures <= seconds / 0.5 + 2


def test_asks_again_ever_more_slowly() -> None:
    script = film(3)
    assembler = VideoAssembler()
    first = script.frame_of.index(1)
    for i, packet in enumerate(script.packets):
        if i != first:
            assembler.push(packet, 1.0)
    times = [now for now in range(0, 340, 5) if assembler.poll(1.0 + now / 1000)[0]]
    assert times == pytest.approx([0, 50, 150, 300], abs=10)


def test_a_leap_in_numbers_is_a_new_beginning() -> None:
    one, two = film(12, start=100), film(12, start=30_000, seed=2)
    assembler = VideoAssembler()
    frames = [frame.data for packet in [*one.packets, *two.packets] for frame in assembler.push(packet, 0.0)]
    assert frames == one.frames + two.frames


def test_padding_between_frames() -> None:
    script = film(12, start=100)
    assembler = VideoAssembler()
    frames = []
    number = 100
    for packet in script.packets:
        frames += assembler.push(packet._replace(sequence=number), 0.0)
        number += 1
        if packet.marker:
            frames += assembler.push(packet._replace(sequence=number, marker=False, payload=b""), 0.0)
            number += 1
    assert [frame.data for frame in frames] == script.frames


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 65_535), st.booleans(), st.binary(max_size=12)), max_size=200))
def test_any_packets_leave_little_behind(packets: list[tuple[int, bool, bytes]]) -> None:
    assembler = VideoAssembler()
    for i, (number, marker, payload) in enumerate(packets):
        assembler.push(Packet(96, marker, number, i // 3, 5, payload), i * 0.01)
        assembler.poll(i * 0.01)
    assert assembler.held <= 2048


def test_a_flood_that_never_becomes_a_frame_is_bounded() -> None:
    assembler = VideoAssembler()
    for i in range(5_000):
        assembler.push(Packet(96, False, i % 65_536, 0, 5, b"\x10" + KEY if i == 0 else b"\x00xx"), i / 1e4)
    assert assembler.held <= 2048


def sounds(count: int) -> list[Packet]:
    return [Packet(111, False, (65_530 + i) % 65_536, (i * 960) % 2**32, 7, bytes([1, i])) for i in range(count)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 0.3))
def test_sound_comes_in_order_and_all_that_arrived_in_time(seed: int, share: float) -> None:
    luck = random.Random(seed)
    packets = [(i, packet) for i, packet in enumerate(sounds(100)) if i == 0 or luck.random() >= share]
    assembler = AudioAssembler()
    got = []
    order = sorted((i * 0.02 + (luck.random() * 0.03 if i else 0), i, packet) for i, packet in packets)
    for arrival, _, packet in order:
        got += assembler.push(packet, arrival)
        got += assembler.poll(arrival)
    got += assembler.poll(10.0)
    assert [frame.data[1] for frame in got] == [i for i, _ in packets]


def test_silence_of_no_length_is_skipped() -> None:
    assembler = AudioAssembler()
    packets = sounds(3)
    got = [
        frame for i, p in enumerate(packets) for frame in assembler.push(p._replace(payload=b"" if i == 1 else b"x"), 0)
    ]
    assert [frame.timestamp - got[0].timestamp for frame in got] == [0, 1920]
