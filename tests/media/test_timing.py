import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.rtp import Unwrapper
from server.media.timing import MAX_STEP, LegClock, MinimumFilter

AUDIO, VIDEO = 48_000, 90_000


def test_minimum_is_of_the_last_ten_seconds() -> None:
    least = MinimumFilter()
    assert least.add(5.0, 0) == 5.0
    assert least.add(9.0, 5000) == 5.0
    assert least.add(9.0, 11_000) == 9.0


class Leg:
    """A sender whose wall clock is `wall` ms ahead and whose clocks run at `speed`; packets take `way` ms and more."""

    def __init__(self, *, way: float = 30, jitter: float = 60, speed: float = 1.0, wall: float = 5e6, seed: int = 1):
        self.clock = LegClock()
        self.streams = {AUDIO: self.clock.stream(AUDIO), VIDEO: self.clock.stream(VIDEO)}
        self._timestamps = {AUDIO: Unwrapper(32), VIDEO: Unwrapper(32)}
        self._starts = {AUDIO: 2**32 - 100_000, VIDEO: 2**32 - 500_000}
        self._luck = random.Random(seed)
        self._way, self._jitter, self._speed, self._wall = way, jitter, speed, wall

    def timestamp(self, rate: int, taken: float) -> int:
        number = self._starts[rate] + taken * self._speed * rate / 1000
        return self._timestamps[rate].unwrap(int(number) % 2**32)

    def frame(self, rate: int, taken: float, extra: float = 0) -> float:
        """Where a frame that was taken at `taken` is placed, less the shortest way: ideally `taken`."""
        stream, timestamp = self.streams[rate], self.timestamp(rate, taken)
        stream.arrived(timestamp, taken + self._way + extra + self._luck.random() * self._jitter)
        return stream.place(timestamp) - self._way

    def report(self, rate: int, taken: float) -> None:
        self.streams[rate].reported(taken * self._speed + self._wall, self.timestamp(rate, taken))


def test_two_legs_are_aligned_to_100_ms() -> None:
    one, two = Leg(way=20, seed=1), Leg(way=45, seed=2)
    errors = []
    for i in range(500):
        taken = i * 20.0
        a, b = one.frame(AUDIO, taken), two.frame(AUDIO, taken)
        if i > 100:
            errors.append(abs((a + 20) - (b + 45)))
    assert max(errors) < 100


def test_reports_bring_sound_and_picture_together() -> None:
    leg = Leg(jitter=5)
    # Pictures spend 120 ms more in encoder and pacer than sound does; arrival alone cannot know.
    apart = []
    for i in range(1500):
        taken = i * 20.0
        sound = leg.frame(AUDIO, taken)
        picture = leg.frame(VIDEO, taken, extra=120)
        if i % 50 == 25:
            leg.report(AUDIO, taken)
            leg.report(VIDEO, taken)
        apart.append(picture - sound)
    assert apart[0] > 100
    assert max(map(abs, apart[-300:])) < 15


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.999, 1.001), st.floats(0, 300))
def test_no_frame_is_moved_more_than_40_ms_against_its_neighbour(seed: int, speed: float, jitter: float) -> None:
    leg = Leg(jitter=jitter, speed=speed, seed=seed)
    before: float | None = None
    for i in range(800):
        taken = i * 20.0
        placed = leg.frame(AUDIO, taken)
        if i % 37 == 5:
            leg.report(AUDIO, taken)
        if before is not None:
            assert abs(placed - before - 20.0 * speed) <= MAX_STEP
            assert placed >= before
        before = placed


@pytest.mark.parametrize("speed", [0.9995, 1.0005])
def test_a_clock_that_runs_differently_is_followed(speed: float) -> None:
    leg = Leg(jitter=10, speed=speed)
    # Ten minutes at 500 ppm are 300 ms: not to be seen at the end.
    placed = [leg.frame(AUDIO, i * 20.0) - i * 20.0 for i in range(30_000)]
    assert abs(placed[-1]) < 40


def test_a_leap_of_the_senders_clock_is_taken_at_once() -> None:
    leg = Leg(jitter=0)
    for i in range(100):
        leg.frame(AUDIO, i * 20.0)
    leg._starts[AUDIO] += 60 * AUDIO
    assert leg.frame(AUDIO, 2000.0) == pytest.approx(2000.0, abs=5)


def test_what_comes_late_in_a_heap_is_placed_where_it_was_taken() -> None:
    leg = Leg(jitter=0)
    for i in range(100):
        leg.frame(AUDIO, i * 20.0)
    late = [leg.frame(AUDIO, 2000.0 + i * 20, extra=1500 - i * 20) for i in range(50)]
    assert late[0] == pytest.approx(2000, abs=5)
    assert late[-1] == pytest.approx(2980, abs=20)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.floats(-1e15, 1e15)), max_size=60))
def test_lying_reports_do_not_run_away(reports: list[tuple[int, float]]) -> None:
    leg = Leg(jitter=0)
    last = -1.0
    for i, (timestamp, wall) in enumerate(reports):
        for rate, stream in leg.streams.items():
            placed = leg.frame(rate, i * 20.0)
            assert -1100 <= placed - i * 20.0 <= 1100
            stream.reported(wall, leg._timestamps[rate].near(timestamp))
        last = max(last, placed)
