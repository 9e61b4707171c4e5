"""What lies between the two in one room, as a recording hears of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.domain.shared_part import Frame, Happened, Struck, Written
from server.domain.sharing import Journal
from server.domain.state import Room
from server.domain.values import Seat
from server.errors import VisavisError
from server.live.happenings import Happening, Observer, going_on
from server.live.journal_chat import open_chat
from server.live.journal_keys import Kind, ThingKeys
from server.live.journal_reader import read_entries
from server.live.journal_room import JournalRoom
from server.live.journals import Journals
from server.live.services import Services
from server.store import chat

CHAT_BYTES = 8 * 1024 * 1024
"""Of the chat from before a run the newest; beyond, it is older than anybody scrolls."""
PORTION = 500
MISSING_BYTES = 8 * 1024 * 1024
"""Of entries that a browser's document lacks. One that is so far behind reads before it gives."""


class RoomTable:
    """Document and chat; gestures, thinking, breaks and quiet time of the meeting. Implements `shared_part.Table`."""

    def __init__(
        self,
        services: Services,
        room: str,
        journals: Journals,
        observe: Callable[[Observer], Callable[[], None]],
        state: Callable[[], Room],
    ) -> None:
        self._services = services
        self._id = room
        self._journals = journals
        self._observe = observe
        self._state = state

    def follow(self, heard: Callable[[Frame], None]) -> Callable[[], None]:
        """First `heard` is told of what goes on already: a break that is proposed, quiet time, thinking."""

        def happened(what: Happening) -> None:
            heard(Happened(what.at_ms, what.about.value, what.seat, what.what, what.minutes))

        def written(journal: Journal, n: int, seat: Seat, at_ms: int, body: bytes | None) -> None:
            heard(Struck(at_ms, n) if body is None else Written(at_ms, journal, n, seat, body))

        for each in going_on(self._state(), self._services.clock.now_ms()):
            happened(each)
        ends = self._observe(happened), self._journals.subscribe(self._id, written)

        def unfollow() -> None:
            for end in ends:
                end()

        return unfollow

    @asynccontextmanager
    async def open(self, content: bytes) -> AsyncIterator["OpenTable"]:
        """While it is open, what stands can be told from what comes. `content` is the room's content key. Raises
        VisavisError `going_down` (503), `damaged` (500)."""
        async with self._journals.hold(self._id, content) as live:
            yield OpenTable(self._services, live.room)

    async def chat(self, content: bytes, upto: int) -> AsyncIterator[Frame]:
        """The chat as it stands up to an entry, without what was struck out. Raises VisavisError `damaged`."""
        keys, database = ThingKeys(self._services, self._id, content), self._services.database
        async with database.read() as tx:
            after = await chat.before_newest(tx, self._id, CHAT_BYTES)
        while after < upto:
            async with database.read() as tx:
                rows = await chat.read(tx, self._id, after, PORTION)
            opened = await keys.open(Kind.CHAT, [row.key for row in rows if row.sealed is not None])
            for row in rows:
                if row.n <= upto and row.sealed is not None and row.key in opened:
                    body = open_chat(self._id, opened[row.key], row)
                    yield Written(row.at_ms, Journal.CHAT, row.n, row.seat, body)
            if not rows:
                return
            after = rows[-1].n


class OpenTable:
    """Implements `shared_part.OpenTable`."""

    def __init__(self, services: Services, room: JournalRoom) -> None:
        self._services = services
        self._room = room

    @property
    def said(self) -> int:
        """The last entry of the chat that was passed on."""
        return self._room.chat.head

    async def missing(self, upto: int) -> list[Written]:
        """Entries of the document beyond `upto`: all that were passed on before this was called. Raises VisavisError
        `bad_upto` (400), `document_old` and `journal_changed` (409), `disk_full` (507), `damaged` (500)."""
        room, target = self._room, self._room.document
        await room.flush()
        if upto > target.durable:
            raise VisavisError("bad_upto", "There are no such entries yet.", 400, head=target.durable)
        if upto < target.standing.floor:  # what was deleted since is in it, and what follows it is given up
            raise VisavisError("document_old", "The journal has forgotten since.", 409, upto=target.standing.floor)
        found: list[Written] = []
        size = 0
        async for entries in read_entries(self._services, room.keys, target.name, upto, target.durable):
            size += sum(len(entry.body) for entry in entries)
            if size > MISSING_BYTES:
                raise VisavisError("document_old", "Too much was written since.", 409, upto=target.durable)
            found += [
                Written(entry.name.at_ms, Journal.DOCUMENT, entry.n, entry.name.seat, entry.body) for entry in entries
            ]
        return found
