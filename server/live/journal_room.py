"""One room's journals while somebody has them open: numbers, stamps, passes on, and sees to it that all is stored.

`append` is synchronous: an entry is numbered and passed on in the turn of the loop in which its frame was read. The
writer makes it durable afterwards, and then its sender is told. The content key is here and nowhere else.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from structlog import get_logger

from server.domain.sharing import (
    MAX_BODY_BYTES,
    Durable,
    Entry,
    Files,
    Here,
    Journal,
    Partner,
    Passed,
    Refused,
    Room,
    Stored,
    Struck,
    ToSharer,
    encoder,
)
from server.domain.values import Seat
from server.errors import VisavisError
from server.live import journal_keys
from server.live.journal_chat import Chat, Said, Written
from server.live.journal_keys import Kind, ThingKeys
from server.live.journal_log import Log, Waiting
from server.live.journal_writer import JournalWriter
from server.live.services import Services
from server.live.sharers import JournalLimits, Sharer
from server.store import blobs, journals
from server.store import chat as chat_rows
from server.store.database import Tx
from server.store.journals import Batch, Name

log = get_logger()

Observer = Callable[[Journal, int, Seat, int, bytes | None], None]
"""Told of each entry of document and chat: journal, number, seat, time, body. None: a chat entry was struck out."""
WARN_AT = 80
"""Per cent of a bound."""


class JournalRoom:
    """Made by `Journals`; `closed` and everything else happen on the one event loop."""

    def __init__(
        self,
        services: Services,
        room: str,
        content: bytes,
        writer: JournalWriter,
        limits: JournalLimits,
        observe: Observer,
        written: Callable[["JournalRoom", Log], None],
    ) -> None:
        """`written` is called whenever a log has grown on disk (compaction looks at it)."""
        self.id = room
        self.keys = ThingKeys(services, room, content)
        self.limits = limits
        self.document = Log(room, Journal.DOCUMENT, Seat.MENTOR, limits)
        self.notes = {seat: Log(room, Journal.NOTES, seat, limits) for seat in Seat}
        self.chat = Chat(room, limits)
        self._files = {seat: Files(0, blobs.SEAT_BYTES) for seat in Seat}
        self.spare_keys: dict[str, bytes] = {}
        """For chat entries, made and not used yet: what cannot be written is tried again, under the same ones."""
        self.sharers: dict[Sharer, dict[Journal, Callable[[Waiting], None]]] = {}
        self.services = services
        self._writer = writer
        self._observe = observe
        self._written = written
        self._told: dict[str, int] = {}
        self._jobs: set[asyncio.Task[None]] = set()

    async def load(self) -> None:
        """As the store has it. Raises VisavisError `damaged`, `wrong_master_key`."""
        async with self.services.database.read() as tx:
            for each in self.logs():
                await each.load(tx)
            await self.chat.load(tx)
            said = await chat_rows.keys(tx, self.id)
            for seat in Seat:
                self._files[seat] = _files(*await blobs.used(tx, self.id, seat))
        in_use = {each.generation: each for each in self.logs() if each.generation is not None}
        for generation, key in (await self.keys.open(Kind.LOG, in_use)).items():
            in_use[generation].key = key
        await self.keys.destroy_others(Kind.LOG, in_use)
        await self.keys.destroy_others(Kind.SNAPSHOT, [kept.id for each in self.logs() for kept in each.standing.kept])
        await self.keys.destroy_others(Kind.CHAT, said)

    @property
    def busy(self) -> bool:
        """Something is not durable yet."""
        return bool(self.chat.waiting) or any(each.waiting for each in self.logs())

    def logs(self) -> tuple[Log, ...]:
        return (self.document, *self.notes.values())

    def log_of(self, journal: Journal, seat: Seat) -> Log:
        """Raises VisavisError `no_snapshots` (404) for the chat, which is no log of this kind."""
        if journal is Journal.CHAT:
            raise VisavisError("no_snapshots", "The chat has no snapshots.", 404)
        return self.document if journal is Journal.DOCUMENT else self.notes[seat]

    # --- who is here --------------------------------------------------------------------------------------------------

    def come(self, sharer: Sharer) -> None:
        """It is told how far everything reaches, and hears all that comes from now on."""
        seat = sharer.seat
        others = [each for each in self.sharers if each.seat is not seat]
        mine = any(each.seat is seat for each in self.sharers)
        here = Here(
            you=seat,
            now_ms=self.services.clock.now_ms(),
            partner=bool(others),
            document=self.document.extent,
            chat=self.chat.extent,
            notes=self.notes[seat].extent,
        )
        self.sharers[sharer] = {journal: partial(self._say_stored, sharer, journal) for journal in Journal}
        sharer.send(encoder.encode(here))
        if not mine:
            self._send(others, Partner(True))
        self._warn_newcomer(sharer)

    def gone(self, sharer: Sharer) -> None:
        if self.sharers.pop(sharer, None) is not None and not any(each.seat is sharer.seat for each in self.sharers):
            self._send(self.sharers, Partner(False))

    def hearers(self, log: Log) -> list[Sharer]:
        """Who may know of this log."""
        return [each for each in self.sharers if log.seat is None or each.seat is log.seat]

    def _send(self, to: Iterable[Sharer], message: ToSharer) -> None:
        frame = encoder.encode(message)
        for each in to:
            each.send(frame)

    def tell(self, log: Log, message: ToSharer) -> None:
        """Whoever has this log open."""
        self._send(self.hearers(log), message)

    # --- entries ------------------------------------------------------------------------------------------------------

    def append(self, sharer: Sharer, journal: Journal, local: str, body: bytes) -> None:
        """An entry from a socket; a refusal is told to its sender."""
        try:
            if journal is Journal.CHAT:
                said = partial(self._say_chat_stored, sharer, local)
                self.say(sharer.seat, local, body, said)
            else:
                self.put(sharer.seat, journal, local, body, self.sharers[sharer][journal], sharer)
        except VisavisError as error:
            sharer.send(encoder.encode(Refused(error.code, error.detail, local)))

    def put(
        self,
        seat: Seat,
        journal: Journal,
        local: str,
        body: bytes,
        stored: Callable[[Waiting], None],
        sharer: Sharer | None = None,
        *,
        with_snapshot: bool = False,
    ) -> None:
        """Numbers an entry of document or notes and passes it on, to all but the `sharer` it came from. One that is
        known is not put again. Raises as `Log.check_room`."""
        target = self.document if journal is Journal.DOCUMENT else self.notes[seat]
        known = target.known(seat, local)
        if known is not None:
            target.say_again(known, Name(seat, local, known.at_ms), stored)
            return
        target.check_room(len(body), with_snapshot=with_snapshot)
        at_ms = self.services.clock.now_ms()
        n = target.number(Name(seat, local, at_ms), body, stored)
        small = body if len(body) <= MAX_BODY_BYTES else None
        frame = encoder.encode(Entry(journal, n, seat, at_ms, local, small, len(body)))
        for each in self.sharers:
            if each is not sharer and (target.seat is None or each.seat is seat):
                each.send(frame)
        if target.seat is None:
            self._observe(journal, n, seat, at_ms, body)
        if target.used * 100 >= self.limits.used_bytes * WARN_AT:
            self.warn(target)
        self._writer.stir(self)

    def say(self, seat: Seat, local: str, body: bytes, stored: Callable[[int, int], None]) -> None:
        """A chat entry. Raises VisavisError `journal_full`, `disk_full`."""
        self.chat.check_room(seat, len(body))
        self.chat.say(Said(seat, local, self.services.clock.now_ms(), body, stored))
        self._writer.stir(self)

    async def append_large(self, seat: Seat, journal: Journal, local: str, body: bytes) -> tuple[int, int]:
        """One that came by HTTP; number and time once it is durable. Raises as `put`."""
        done: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()

        def stored(n: int, at_ms: int) -> None:
            if not done.done():
                done.set_result((n, at_ms))

        if journal is Journal.CHAT:
            self.say(seat, local, body, stored)
        else:
            self.put(seat, journal, local, body, lambda entry: stored(entry.n, entry.name.at_ms))
        return await done

    def _say_stored(self, sharer: Sharer, journal: Journal, entry: Waiting) -> None:
        sharer.send(encoder.encode(Stored(journal, entry.name.local, entry.n, entry.name.at_ms)))

    def _say_chat_stored(self, sharer: Sharer, local: str, n: int, at_ms: int) -> None:
        sharer.send(encoder.encode(Stored(Journal.CHAT, local, n, at_ms)))

    def pass_on(self, sharer: Sharer, body: bytes) -> None:
        """To everybody else, and forgotten."""
        frame = encoder.encode(Passed(sharer.seat, body))
        for each in self.sharers:
            if each is not sharer:
                each.pass_on(frame)

    # --- striking out -------------------------------------------------------------------------------------------------

    def strike(self, sharer: Sharer, n: int) -> None:
        """One's own chat entry goes for good; what cannot be is told to its sender."""
        task = asyncio.get_running_loop().create_task(self._strike(sharer, n))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _strike(self, sharer: Sharer, n: int) -> None:
        try:
            struck = await self._struck(sharer.seat, n)
        except VisavisError as error:
            sharer.send(encoder.encode(Refused(error.code, error.detail, None)))
        except Exception as error:
            log.exception("strike_failed", room=self.id, error=type(error).__name__)
            sharer.send(encoder.encode(Refused("internal", "Something went wrong here.", None)))
        else:
            self._send(self.sharers, struck)
            self._observe(Journal.CHAT, struck.n, sharer.seat, struck.at_ms, None)

    async def _struck(self, seat: Seat, n: int) -> Struck:
        database, now = self.services.database, self.services.clock.now_ms()
        async with database.read() as tx:
            row = await chat_rows.get(tx, self.id, n)
        if row is None:
            raise VisavisError("no_such_entry", "There is no such entry.", 404)
        if row.seat is not seat:
            raise VisavisError("not_yours", "Only who wrote it may delete it.", 403)
        if row.struck_ms is not None:
            return Struck(n, row.struck_ms)
        await journal_keys.destroy(self.services, self.id, Kind.CHAT, [row.key])
        async with database.write() as tx:
            first = await chat_rows.strike(tx, self.id, n, now)
        self.chat.living[seat] -= first  # asked for twice at once, it is one less all the same
        return Struck(n, now)

    # --- what is written ----------------------------------------------------------------------------------------------

    def turn(self) -> "RoomWork | None":
        """For the writer: what comes next."""
        logs = [(each, each.turn()) for each in self.logs() if each.waiting]
        said = self.chat.turn()
        return RoomWork(self, logs, said) if logs or said else None

    def settled(self, log: Log, entries: list[Waiting]) -> None:
        """Entries of a log are durable: senders hear `stored`, the others `durable`."""
        log.written(entries)
        self.tell(log, Durable(log.journal, log.durable))
        self._written(self, log)

    def spend_keys(self, entries: list[Written]) -> None:
        """Those the new entries were sealed under, in order. Where one was there already, a write that seemed to have
        failed had not: nobody knows then which keys it took."""
        if any(each.again for each in entries):
            self.spare_keys.clear()
        for key_id in list(self.spare_keys)[: len(entries)]:
            del self.spare_keys[key_id]

    def chat_settled(self, entries: list[Written]) -> None:
        self.chat.written(entries)
        for said, n, at_ms, again in entries:
            if not again:
                small = said.body if len(said.body) <= MAX_BODY_BYTES else None
                entry = Entry(Journal.CHAT, n, said.seat, at_ms, said.local, small, len(said.body))
                self._send(self.sharers, entry)
                self._observe(Journal.CHAT, n, said.seat, at_ms, said.body)
            said.stored(n, at_ms)
        self._send(self.sharers, Durable(Journal.CHAT, self.chat.head))
        for seat in Seat:
            room = Room(Journal.CHAT, self.chat.living[seat], self.limits.chat_entries)
            self._warn(f"chat.{seat}", room, [sharer for sharer in self.sharers if sharer.seat is seat])

    async def flush(self) -> None:
        """Returns once all that is numbered now is durable. Raises VisavisError `disk_full` (507)."""
        heads = [(each, each.head) for each in self.logs()]
        said = self.chat.said

        def waits() -> bool:
            return self.chat.settled < said or any(each.durable < head for each, head in heads)

        while waits():
            # a round also fails for what ails another room
            if not await self._writer.next_round() and waits():
                raise VisavisError("disk_full", "What is written cannot be stored at the moment.", 507)

    # --- bounds -------------------------------------------------------------------------------------------------------

    def warn(self, log: Log) -> None:
        """At each per cent from 80 on, and once when it is below that again."""
        self._warn(log.name, Room(log.journal, log.used, self.limits.used_bytes), self.hearers(log))

    def files_changed(self, seat: Seat, size: int, many: int) -> None:
        """A seat has put or deleted a file; so much it has now."""
        self._files[seat] = _files(size, many)
        self._warn(f"files.{seat}", self._files[seat], [each for each in self.sharers if each.seat is seat])

    def _warn(self, name: str, room: Room | Files, to: Iterable[Sharer]) -> None:
        percent = room.used * 100 // room.limit
        now = percent if percent >= WARN_AT else 0
        if now != self._told.get(name, 0):
            self._told[name] = now
            self._send(to, room)

    def _warn_newcomer(self, sharer: Sharer) -> None:
        limits, notes = self.limits, self.notes[sharer.seat]
        for room in (
            Room(Journal.DOCUMENT, self.document.used, limits.used_bytes),
            Room(Journal.NOTES, notes.used, limits.used_bytes),
            Room(Journal.CHAT, self.chat.living[sharer.seat], limits.chat_entries),
            self._files[sharer.seat],
        ):
            if room.used * 100 >= room.limit * WARN_AT:
                self._send([sharer], room)

    async def close(self, code: str) -> None:
        """The server goes down, or the room must not be held any longer."""
        for sharer in list(self.sharers):
            sharer.bye(code)
        if self._jobs:
            await asyncio.wait(set(self._jobs))


def _files(size: int, many: int) -> Files:
    """Whichever bound is nearer."""
    if many * blobs.SEAT_BYTES > size * blobs.SEAT_BLOBS:
        return Files(many, blobs.SEAT_BLOBS)
    return Files(size, blobs.SEAT_BYTES)


class RoomWork:
    """Implements `journal_writer.Work`."""

    def __init__(self, room: JournalRoom, logs: list[tuple[Log, list[Waiting]]], said: list[Said]) -> None:
        self._room = room
        self._logs = logs
        self._said = said
        self._chat: list[Written] = []
        self._begun: dict[Log, tuple[str, bytes]] = {}

    async def prepare(self) -> None:
        for log_, _ in self._logs:
            if log_.generation is None:
                [made] = (await self._room.keys.make(Kind.LOG)).items()
                self._begun[log_] = made
        spare = self._room.spare_keys
        if len(spare) < len(self._said):
            spare.update(await self._room.keys.make(Kind.CHAT, len(self._said) - len(spare)))

    async def write(self, tx: Tx) -> list[tuple[str, str, Batch]]:
        batches = []
        for each, entries in self._logs:
            begun = self._begun.get(each)
            if begun is not None:
                now = self._room.services.clock.now_ms()
                await journals.add_generation(tx, self._room.id, each.name, begun[0], now)
            generation, key = begun or each.in_use
            batches += [(self._room.id, each.name, batch) for batch in each.sealed(entries, generation, key)]
        if self._said:
            self._chat = await self._room.chat.write(tx, self._said, self._room.spare_keys)
        return batches

    def written(self) -> None:
        for each, entries in self._logs:
            if each in self._begun:
                each.generation, each.key = self._begun[each]
            self._room.settled(each, entries)
        if self._said:
            self._room.spend_keys(self._chat)
            self._room.chat_settled(self._chat)
