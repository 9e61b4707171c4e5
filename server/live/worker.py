"""What a room has to do in order: one slow thing after the other, off the path of its events."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from structlog import get_logger

Job = Callable[[], Awaitable[None]]

log = get_logger()


class Worker:
    """Runs jobs one at a time, in the order they were put. A job that raises is logged, and the next one runs: whoever
    puts a job whose failure matters handles it inside."""

    def __init__(self, room: str, idle: Callable[[], None]) -> None:
        """`idle` is called whenever the last job is done."""
        self._room = room
        self._idle = idle
        self._jobs: deque[tuple[str, Job]] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, name: str, job: Job) -> None:
        """`name` is for the log."""
        self._jobs.append((name, job))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name=f"room {self._room}")

    @property
    def idle(self) -> bool:
        return self._task is None

    async def drain(self) -> None:
        """Returns once nothing is left to do."""
        while self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        try:
            while self._jobs:
                name, job = self._jobs.popleft()
                try:
                    await job()
                except Exception:
                    log.exception("room_job_failed", room=self._room, job=name)
        finally:
            self._task = None
            self._idle()
