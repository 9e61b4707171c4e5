"""The live journals of this process: one `JournalRoom` a room while its sharing sockets or requests are open."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.domain.sharing import Browsers, Journal, encoder
from server.domain.values import Seat
from server.errors import VisavisError
from server.live.compaction import Compaction
from server.live.journal_log import Log
from server.live.journal_room import JournalRoom, Observer
from server.live.journal_snapshots import Snapshots, finish_dropping
from server.live.journal_writer import JournalWriter
from server.live.services import Services
from server.live.sharers import JournalLimits

BROWSERS = encoder.encode(Browsers())


class LiveJournals:
    """What belongs to one room."""

    def __init__(self, room: JournalRoom) -> None:
        self.room = room
        self.snapshots = Snapshots(room)
        self.compaction = Compaction(room)
        self.held = 0


class Journals:
    """Owner of all rooms' journals. The content key of a room is here while somebody holds the room, no longer."""

    def __init__(self, services: Services, limits: JournalLimits | None = None) -> None:
        self.limits = limits or JournalLimits()
        self._services = services
        self._writer = JournalWriter(services.database, self.limits.gather_s)
        self._rooms: dict[str, LiveJournals] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._observers: dict[str, list[Observer]] = {}
        self._going_down = False

    async def start(self) -> None:
        """Before the first request: what a former process began to destroy is destroyed."""
        await finish_dropping(self._services)

    @asynccontextmanager
    async def hold(self, room_id: str, content: bytes) -> AsyncIterator[LiveJournals]:
        """The room's journals, live until the block ends. `content` is the room's content key; a socket that is open
        brings the same. Raises VisavisError `going_down` (503), `damaged` (500)."""
        live = await self._get(room_id, content)
        live.held += 1
        try:
            yield live
        finally:
            live.held -= 1
            if not live.held:
                await self._rest(room_id, live)

    async def _get(self, room_id: str, content: bytes) -> LiveJournals:
        while True:
            if self._going_down:
                raise VisavisError("going_down", "The server is about to stop.", 503)
            live = self._rooms.get(room_id)
            if live is not None:
                return live
            opening = self._opening.get(room_id)
            if opening is None:  # two that come at once share one
                opening = self._opening[room_id] = asyncio.get_running_loop().create_task(self._open(room_id, content))
                opening.add_done_callback(lambda _: self._opening.pop(room_id, None))
            try:
                await asyncio.shield(opening)  # whoever shares it may have let it go again by now
            except asyncio.CancelledError:
                opening.add_done_callback(lambda _: self._forget_unheld(room_id))
                raise

    def _forget_unheld(self, room_id: str) -> None:
        """Whoever it was opened for has gone meanwhile: its keys go too. Who still waits for it opens it again."""
        live = self._rooms.get(room_id)
        if live is not None and not live.held and not live.room.busy:
            del self._rooms[room_id]
            live.compaction.close()

    async def _open(self, room_id: str, content: bytes) -> None:
        def observe(journal: Journal, n: int, seat: Seat, at_ms: int, body: bytes | None) -> None:
            for each in self._observers.get(room_id, ()):
                each(journal, n, seat, at_ms, body)

        def written(_room: JournalRoom, log: Log) -> None:
            live.compaction.consider(log)

        room = JournalRoom(self._services, room_id, content, self._writer, self.limits, observe, written)
        await room.load()
        live = self._rooms[room_id] = LiveJournals(room)

    async def _rest(self, room_id: str, live: LiveJournals) -> None:
        """Nobody holds it: once all is written the room is let go, and its keys with it."""
        while not live.held and live.room.busy:
            if not await self._writer.next_round() and live.room.busy:
                return  # it cannot be stored; it stays in memory, and whoever comes next finds it there
        if not live.held and self._rooms.get(room_id) is live:
            del self._rooms[room_id]
            live.compaction.close()

    def meeting_turned(self, room_id: str) -> None:
        """A meeting of the room has begun or ended, and the store knows."""
        live = self._rooms.get(room_id)
        if live is not None:
            live.compaction.look()

    def peek(self, room_id: str) -> LiveJournals | None:
        """The room's journals if they are live."""
        return self._rooms.get(room_id)

    async def flush(self, room_id: str) -> None:
        """Returns once all that has been numbered in the room is durable. Raises VisavisError `disk_full` (507)."""
        live = self._rooms.get(room_id)
        if live is not None:
            await live.room.flush()

    def subscribe(self, room_id: str, callback: Observer) -> Callable[[], None]:
        """`callback(journal, n, seat, at_ms, body)` for each entry of the room's document (as it is passed on) and chat
        (once it is durable), and with None for a chat entry that was struck out, until what is returned is called. It
        must not wait or raise."""
        observers = self._observers.setdefault(room_id, [])
        observers.append(callback)

        def stop() -> None:
            if callback in observers:
                observers.remove(callback)
            if not observers and self._observers.get(room_id) is observers:
                del self._observers[room_id]

        return stop

    def revoke(self, room_id: str, proofs: set[bytes]) -> None:
        """Sockets that came in with one of these seat cookies (their hashes) must go."""
        live = self._rooms.get(room_id)
        for sharer in list(live.room.sharers) if live is not None else ():
            if sharer.proof in proofs:
                sharer.bye("seat_revoked")

    def proofs_here(self, room_id: str) -> frozenset[bytes]:
        """Hashes of the seat cookies that open sockets came in with."""
        live = self._rooms.get(room_id)
        return frozenset(sharer.proof for sharer in live.room.sharers) if live is not None else frozenset()

    def browsers_changed(self, room_id: str, seat: Seat) -> None:
        """The seat's pages ask again which browsers hold it."""
        live = self._rooms.get(room_id)
        for sharer in list(live.room.sharers) if live is not None else ():
            if sharer.seat is seat:
                sharer.send(BROWSERS)

    async def close(self) -> None:
        """Going down: every socket gets `bye` `going_down`, and all that was numbered is written."""
        self._going_down = True
        for live in list(self._rooms.values()):
            live.compaction.close()
            await live.room.close("going_down")
        await self._writer.close()
