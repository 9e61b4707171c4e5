"""From packets back to frames: pure, fed with packets and the time, answering with frames and what to ask for.

A picture is whole when every packet from its first (VP8's S bit) to its marker is there. A gap is asked for at once,
again after 50 ms times the attempt, and given up after 350 ms; then everything up to the next key frame is
dropped, because what refers to a missing picture shows rubbish. Times are seconds of a monotonic clock.
"""

from typing import NamedTuple

from server.media.rtp import Packet, Unwrapper, parse_vp8, vp8_dimensions

NACK_STEP = 0.05
GIVE_UP = 0.35
PLI_GAP = 0.5
MAX_HELD = 2048
"""Packets held while a gap is open; at 1.2 kB each some 2.4 MB."""
MAX_GAP = 512
"""A jump further than this is a new beginning and not a loss."""
MAX_FRAME = 2 * 1024 * 1024
REORDER = 0.06
"""How long sound waits for a packet that others have overtaken."""


class Frame(NamedTuple):
    """`timestamp`: RTP's, continued past its wrap. `size`: width and height of a key frame, else None."""

    data: bytes
    timestamp: int
    arrival: float
    size: tuple[int, int] | None = None

    @property
    def key(self) -> bool:
        return self.size is not None


class _Held(NamedTuple):
    timestamp: int
    marker: bool
    begins: bool
    data: bytes
    arrival: float


class _Missing:
    __slots__ = ("again", "attempts", "since")

    def __init__(self, now: float) -> None:
        self.since = now
        self.attempts = 0
        self.again = now


class VideoAssembler:
    """One VP8 stream. Call `push` for every packet and `poll` at least each 50 ms."""

    def __init__(self) -> None:
        self._sequences = Unwrapper(16)
        self._timestamps = Unwrapper(32)
        self._held: dict[int, _Held] = {}
        self._missing: dict[int, _Missing] = {}
        self._next: int | None = None
        """Sequence number the next frame begins with; None while waiting for a key frame."""
        self._scanned = 0
        """Up to here, from `_next` on, every packet is there and none ends the frame: no need to look again."""
        self._highest: int | None = None
        self._asked_picture: float | None = None
        self._want_picture = True
        self.dropped = 0
        """Packets that arrived and were of no use."""
        self.gaps = 0
        """How often packets were found to be missing."""

    def push(self, packet: Packet, arrival: float) -> list[Frame]:
        number = self._sequences.unwrap(packet.sequence)
        if self._highest is not None and abs(number - self._highest) > MAX_GAP:
            self._start_over()
            self._highest = None
        if (self._next is not None and number < self._next) or number in self._held:
            self.dropped += 1
            return []
        self._note_gap(number, arrival)
        payload = parse_vp8(packet.payload)
        held = _Held(
            self._timestamps.unwrap(packet.timestamp),
            packet.marker,
            payload is not None and payload.begins,
            b"" if payload is None else payload.data,
            arrival,
        )
        self._held[number] = held
        if self._next is None:
            self._begin_at_key()
        if len(self._held) > MAX_HELD:
            self._start_over()
        return self._take()

    def poll(self, now: float) -> tuple[list[int], bool]:
        """Sequence numbers to ask for again (ascending), and whether to ask for a key frame."""
        if any(now - missing.since >= GIVE_UP for missing in self._missing.values()):
            self._give_up(now)
        numbers = []
        for number in sorted(self._missing):
            missing = self._missing[number]
            if now >= missing.again:
                missing.attempts += 1
                missing.again = now + NACK_STEP * missing.attempts
                numbers.append(number)
        return numbers, self._picture_due(now)

    def want_picture(self) -> None:
        """Ask for a key frame at the next poll, for reasons of one's own."""
        self._want_picture = True

    @property
    def waiting(self) -> bool:
        """Whether nothing can come out before a key frame does."""
        return self._next is None

    @property
    def held(self) -> int:
        return len(self._held)

    def _picture_due(self, now: float) -> bool:
        due = self._want_picture or self._next is None
        if not due or self._highest is None:
            return False
        if self._asked_picture is not None and now - self._asked_picture < PLI_GAP:
            return False
        self._asked_picture = now
        self._want_picture = False
        return True

    def _note_gap(self, number: int, now: float) -> None:
        self._missing.pop(number, None)
        if self._highest is None or number <= self._highest:
            self._highest = number if self._highest is None else self._highest
            return
        if self._next is not None and number > self._highest + 1:
            self.gaps += 1
            for lost in range(self._highest + 1, number):
                self._missing[lost] = _Missing(now)
        self._highest = number

    def _start_over(self) -> None:
        self.dropped += len(self._held)
        self._held.clear()
        self._missing.clear()
        self._next = None

    def _begin_at_key(self) -> None:
        """While waiting: forget what no frame can begin with, and begin at the first key frame held."""
        for number in sorted(self._held):
            held = self._held[number]
            if held.begins and vp8_dimensions(held.data) is not None:
                self._next = number
                self._forget_before(number)
                highest = self._highest if self._highest is not None else number
                now = held.arrival
                for lost in range(number + 1, highest):
                    if lost not in self._held:
                        self._missing.setdefault(lost, _Missing(now))
                return
        # Of packets before any key frame only those can still matter that a late first packet would join.
        for number in [n for n in self._held if self._highest is not None and n < self._highest - 64]:
            del self._held[number]
            self.dropped += 1

    def _forget_before(self, number: int) -> None:
        for old in [n for n in self._held if n < number]:
            del self._held[old]
            self.dropped += 1
        for old in [n for n in self._missing if n < number]:
            del self._missing[old]

    def _give_up(self, now: float) -> None:
        """The newest packet that is given up for lost; the first key frame after it is where we go on."""
        lost = max(number for number, missing in self._missing.items() if now - missing.since >= GIVE_UP)
        keys = [n for n, h in self._held.items() if n > lost and h.begins and vp8_dimensions(h.data) is not None]
        if keys:
            self._next = min(keys)
            self._forget_before(self._next)
        else:
            self._start_over()
        self._want_picture = True

    def _take(self) -> list[Frame]:
        frames = []
        while (end := self._frame_end()) is not None:
            start, self._next = self._next, end + 1
            frame = self._join(start or 0, end)
            if frame is None:
                self._start_over()
                break
            if frame.data:
                frames.append(frame)
        return frames

    def _frame_end(self) -> int | None:
        """Sequence number of the last packet of the frame at `_next`, if all of it is there."""
        number = self._next
        if number is None or (first := self._held.get(number)) is None:
            return None
        number = max(number, self._scanned)
        while (held := self._held.get(number)) is not None:
            if held.timestamp != first.timestamp:
                return number - 1
            # Empty packets are padding: they belong to no frame.
            if held.marker or (not held.data and number == self._next):
                return number
            number += 1
        self._scanned = number
        return None

    def _join(self, start: int, end: int) -> Frame | None:
        parts = [self._held.pop(number) for number in range(start, end + 1)]
        data = b"".join(part.data for part in parts)
        if data and (not parts[0].begins or len(data) > MAX_FRAME):
            self.dropped += len(parts)
            return None
        arrival = max(part.arrival for part in parts)
        return Frame(data, parts[0].timestamp, arrival, vp8_dimensions(data))


class AudioAssembler:
    """One Opus stream: each packet is a frame. Puts overtaken packets back in order, waiting 60 ms for them."""

    def __init__(self) -> None:
        self._sequences = Unwrapper(16)
        self._timestamps = Unwrapper(32)
        self._held: dict[int, Frame] = {}
        self._next: int | None = None

    def push(self, packet: Packet, arrival: float) -> list[Frame]:
        number = self._sequences.unwrap(packet.sequence)
        timestamp = self._timestamps.unwrap(packet.timestamp)
        if self._next is None or abs(number - self._next) > MAX_GAP:
            self._held.clear()
            self._next = number
        if number < self._next:
            return []
        self._held[number] = Frame(packet.payload, timestamp, arrival)
        return self._take()

    def poll(self, now: float) -> list[Frame]:
        """What need not wait any longer."""
        frames: list[Frame] = []
        while self._held:
            first = min(self._held)
            if now - self._held[first].arrival < REORDER:
                break
            self._next = first
            frames += self._take()
        return frames

    def _take(self) -> list[Frame]:
        frames = []
        while self._next is not None and (frame := self._held.pop(self._next, None)) is not None:
            self._next += 1
            # With discontinuous transmission silence is sent as a frame of no length.
            if frame.data:
                frames.append(frame)
        return frames
