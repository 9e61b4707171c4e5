"""Makes what all rooms write durable: at once; and from then on what comes within some milliseconds in one transaction.

One `fsync` serves all; each room may put a bounded amount into a transaction, so that none waits long for another.
"""

import asyncio
import sqlite3
from typing import Protocol

from sqlalchemy.exc import DBAPIError
from structlog import get_logger

from server.errors import VisavisError
from server.store import journals
from server.store.database import Database, Tx
from server.store.journals import Batch

AGAIN_S = 1.0
"""Between two tries where the disk refuses."""

log = get_logger()


class Work(Protocol):
    """What one room puts into one transaction."""

    async def prepare(self) -> None:
        """Makes the keys it needs."""

    async def write(self, tx: Tx) -> list[tuple[str, str, Batch]]:
        """Writes all but the batches it returns. Sealing happens here, in the order of transactions: a key that was
        destroyed before is not used any more."""

    def written(self) -> None:
        """It is durable. Called in the same turn of the loop in which the transaction ended."""


class Source(Protocol):
    """A room with something to write."""

    def turn(self) -> Work | None: ...


class JournalWriter:
    """One a process."""

    def __init__(self, database: Database, gather_s: float) -> None:
        self.gather_s = gather_s
        self._database = database
        self._sources: dict[Source, None] = {}
        self._task: asyncio.Task[None] | None = None
        self._round: asyncio.Future[bool] | None = None
        self._closing = asyncio.Event()

    def stir(self, source: Source) -> None:
        """It has something to write."""
        if source not in self._sources:
            self._sources[source] = None
            if self._task is None:
                self._task = asyncio.get_running_loop().create_task(self._run(), name="journal writer")

    async def next_round(self) -> bool:
        """Returns after the transaction that is under way or about to begin; whether it succeeded. True at once when
        there is nothing to write."""
        if self._task is None:
            return True
        if self._round is None:
            self._round = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._round)

    async def _run(self) -> None:
        try:
            while self._sources:
                done = await self._try()
                waited, self._round = self._round, None
                if waited is not None:
                    waited.set_result(done)
                if not done:
                    if self._closing.is_set():
                        return
                    await self._pause(AGAIN_S)
                else:
                    await self._pause(self.gather_s)
        finally:
            self._task = None
            if self._round is not None:
                self._round.set_result(False)
                self._round = None

    async def _pause(self, seconds: float) -> None:
        if not self._closing.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self._closing.wait()
            except TimeoutError:
                pass

    async def _try(self) -> bool:
        works = [work for source in list(self._sources) if (work := self._turn(source)) is not None]
        if await self._attempt(works):
            return True
        if len(works) == 1:
            return False
        # what ails one room must not keep the others from being written
        return all([await self._attempt([work]) for work in works])

    async def _attempt(self, works: list[Work]) -> bool:
        try:
            await self._write(works)
        except (DBAPIError, sqlite3.Error, OSError, VisavisError) as error:
            log.error("journals_not_written", rooms=len(works), error=type(error).__name__)
            return False
        except Exception as error:
            # ours to repair; the others' words must be written nevertheless
            log.exception("journals_not_written", rooms=len(works), error=type(error).__name__)
            return False
        return True

    def _turn(self, source: Source) -> Work | None:
        work = source.turn()
        if work is None:
            del self._sources[source]
        return work

    async def _write(self, works: list[Work]) -> None:
        if not works:
            return
        for work in works:
            await work.prepare()
        async with self._database.write() as tx:
            batches = [batch for work in works for batch in await work.write(tx)]
            await journals.add_batches(tx, batches)
        for work in works:
            try:
                work.written()
            except Exception as error:
                # it is durable, for this room and for those after it
                log.exception("journal_not_told", error=type(error).__name__)

    async def close(self) -> None:
        """Everything is tried once more."""
        self._closing.set()
        if self._task is not None:
            await asyncio.shield(self._task)
