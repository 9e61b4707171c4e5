"""Frames of what the two made together: written and read here, and by the player alike (tests/vectors)."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.domain.shared_part import VERSION, Begin, Cut, Frame, Happened, Struck, Written, pack, unpack
from server.domain.sharing import Journal
from server.domain.values import Seat

VECTOR: dict[str, Any] = msgspec.json.decode((Path(__file__).parents[1] / "vectors" / "shared_part.json").read_bytes())
FRAMES: list[Frame] = [
    Begin(VERSION, 3, 1_800_000_000_000, Seat.MENTOR, b"\x00\x01document", 69_999),
    Written(1_799_000_000_000, Journal.CHAT, 1, Seat.MENTEE, '{"text":"größer"}'.encode()),
    Written(1_800_000_001_000, Journal.DOCUMENT, 70_000, Seat.MENTOR, bytes(300)),
    Struck(1_800_000_001_500, 1),
    Happened(1_800_000_002_000, "gesture", Seat.MENTEE, "nod", None),
    Happened(1_800_000_003_000, "break", None, "ended", None),
    Happened(1_800_000_003_000, "quiet", Seat.MENTOR, "proposed", 3),
    Cut(1_800_000_004_000),
]


def test_frames_are_as_the_vector_says() -> None:
    packed = b"".join(pack(frame) for frame in FRAMES)
    assert packed.hex() == VECTOR["bytes"]
    assert list(unpack(packed)) == FRAMES


def test_a_last_frame_that_was_cut_off_counts_for_nothing() -> None:
    packed = b"".join(pack(frame) for frame in FRAMES)
    ends = [len(b"".join(pack(frame) for frame in FRAMES[:n])) for n in range(len(FRAMES) + 1)]
    for length in range(0, len(packed) + 1, 7):
        assert list(unpack(packed[:length])) == FRAMES[: sum(end <= length for end in ends) - 1]


def test_anything_else_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        list(unpack((5).to_bytes(4) + b"\xc1aaaa"))
