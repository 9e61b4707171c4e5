"""What lies between the two in one room, as a recording hears of it."""

from collections.abc import AsyncIterator, Callable

from server.domain.messages import Seat
from server.domain.shared_part import Frame, Happened, Struck, Written
from server.domain.sharing import Journal
from server.domain.state import Room
from server.live.happenings import Happening, Observer, going_on
from server.live.journal_chat import open_chat
from server.live.journal_keys import Kind, ThingKeys
from server.live.journals import Journals
from server.live.services import Services
from server.store import chat

CHAT_BYTES = 8 * 1024 * 1024
"""Of the chat from before a run the newest; beyond, it is older than anybody scrolls."""
PORTION = 500


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

    async def chat(self, content: bytes) -> AsyncIterator[Frame]:
        """The chat as it stands, without what was struck out. Raises VisavisError `damaged`."""
        keys, database = ThingKeys(self._services, self._id, content), self._services.database
        async with database.read() as tx:
            head = (await chat.count(tx, self._id)).head
            after = await chat.before_newest(tx, self._id, CHAT_BYTES)
        while after < head:
            async with database.read() as tx:
                rows = await chat.read(tx, self._id, after, PORTION)
            opened = await keys.open(Kind.CHAT, [row.key for row in rows if row.sealed is not None])
            for row in rows:
                if row.sealed is not None and row.key in opened:
                    body = open_chat(self._id, opened[row.key], row)
                    yield Written(row.at_ms, Journal.CHAT, row.n, row.seat, body)
            if not rows:
                return
            after = rows[-1].n
