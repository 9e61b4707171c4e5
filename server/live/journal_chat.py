"""The chat of a live room: entries get their numbers as they are written, and are passed on once they are durable."""

from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

from server.crypto import journals as crypto
from server.domain.sharing import Extent
from server.domain.values import Seat
from server.errors import VisavisError
from server.live.sharers import JournalLimits
from server.store import chat
from server.store.chat import ChatRow
from server.store.database import Tx


class Said(NamedTuple):
    """An entry that waits to be written."""

    seat: Seat
    local: str
    at_ms: int
    body: bytes
    stored: Callable[[int, int], None]
    """Called with number and time once it is durable."""


class Written(NamedTuple):
    said: Said
    n: int
    at_ms: int
    again: bool
    """It was there already."""


class Chat:
    """Owned by the room."""

    def __init__(self, room: str, limits: JournalLimits) -> None:
        self.room = room
        self.limits = limits
        self.head = 0
        self.rows = Counter[Seat]()
        """Entries by seat, with those struck out."""
        self.living = Counter[Seat]()
        self.waiting: deque[Said] = deque()
        self._coming = Counter[Seat]()
        """Of those, by seat."""
        self.waiting_bytes = 0
        self.said = 0
        """Entries that ever came here."""
        self.settled = 0
        """Those of them that were written."""

    @property
    def extent(self) -> Extent:
        return Extent(None, 0, self.head)

    async def load(self, tx: Tx) -> None:
        count = await chat.count(tx, self.room)
        self.head, self.rows, self.living = count.head, Counter(count.rows), Counter(count.living)

    def check_room(self, seat: Seat, size: int) -> None:
        """Raises VisavisError `journal_full` 409, `disk_full` 507."""
        limits, coming = self.limits, self._coming[seat]
        if self.living[seat] + coming >= limits.chat_entries or self.rows[seat] + coming >= limits.chat_rows:
            more = {"used": self.living[seat], "limit": limits.chat_entries}
            raise VisavisError("journal_full", "This seat's part of the chat is full.", 409, **more)
        if self.waiting_bytes + size > self.limits.pending_bytes and self.waiting:
            raise VisavisError("disk_full", "What is written cannot be stored at the moment.", 507)

    def say(self, said: Said) -> None:
        self.said += 1
        self.waiting.append(said)
        self._coming[said.seat] += 1
        self.waiting_bytes += len(said.body)

    def turn(self) -> list[Said]:
        """The next ones for one transaction."""
        taken: list[Said] = []
        size = 0
        for said in self.waiting:
            size += len(said.body)
            if taken and (size > self.limits.turn_bytes or len(taken) >= self.limits.turn_entries):
                break
            taken.append(said)
        return taken

    async def write(self, tx: Tx, entries: list[Said], keys: dict[str, bytes]) -> list[Written]:
        """Numbers and seals them, each under a key of its own of which there are enough."""
        head, rows, written = self.head, [], []
        free = iter(keys.items())
        fresh: dict[tuple[Seat, str], tuple[int, int]] = {}
        for said in entries:
            name = (said.seat, said.local)
            known = fresh.get(name) or await chat.named(tx, self.room, said.seat, said.local)
            if known is not None:
                written.append(Written(said, *known, again=True))
                continue
            head += 1
            key_id, key = next(free)
            place = crypto.chat_place(self.room, head, said.seat, said.local, said.at_ms)
            sealed = crypto.seal(key, place, said.body)
            rows.append(ChatRow(self.room, head, said.seat, said.local, said.at_ms, key_id, len(said.body), sealed))
            fresh[name] = (head, said.at_ms)
            written.append(Written(said, head, said.at_ms, again=False))
        await chat.add(tx, rows)
        return written

    def written(self, entries: list[Written]) -> None:
        """They are durable."""
        for each in entries:
            self.waiting.popleft()
            self._coming[each.said.seat] -= 1
            self.settled += 1
            self.waiting_bytes -= len(each.said.body)
            if not each.again:
                self.head = each.n
                self.rows[each.said.seat] += 1
                self.living[each.said.seat] += 1


def open_chat(room: str, key: bytes, row: ChatRow) -> bytes:
    """Raises VisavisError `damaged` (500)."""
    assert row.sealed is not None
    return crypto.open_sealed(key, crypto.chat_place(room, row.n, row.seat, row.local, row.at_ms), row.sealed)
