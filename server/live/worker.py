"""What a room has to do in order: one slow thing after the other, off the path of its events."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from structlog import get_logger

from server.clock import Clock

AGAIN_MS = 10_000
"""Between two tries of what must be done in the end, such as on a full disk."""

Job = Callable[[], Awaitable[None]]

log = get_logger()


class _Put(NamedTuple):
    name: str
    job: Job
    must: bool


class Worker:
    """Runs jobs one at a time, in the order they were put. A job that raises is logged, and the next one runs: whoever
    puts a job whose failure matters handles it inside, or puts it as one that must be done."""

    def __init__(self, room: str, clock: Clock, idle: Callable[[], None]) -> None:
        """`idle` is called whenever the last job is done."""
        self._room = room
        self._clock = clock
        self._idle = idle
        self._jobs: deque[_Put] = deque()
        self._task: asyncio.Task[None] | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._closing = False

    def put(self, name: str, job: Job, *, must: bool = False) -> None:
        """`name` is for the log. A job that `must` be done is tried again until it is, or until the server goes down:
        what it leaves behind is put right at the next start."""
        self._jobs.append(_Put(name, job, must))
        if self._waiting is not None:
            self._waiting.cancel()  # what has come may be what makes the next try succeed, such as freed room
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name=f"room {self._room}")

    @property
    def idle(self) -> bool:
        return self._task is None

    async def drain(self) -> None:
        """Returns once nothing is left to do."""
        while self._task is not None:
            await asyncio.shield(self._task)

    async def close(self) -> None:
        """Everything is tried once more, and no longer waited for."""
        self._closing = True
        if self._waiting is not None:
            self._waiting.cancel()
        await self.drain()

    async def _run(self) -> None:
        try:
            while self._jobs:
                put = self._jobs.popleft()
                while not await self._try(put) and put.must and not self._closing:
                    self._waiting = asyncio.ensure_future(self._clock.sleep_until(self._clock.now_ms() + AGAIN_MS))
                    await asyncio.wait({self._waiting})
        finally:
            self._task = None
            self._idle()

    async def _try(self, put: _Put) -> bool:
        try:
            await put.job()
        except Exception:
            log.exception("room_job_failed", room=self._room, job=put.name)
            return False
        return True
