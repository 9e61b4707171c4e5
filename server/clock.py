"""Time as a thing one is given: moments are milliseconds since the Unix epoch, UTC."""

import asyncio
import heapq
import itertools
import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int: ...

    async def sleep_until(self, moment_ms: int) -> None: ...


class SystemClock:
    """Wall time read once and carried on by the monotonic clock: while the process runs it never leaps."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now_ms(self) -> int:
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000

    async def sleep_until(self, moment_ms: int) -> None:
        await asyncio.sleep(max(0, moment_ms - self.now_ms()) / 1000)


class ManualClock:
    """A clock that stands still until it is advanced; `advance` wakes who has slept long enough."""

    def __init__(self, now_ms: int = 1_800_000_000_000) -> None:
        self._now = now_ms
        self._tick = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now

    async def sleep_until(self, moment_ms: int) -> None:
        if moment_ms <= self._now:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (moment_ms, next(self._tick), waiter))
        await waiter

    def advance(self, by_ms: int) -> None:
        self._now += by_ms
        while self._sleepers and self._sleepers[0][0] <= self._now:
            waiter = heapq.heappop(self._sleepers)[2]
            if not waiter.done():
                waiter.set_result(None)
