"""Where on the time axis a frame belongs. Pure; all times in milliseconds of the server's monotonic clock.

A stream's RTP timestamps say how far apart its frames were taken, precisely. When they were taken is not said, so each
stream is laid on the axis by the quickest of its recent packets (a minimum filter over arrival minus timestamp):
what all packets share is the shortest way, what they differ in is waiting. That also aligns the legs of two browsers,
whose clocks nobody compares. Inside a leg, once every stream has had a sender report, the reports say how the
streams lie to each other, and only the leg as a whole is laid by arrival.

A change of mind never shows as a jump: a stream is moved towards its place by at most 2 % of the time that passes and
at most 40 ms from one frame to the next. Only when it is a second off (a sender's clock leapt) does it leap with it.
"""

from collections import deque

SLEW = 0.02
MAX_STEP = 40.0
LEAP = 1000.0
WINDOW = 10_000.0
_SLOT = 500.0
_TRUSTED = 1000.0
"""A sender report may lay a stream this much before its earliest arrival, and never after it."""


class MinimumFilter:
    """The smallest sample of the last ten seconds, kept in slots of half a second."""

    __slots__ = ("_slots", "least")

    def __init__(self) -> None:
        self._slots: deque[list[float]] = deque()
        self.least: float | None = None

    def add(self, sample: float, now: float) -> float:
        slots = self._slots
        if slots and now - slots[-1][0] < _SLOT:
            newest = slots[-1]
            if sample < newest[1]:
                newest[1] = sample
        else:
            slots.append([now, sample])
            while slots[0][0] < now - WINDOW:
                slots.popleft()
            self.least = None
        if self.least is None:
            self.least = min(slot[1] for slot in slots)
        elif sample < self.least:
            self.least = sample
        return self.least


class StreamClock:
    """One stream of a leg. Made by `LegClock.stream`."""

    def __init__(self, leg: "LegClock", rate: int) -> None:
        self._leg = leg
        self._per_ms = rate / 1000
        self._arrivals = MinimumFilter()
        self._base: float | None = None
        self._media_ms = 0.0
        self._last: float | None = None
        self.report: float | None = None
        """Sender's wall clock minus stream time, of the newest sender report."""

    @property
    def floor(self) -> float | None:
        """Arrival minus stream time of the quickest recent packet."""
        return self._arrivals.least

    def arrived(self, timestamp: int, arrival: float) -> None:
        """Note a frame's arrival. `timestamp` continued past its wrap; call before `place` for the same frame."""
        self._arrivals.add(arrival - timestamp / self._per_ms, arrival)

    def reported(self, wall_ms: float, timestamp: int) -> None:
        """Note a sender report."""
        self.report = wall_ms - timestamp / self._per_ms

    def place(self, timestamp: int) -> float:
        """When the frame was taken. Never earlier than the frame placed before it."""
        media_ms = timestamp / self._per_ms
        target = self._leg.target(self)
        if self._base is None or abs(target - self._base) > LEAP:
            self._base = target
        else:
            step = min(MAX_STEP, SLEW * max(0.0, media_ms - self._media_ms))
            self._base += max(-step, min(step, target - self._base))
        self._media_ms = max(media_ms, self._media_ms) if self._last is not None else media_ms
        placed = media_ms + self._base
        self._last = placed if self._last is None else max(placed, self._last)
        return self._last


class LegClock:
    """The streams of one leg, which share their sender's clock."""

    def __init__(self) -> None:
        self._streams: list[StreamClock] = []

    def stream(self, rate: int) -> StreamClock:
        """A stream whose RTP clock runs at `rate` Hz."""
        clock = StreamClock(self, rate)
        self._streams.append(clock)
        return clock

    def drop(self, stream: StreamClock) -> None:
        self._streams.remove(stream)

    def target(self, stream: StreamClock) -> float:
        """What to add to the stream's own time. It has had at least one arrival."""
        floor = stream.floor
        if floor is None:
            raise ValueError("a stream without arrivals has no place yet")
        reported = [
            (other.floor, other.report)
            for other in self._streams
            if other.floor is not None and other.report is not None
        ]
        heard = sum(other.floor is not None for other in self._streams)
        if stream.report is None or len(reported) < heard:
            return floor
        offset = min(least - report for least, report in reported)
        return max(floor - _TRUSTED, min(floor, stream.report + offset))
