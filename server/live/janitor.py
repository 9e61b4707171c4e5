"""Deletes what is due, on its day: also what fell due while the server was down, and never on a clock that leapt."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress

import structlog
from sqlalchemy.exc import DBAPIError

from server.clock import Clock
from server.live.trusted_time import Machine, TrustedTime
from server.store import audit, deletion, recordings, sessions, settings
from server.store.database import Database
from server.store.deletion import Deletion

log = structlog.get_logger()

LOOK_MS = 60_000
BATCH = 100


class Janitor:
    """Sleeps until the next recording is due (at most 60 s at a time) and destroys it."""

    def __init__(
        self, database: Database, deletion: Deletion, clock: Clock, synchronised: Callable[[], bool] | None = None
    ) -> None:
        """`synchronised` says whether the machine's clock is kept by a time service; None asks the machine (with a
        clock other than the system's: always)."""
        self._database = database
        self._deletion = deletion
        self._clock = clock
        self._time = TrustedTime(clock, Machine.of(clock, synchronised))
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._one_look = asyncio.Lock()

    async def start(self) -> None:
        """After `recover`. One look at once, then on its own."""
        async with self._database.read() as tx:
            self._time.resume(await settings.clock_mark(tx))
        await self.look()
        self._task = asyncio.create_task(self._run(), name="janitor")

    def wake(self) -> None:
        """A promise became shorter or a recording was kept: look now."""
        self._woken.set()

    async def look(self) -> int:
        """One round; how many recordings were destroyed. Raises what the database raises; files that cannot be removed
        are tried again at the next look."""
        async with self._one_look:
            await self._look_at_clock()
            done = await deletion.finish_deletions(self._database, self._deletion, self.now_ms())
            return done if self._time.held else done + await self._destroy_due()

    def now_ms(self) -> int:
        """The clock, never behind the latest moment that was believed: what `recordings.readable` is asked with."""
        return self._time.now_ms()

    @property
    def held_until_ms(self) -> int | None:
        """Destruction waits until then because the clock leapt (`clock_leapt`, told to the admin); None: it does not
        wait. What is due stays unreadable meanwhile."""
        return self._clock.now_ms() + self._time.hold_ms if self._time.held else None

    @property
    def leapt_ms(self) -> int | None:
        """By how much, while destruction waits."""
        return self._time.leapt_ms if self._time.held else None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _look_at_clock(self) -> None:
        was_held = self._time.held
        leapt = self._time.look()
        now = self.now_ms()
        async with self._database.write() as tx:
            if leapt:
                await audit.append(tx, "clock_leapt", now=now, leapt_ms=leapt, hold_ms=self._time.hold_ms)
            if was_held and not self._time.held:
                await audit.append(tx, "clock_believed", now=now)
            await settings.set_clock_mark(tx, self._time.mark())
            await sessions.sweep(tx, now)
        if leapt:
            log.warning("clock_leapt", leapt_ms=leapt, hold_ms=self._time.hold_ms)

    async def _destroy_due(self) -> int:
        done = 0
        while True:
            now = self.now_ms()
            async with self._database.read() as tx:
                due = await recordings.due(tx, now, BATCH)
            if not due:
                return done
            stuck = False
            for recording in due:
                try:
                    await self._deletion.delete(recording, cause="due", by=None, now=now)
                    done += 1
                except (OSError, sqlite3.Error, DBAPIError) as error:
                    # It is unreadable; the next look goes on. Whatever it was must not keep the others.
                    stuck = True
                    log.error("deletion_stuck", recording=recording, error=type(error).__name__)
            if stuck:
                return done

    async def _run(self) -> None:
        while True:
            until = self._clock.now_ms() + LOOK_MS
            try:
                until = min(until, await self._next_moment(until))
                await self._sleep(until)
                await self.look()
            except Exception:
                # Whatever it was (a locked database, a full disk): deleting must go on, a minute later.
                log.exception("janitor_failed")
                await self._clock.sleep_until(self._clock.now_ms() + LOOK_MS)

    async def _next_moment(self, otherwise: int) -> int:
        """When to look next, by the clock that is slept by."""
        if self._time.held:
            return otherwise
        async with self._database.read() as tx:
            due = await recordings.next_due(tx)
        return otherwise if due is None else due - self._time.lead_ms

    async def _sleep(self, until: int) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep_until(until))
        waking = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
            self._woken.clear()
