"""One log of a live room: what is numbered, what waits to be written, and what is known of what was."""

from collections import deque
from collections.abc import Callable, Sequence

from msgspec import Struct

from server.crypto import journals as crypto
from server.domain.sharing import Extent, Journal
from server.domain.snapshots import Standing
from server.domain.values import Seat
from server.errors import VisavisError
from server.live.sharers import JournalLimits
from server.store import journals, snapshots
from server.store.database import Tx
from server.store.journals import Batch, Name, Reach

BATCH_BYTES = 256 * 1024
NAMES = 8192
"""Names remembered, so that an entry said twice is stored once."""


class Plain(Struct, frozen=True):
    """An entry, opened."""

    n: int
    name: Name
    body: bytes


class Waiting(Plain, frozen=True):
    """An entry that is numbered and not yet durable."""

    stored: "Stored"


Stored = Callable[[Waiting], None]
"""Called once the entry is durable."""


class Known(Struct, frozen=True, gc=False):
    n: int
    at_ms: int


def log_name(journal: Journal, seat: Seat) -> str:
    """What the store calls the journal that this seat means."""
    return f"notes.{seat.value}" if journal is Journal.NOTES else journal.value


class Log:
    """`document` or a seat's notes. Owned by the room; only the loop's thread touches it."""

    def __init__(self, room: str, journal: Journal, seat: Seat, limits: JournalLimits) -> None:
        """`seat` matters for notes only."""
        self.room = room
        self.journal = journal
        self.seat = seat if journal is Journal.NOTES else None
        self.name = log_name(journal, seat)
        self.limits = limits
        self.standing = Standing()
        self.head = 0
        """The last number given."""
        self.durable = 0
        self.generation: str | None = None
        self.key: bytes | None = None
        self.since_entries = 0
        """Durable or not, after the snapshot it stands on."""
        self.since_bytes = 0
        self.retained_bytes = 0
        """After its base."""
        self.retained_entries = 0
        self.waiting: deque[Waiting] = deque()
        self.waiting_bytes = 0
        self._snapshot_bytes = 0
        self._names: dict[tuple[Seat, str], Known] = {}
        self._oldest: deque[tuple[Seat, str]] = deque()
        self._again: dict[int, list[Stored]] = {}

    @property
    def extent(self) -> Extent:
        current = self.standing.current
        return Extent(current.id if current else None, self.standing.upto, self.durable)

    @property
    def used(self) -> int:
        return self.since_bytes + self._snapshot_bytes

    async def load(self, tx: Tx) -> None:
        """As the store has it. The generation's key is opened by the room."""
        standing = await snapshots.standing(tx, self.room, self.name)
        self.stand(standing, await self.reach(tx, standing))
        self.head = self.durable = max(await journals.head(tx, self.room, self.name), self.standing.upto)
        for n, name in await journals.last_names(tx, self.room, self.name, NAMES):
            self._remember(n, name)
        found = await journals.generations(tx, self.room, self.name)
        self.generation = found[-1] if found else None

    async def reach(self, tx: Tx, standing: Standing) -> tuple[Reach, Reach]:
        """What of the stored lies after the snapshot, and after the base, of this standing."""
        return (
            await journals.reach(tx, self.room, self.name, standing.upto),
            await journals.reach(tx, self.room, self.name, standing.floor),
        )

    def stand(self, standing: Standing, reach: tuple[Reach, Reach]) -> None:
        """From now on; what waits to be written lies after it too."""
        self.standing = standing
        self._snapshot_bytes = standing.current.size if standing.current else 0
        since, kept = reach
        self.since_entries = since.entries + len(self.waiting)
        self.since_bytes = since.size + self.waiting_bytes
        self.retained_bytes = kept.size + self.waiting_bytes
        self.retained_entries = kept.entries + len(self.waiting)

    def known(self, seat: Seat, local: str) -> Known | None:
        """The entry its sender called so, if it is among the last."""
        return self._names.get((seat, local))

    def written_ms(self, n: int) -> int | None:
        """When this entry was written, if it is among the last."""
        return next((known.at_ms for known in self._names.values() if known.n == n), None)

    def last_before(self, at_ms: int) -> int:
        """The last entry that was written before a moment, as far as is remembered; 0: there is none."""
        return max((known.n for known in self._names.values() if known.at_ms < at_ms), default=0)

    def say_again(self, known: Known, name: Name, stored: Stored) -> None:
        """The same entry came once more: answered as the first one, once that is durable."""
        if known.n <= self.durable:
            stored(Waiting(known.n, Name(name.seat, name.local, known.at_ms), b"", stored))
        else:
            self._again.setdefault(known.n, []).append(stored)

    def check_room(self, size: int, *, with_snapshot: bool = False) -> None:
        """Whether an entry may come. `with_snapshot`: one that stands for it too is here already, so that only what is
        kept for going back can be too much.

        Raises VisavisError `journal_full` 409, `kept_full` 409 (only the other seat's word makes room), `disk_full` 507
        (what was written before cannot be stored)."""
        limits = self.limits
        if self.retained_bytes + size > limits.retained_bytes or self.retained_entries >= limits.retained_entries:
            more = {"used": self.retained_bytes, "limit": limits.retained_bytes}
            raise VisavisError("kept_full", "What is kept until it is confirmed takes up all it may.", 409, **more)
        if not with_snapshot and self.used + size > limits.used_bytes:
            raise VisavisError("journal_full", "The journal is full.", 409, used=self.used, limit=limits.used_bytes)
        if not with_snapshot and self.since_entries >= limits.used_entries:
            used, limit = self.since_entries, limits.used_entries
            raise VisavisError("journal_full", "The journal has too many entries.", 409, used=used, limit=limit)
        if self.waiting_bytes + size > limits.pending_bytes and self.waiting:
            raise VisavisError("disk_full", "What is written cannot be stored at the moment.", 507)

    def number(self, name: Name, body: bytes, stored: Stored) -> int:
        """Gives it the next number, and puts it among those to be written."""
        self.head += 1
        size = len(body)
        self.waiting.append(Waiting(self.head, name, body, stored))
        self.waiting_bytes += size
        self.since_entries += 1
        self.since_bytes += size
        self.retained_bytes += size
        self.retained_entries += 1
        self._remember(self.head, name)
        return self.head

    def _remember(self, n: int, name: Name) -> None:
        key = (name.seat, name.local)
        self._names[key] = Known(n, name.at_ms)
        self._oldest.append(key)
        if len(self._oldest) > NAMES:
            self._names.pop(self._oldest.popleft(), None)

    def turn(self) -> list[Waiting]:
        """The next entries to be written in one transaction; they stay among those waiting until `written`."""
        taken: list[Waiting] = []
        size = 0
        for entry in self.waiting:
            size += len(entry.body)
            if taken and (size > self.limits.turn_bytes or len(taken) >= self.limits.turn_entries):
                break
            taken.append(entry)
        return taken

    @property
    def in_use(self) -> tuple[str, bytes]:
        """The generation and its key. Raises VisavisError `damaged` (500) when the key is lost."""
        if self.generation is None or self.key is None:
            raise VisavisError("damaged", "the key of this log is lost", 500)
        return self.generation, self.key

    def sealed(self, entries: list[Waiting], generation: str, key: bytes) -> list[Batch]:
        """As batches."""
        return seal_batches(self.room, self.name, generation, key, entries)

    def written(self, entries: list[Waiting]) -> None:
        """They are durable."""
        for entry in entries:
            self.waiting.popleft()
            self.waiting_bytes -= len(entry.body)
        self.durable = entries[-1].n
        for entry in entries:
            entry.stored(entry)
            for stored in self._again.pop(entry.n, ()) if self._again else ():
                stored(entry)


def seal_batches(room: str, log: str, generation: str, key: bytes, entries: Sequence[Plain]) -> list[Batch]:
    """Entries that follow each other, in batches of moderate size."""
    batches: list[Batch] = []
    start = size = 0
    for place, entry in enumerate(entries):
        size += len(entry.body)
        if size >= BATCH_BYTES or place == len(entries) - 1:
            batches.append(_seal(room, log, generation, key, entries[start : place + 1], size))
            start, size = place + 1, 0
    return batches


def _seal(room: str, log: str, generation: str, key: bytes, entries: Sequence[Plain], size: int) -> Batch:
    first, last = entries[0].n, entries[-1].n
    names = journals.pack_names(entry.name for entry in entries)
    place = crypto.batch_place(room, log, first, last, names)
    sealed = crypto.seal(key, place, journals.pack_bodies(entry.body for entry in entries))
    return Batch(first, last, generation, size, names, sealed)


def open_batch(room: str, log: str, key: bytes, batch: Batch) -> list[Plain]:
    """Raises VisavisError `damaged` (500)."""
    assert batch.sealed is not None
    place = crypto.batch_place(room, log, batch.first, batch.last, batch.names)
    bodies = journals.unpack_bodies(crypto.open_sealed(key, place, batch.sealed))
    names = journals.unpack_names(batch.names)
    return [Plain(n, name, body) for n, (name, body) in enumerate(zip(names, bodies, strict=True), batch.first)]
