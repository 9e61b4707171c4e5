"""Asking browsers for snapshots: one at a time, and another one where it does not deliver.

A log is compacted when it has grown. The document is besides when a meeting has ended or another has begun, as far as
it was written before: so it can be gone back to as that meeting left it. Whoever was there may be gone by then; the
next one who comes is asked.
"""

import asyncio

from structlog import get_logger

from server.domain.sharing import Compact, encoder
from server.domain.values import Seat
from server.live.journal_log import Log
from server.live.journal_room import JournalRoom
from server.live.sharers import Sharer
from server.store import meetings

log = get_logger()


class Compaction:
    """Of one live room."""

    def __init__(self, room: JournalRoom) -> None:
        self._room = room
        self._asking: dict[Log, asyncio.Task[None]] = {}
        self._preferred: dict[Log, Seat] = {}
        self._stood = 0
        """The document's last entry from before the last turn: the beginning or the end of a meeting."""
        self._looking: set[asyncio.Task[None]] = set()

    def look(self) -> None:
        """Somebody has come, or a meeting has begun or ended."""
        task = asyncio.get_running_loop().create_task(self._look())
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _look(self) -> None:
        document = self._room.document
        async with self._room.services.database.read() as tx:
            turned_ms = await meetings.last_turn(tx, self._room.id)
        if turned_ms is not None:
            self._stood = document.last_before(turned_ms)
        self.consider(document)

    def consider(self, target: Log) -> None:
        """The log has grown, its snapshot has changed, or somebody has come."""
        if self._is_due(target) and target not in self._asking and self._room.hearers(target):
            self._asking[target] = asyncio.get_running_loop().create_task(self._ask(target))

    def prefer(self, target: Log, seat: Seat) -> None:
        """This seat is asked first next time: what the other made was undone."""
        self._preferred[target] = seat

    def _is_due(self, target: Log) -> bool:
        limits = self._room.limits
        grown = target.since_entries > limits.compact_entries or target.since_bytes > limits.compact_bytes
        return grown or self._has_turned(target)

    async def _ask(self, target: Log) -> None:
        """Each in turn, half a minute each, while it is due."""
        clock, within = self._room.services.clock, self._room.limits.compact_within_ms
        asked: set[Sharer] = set()
        try:
            while self._is_due(target) and (hearers := self._room.hearers(target)):
                if not (fresh := [each for each in hearers if each not in asked]):
                    asked.clear()
                    fresh = hearers
                seat = self._preferred.get(target)
                sharer = next((each for each in fresh if each.seat is seat), fresh[0])
                asked.add(sharer)
                sharer.send(encoder.encode(Compact(target.journal, self._upto(target))))
                log.info("compaction_asked", room=self._room.id, log=target.name, entries=target.since_entries)
                await clock.sleep_until(clock.now_ms() + within)
        finally:
            self._asking.pop(target, None)

    def _has_turned(self, target: Log) -> bool:
        return target is self._room.document and target.standing.upto < self._stood <= target.durable

    def _upto(self, target: Log) -> int:
        return self._stood if self._has_turned(target) else target.durable

    def close(self) -> None:
        for task in (*self._asking.values(), *self._looking):
            task.cancel()
