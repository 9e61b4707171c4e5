"""The live rooms of this process: one `RoomTask` a room, made when the first socket comes, gone when it is quiet."""

import asyncio

from structlog import get_logger

from server.domain.values import Presence, Seat
from server.errors import VisavisError
from server.live import facts
from server.live.devices import DeviceRequests
from server.live.journals import Journals
from server.live.measure import measure_part
from server.live.room_task import RoomTask
from server.live.services import Services
from server.store import deletion, meetings

log = get_logger()


class Hub:
    """Owner of all live rooms. After a restart every switch is off; a meeting goes on for those who come back soon."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.devices = DeviceRequests(services.clock)
        self.journals = Journals(services)
        self._rooms: dict[str, RoomTask] = {}
        self._opening: dict[str, asyncio.Task[RoomTask]] = {}
        self._going_down = False

    async def start(self) -> list[str]:
        """Before the first request: recordings a former process left open are closed as interrupted; their ids.
        Meetings that it left and that may go on are taken up, so that they end if nobody comes."""
        services, now = self.services, self.services.clock.now_ms()
        await self.journals.start()
        interrupted = await deletion.recover(
            services.database, services.shred, services.deletion, measure_part(services), now
        )
        async with services.database.write() as tx:
            going_on = await meetings.settle(tx, now)
        for room_id in going_on:
            try:
                await self.get(room_id)
            except VisavisError as error:
                log.error("meeting_not_resumed", room=room_id, error=error.code)
        return interrupted

    async def get(self, room_id: str) -> RoomTask:
        """The room's task, made if need be; `RoomTask.hold` it at once.

        Raises VisavisError `no_such_room`, `going_down`."""
        if self._going_down:
            raise VisavisError("going_down", "The server is about to stop.", 503)
        task = self._rooms.get(room_id)
        if task is not None:
            return task
        opening = self._opening.get(room_id)
        if opening is None:  # two sockets that come at once share one task
            opening = self._opening[room_id] = asyncio.get_running_loop().create_task(self._open(room_id))
            opening.add_done_callback(lambda _: self._opening.pop(room_id, None))
        task = await asyncio.shield(opening)
        if self._going_down:  # it was opened too late to be closed with the others
            raise VisavisError("going_down", "The server is about to stop.", 503)
        return task

    async def _open(self, room_id: str) -> RoomTask:
        known = await facts.load(self.services, room_id)
        if known is None:
            raise VisavisError("no_such_room", "There is no such room.", 404)
        async with self.services.database.read() as tx:
            meeting = await meetings.going_on(tx, room_id)
        task = self._rooms[room_id] = RoomTask(self.services, known, self._quiet, self.journals, meeting)
        return task

    def _quiet(self, room_id: str) -> None:
        self._rooms.pop(room_id, None)

    def peek(self, room_id: str) -> RoomTask | None:
        """The room's task if the room is live."""
        return self._rooms.get(room_id)

    def presences(self, room_id: str) -> dict[Seat, Presence]:
        """Who is in the meeting now, and who is only awaited: their line was lost a moment ago."""
        task = self._rooms.get(room_id)
        return {seat: task.room.seat(seat).presence if task is not None else Presence.ABSENT for seat in Seat}

    async def policy_changed(self, room_id: str) -> None:
        """Title, names, retention or password of the room have changed in the store: they are read anew and shown."""
        task = self._rooms.get(room_id)
        if task is not None:
            await task.refresh()

    def revoke(self, room_id: str, proofs: set[bytes]) -> None:
        """Pages that came in with one of these seat cookies (their hashes) must go."""
        self.journals.revoke(room_id, proofs)
        task = self._rooms.get(room_id)
        if task is not None:
            for page in task.pages():
                if page.proof in proofs:
                    task.leave(page, "seat_revoked")

    def proofs_here(self, room_id: str) -> frozenset[bytes]:
        """Hashes of the seat cookies with which a page of the room is open now."""
        task = self._rooms.get(room_id)
        meeting = [page.proof for page in task.pages()] if task is not None else []
        return self.journals.proofs_here(room_id) | frozenset(meeting)

    def browsers_changed(self, room_id: str, seat: Seat) -> None:
        """Another set of browsers holds the seat, or what its person has to be told of them has changed."""
        self.journals.browsers_changed(room_id, seat)

    async def close(self) -> None:
        """Going down: permits close, runs are sealed, every socket gets `bye` `going_down`."""
        self._going_down = True  # may be called twice: the second time there is nothing left to do
        await asyncio.gather(*(task.close("going_down") for task in list(self._rooms.values())))
        await self.journals.close()
        await self.services.readers.close()
