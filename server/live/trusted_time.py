"""Which moment deletion goes by: never before the latest one that was believed, never a clock that has just leapt."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from server.clock import Clock, SystemClock
from server.domain import retention as rules
from server.live.clock_sync import boot_reading, clock_is_synchronised
from server.store.settings import ClockMark

Boot = tuple[str | None, int | None]


@dataclass(frozen=True)
class Machine:
    """What the machine can be asked about time; milliseconds."""

    wall_ms: Callable[[], int]
    """Its own clock now, leaps and all."""
    uptime_ms: Callable[[], int]
    """Goes on evenly, sleep included; only differences count."""
    synchronised: Callable[[], bool]
    boot: Callable[[], Boot]
    """Id of this start of the machine, and the time since then."""

    @classmethod
    def of(cls, clock: Clock, synchronised: Callable[[], bool] | None) -> "Machine":
        """The real one for the system's clock. For any other clock that clock is the machine's, and is believed."""
        if isinstance(clock, SystemClock):
            return cls(_wall_ms, _uptime_ms, synchronised or clock_is_synchronised, boot_reading)
        return cls(clock.now_ms, clock.now_ms, synchronised or (lambda: True), lambda: (None, None))


class TrustedTime:
    def __init__(self, clock: Clock, machine: Machine) -> None:
        self._clock = clock
        self._machine = machine
        self._watch = rules.ClockWatch(machine.wall_ms(), machine.uptime_ms())
        self._high_water_ms = 0
        self.lead_ms = 0
        """How far believed time is ahead of the clock (which stood still in sleep, or was set back)."""
        self.leapt_ms = 0

    @property
    def held(self) -> bool:
        return not rules.may_destroy(self._watch)

    @property
    def hold_ms(self) -> int:
        return self._watch.hold_ms

    def now_ms(self) -> int:
        return self._clock.now_ms() + self.lead_ms

    def resume(self, mark: ClockMark | None) -> None:
        """Goes on from what a former process believed. Time the machine itself was up explains a gap, as far as this
        is still the same start of it; time it was off does not."""
        if mark is None:
            return
        boot_id, boottime_ms = self._machine.boot()
        explained = 0
        if boot_id is not None and boot_id == mark.boot_id and None not in (boottime_ms, mark.boottime_ms):
            explained = max(0, (boottime_ms or 0) - (mark.boottime_ms or 0))
        self._watch = rules.ClockWatch(mark.wall_ms + explained, self._machine.uptime_ms(), mark.hold_ms)
        self._high_water_ms = mark.high_water_ms
        self.leapt_ms = mark.leapt_ms

    def look(self) -> int:
        """Compares the machine's clocks; by how much they leapt if that has begun a hold, else 0."""
        before, synchronised = self._watch, self._machine.synchronised()
        wall_ms, clock_ms = self._machine.wall_ms(), self._clock.now_ms()
        self._watch = rules.look(before, wall_ms, self._machine.uptime_ms(), synchronised=synchronised)
        leap = wall_ms - before.wall_ms - (self._watch.uptime_ms - before.uptime_ms)
        began = self.held and leap > rules.LEAP_MS
        self.leapt_ms = leap if began else self.leapt_ms if self.held else 0
        if synchronised:
            self.lead_ms = max(0, wall_ms - clock_ms)
        elif not self.held:
            self.lead_ms = max(self.lead_ms, wall_ms - clock_ms, self._high_water_ms - clock_ms)
        else:
            self.lead_ms = max(self.lead_ms, self._high_water_ms - clock_ms)
        if not self.held:
            # A moment is only remembered once it is believed: a leap must not become the measure of what follows.
            self._high_water_ms = clock_ms + self.lead_ms
        return leap if began else 0

    def mark(self) -> ClockMark:
        """What the next process goes on from."""
        boot_id, boottime_ms = self._machine.boot()
        return ClockMark(
            high_water_ms=self._high_water_ms,
            wall_ms=self._watch.wall_ms,
            hold_ms=self._watch.hold_ms,
            leapt_ms=self.leapt_ms,
            boot_id=boot_id,
            boottime_ms=boottime_ms,
        )


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _uptime_ms() -> int:
    _, since_boot = boot_reading()
    return time.monotonic_ns() // 1_000_000 if since_boot is None else since_boot
