"""Snapshots of a live room's logs: taken in, confirmed, undone; and destroying what they replace.

What is to go is first marked in the transaction that makes it superfluous, then its keys are destroyed, then its bytes:
a process that ends in between is followed by one that goes on (`finish_dropping`).
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from itertools import pairwise
from typing import TypeVar

from msgspec import Struct
from structlog import get_logger

from server.crypto import journals as crypto
from server.domain import snapshots as rules
from server.domain.sharing import Changed
from server.domain.snapshots import Kept, Step
from server.domain.values import Seat
from server.errors import VisavisError
from server.live import journal_keys
from server.live.journal_keys import Kind
from server.live.journal_log import Log, Plain, open_batch, seal_batches
from server.live.journal_room import JournalRoom
from server.live.services import Services
from server.store import journals, seats, snapshots
from server.store.database import Tx
from server.store.journals import Batch, Reach

CHUNK_BYTES = 256 * 1024
REMOVED_AT_ONCE = 16
"""Chunks or batches in one transaction, so that nobody waits long for it."""

log = get_logger()
T = TypeVar("T")


class Last(Struct, frozen=True):
    """An entry that comes with the snapshot that holds it, and is to be the last one in it."""

    local: str
    body: bytes


class Asked(Struct, frozen=True):
    """A snapshot somebody wants to bring."""

    upto: int
    by: Seat
    meeting: str | None
    forgets: bool
    drops: tuple[str, ...]
    last: Last | None = None
    """What is full takes this entry all the same: the snapshot makes room first. Its number will be `upto`."""


class Snapshots:
    """Of one live room."""

    def __init__(self, room: JournalRoom) -> None:
        self._room = room
        self._services = room.services
        # one each: neither may keep the other from tidying up or forgetting
        self._coming: set[tuple[Log, Seat]] = set()

    async def make(self, target: Log, asked: Asked, body: AsyncIterator[bytes]) -> Kept:
        """Takes a snapshot in, sealed chunk by chunk as it comes; the log stands on it afterwards.

        Raises VisavisError `snapshot_old`, `snapshot_ahead` (409), `too_large` (413), `empty` (422), `busy` (503), and
        with a last entry `kept_full` (409) and `disk_full` (507)."""
        await self._room.flush()
        self._check(target, asked)
        coming = (target, asked.by)
        if coming in self._coming:
            raise VisavisError("busy", "Another snapshot is on its way.", 503, retry_after_s=5)
        self._coming.add(coming)
        try:
            [(made, key)] = (await self._room.keys.make(Kind.SNAPSHOT)).items()
            try:
                size = await self._take_in(target, made, key, asked, body)
                if asked.last is not None:
                    self._add_last(target, asked, asked.last)
            except BaseException:
                await undisturbed(self._give_up(made))
                raise
        finally:
            self._coming.discard(coming)
        return await undisturbed(self._stand_on(target, made, asked, size))

    def _check(self, target: Log, asked: Asked) -> None:
        """What would be refused at the end is refused at the beginning."""
        if asked.last is None:
            rules.check_upto(target.standing, asked.upto, target.durable, asked.forgets)
            return
        rules.check_upto(target.standing, asked.upto, target.head + 1, asked.forgets)
        if asked.upto != target.head + 1 or target.known(asked.by, asked.last.local):
            raise VisavisError("snapshot_old", "Something was written meanwhile.", 409, upto=target.standing.upto)
        target.check_room(len(asked.last.body), with_snapshot=True)

    def _add_last(self, target: Log, asked: Asked, last: Last) -> None:
        """The snapshot is in, so there is room: its last entry gets its number, and all hear it. Should this process
        end before the log stands on the snapshot, the entry is there all the same, and the log fuller by it than it
        may be; by no more than that, for the next one must bring a snapshot too."""
        self._check(target, asked)
        self._room.put(asked.by, target.journal, last.local, last.body, lambda _: None, with_snapshot=True)

    async def _take_in(self, target: Log, made: str, key: bytes, asked: Asked, body: AsyncIterator[bytes]) -> int:
        limits = self._room.limits
        most = limits.snapshot_bytes if asked.last is None else min(limits.snapshot_bytes, limits.used_bytes)
        async with self._services.database.write() as tx:
            await snapshots.begin(tx, self._room.id, target.name, self._kept(made, asked, 0, 0))
        size = place = 0
        held = bytearray()
        async for some in body:
            held += some
            size += len(some)
            if size > most:
                raise VisavisError("too_large", f"At most {most} bytes.", 413)
            while len(held) > CHUNK_BYTES:  # the last chunk is sealed as the last, so one is always held back
                await self._add_chunk(target, made, key, asked, place, bytes(held[:CHUNK_BYTES]), last=False)
                del held[:CHUNK_BYTES]
                place += 1
        if not held:
            raise VisavisError("empty", "There is nothing in it.", 422)
        await self._add_chunk(target, made, key, asked, place, bytes(held), last=True)
        return size

    async def _add_chunk(
        self, target: Log, made: str, key: bytes, asked: Asked, place: int, chunk: bytes, *, last: bool
    ) -> None:
        where = crypto.chunk_place(self._room.id, target.name, made, asked.upto, place, last)
        sealed = crypto.seal(key, where, chunk)
        async with self._services.database.write() as tx:
            await snapshots.add_chunk(tx, made, place, sealed)

    def _kept(self, made: str, asked: Asked, nth: int, size: int) -> Kept:
        return Kept(
            id=made,
            nth=nth,
            upto=asked.upto,
            by=asked.by,
            made_ms=self._services.clock.now_ms(),
            meeting=asked.meeting,
            confirmed=False,
            forgets=asked.forgets,
            drops=asked.drops,
            size=size,
        )

    async def _stand_on(self, target: Log, made: str, asked: Asked, size: int) -> Kept:
        try:
            if asked.last is not None:
                await self._room.flush()
            async with self._services.database.write() as tx:
                current = target.standing.current
                kept = self._kept(made, asked, current.nth + 1 if current else 1, size)
                await self._check_behind(tx, target, asked.upto)
                alone = target.seat is not None or await self._is_alone(tx, asked.by)
                step = rules.make(target.standing, kept, target.durable, alone)
                done = await self._carry_out(tx, target, step)
        except BaseException:
            await self._give_up(made)
            raise
        # From here on the log stands on it: whatever fails now must not take it away again.
        await self._after(target, step, done, again=False)
        return kept

    async def _check_behind(self, tx: Tx, target: Log, upto: int) -> None:
        """Raises VisavisError `snapshot_old` (409) where more follows than may be sealed anew while all rooms wait."""
        behind, limits = await journals.reach(tx, self._room.id, target.name, upto), self._room.limits
        if behind.size > limits.behind_bytes or behind.entries > limits.behind_entries:
            raise VisavisError("snapshot_old", "Too much was written after it.", 409, upto=target.standing.upto)

    async def _is_alone(self, tx: Tx, seat: Seat) -> bool:
        """Whether nobody has the other seat: then there is nobody to confirm."""
        rows = await seats.both(tx, self._room.id)
        return all(row.claimed_ms is None for other, row in rows.items() if other is not seat)

    async def confirm(self, target: Log, snapshot: str, by: Seat) -> None:
        """Raises VisavisError `no_such_snapshot` (404), `not_yours_to_confirm` (403)."""
        await undisturbed(self._confirm(target, snapshot, by))

    async def _confirm(self, target: Log, snapshot: str, by: Seat) -> None:
        if target.standing.get(snapshot).confirmed:
            return  # said again
        async with self._services.database.write() as tx:
            step = rules.confirm(target.standing, snapshot, by)
            if step.settled:
                await self._check_behind(tx, target, step.standing.floor)
            done = await self._carry_out(tx, target, step)
        await self._after(target, step, done, again=False)

    async def restore(self, target: Log, snapshot: str) -> None:
        """Raises VisavisError `no_such_snapshot` (404), `already_confirmed` (409)."""
        await undisturbed(self._restore(target, snapshot))

    async def _restore(self, target: Log, snapshot: str) -> None:
        async with self._services.database.write() as tx:
            step = rules.restore(target.standing, snapshot)
            done = await self._carry_out(tx, target, step)
        await self._after(target, step, done, again=True)

    # --- carrying out -------------------------------------------------------------------------------------------------

    async def _carry_out(self, tx: Tx, target: Log, step: Step) -> "_Done":
        """In the store; the log in memory is changed by `_after`, once that is durable."""
        await snapshots.stand(tx, step.standing)
        await snapshots.drop(tx, step.dropped)
        fresh, old = None, []
        if step.settled:
            [fresh] = (await self._room.keys.make(Kind.LOG)).items()
            old = await journals.generations(tx, self._room.id, target.name)
            await journals.add_generation(tx, self._room.id, target.name, fresh[0], self._services.clock.now_ms())
            await self._seal_anew(tx, target, step.standing.floor, fresh)
            await journals.drop_generations(tx, old)
        return _Done(fresh, tuple(old), await target.reach(tx, step.standing))

    async def _seal_anew(self, tx: Tx, target: Log, floor: int, fresh: tuple[str, bytes]) -> None:
        """What goes on after the base, under the fresh generation's key, so that the old one's can be destroyed."""
        room, name = self._room.id, target.name
        batches = await journals.read(tx, room, name, floor, at_most=1 << 62)
        while batches and (more := await journals.read(tx, room, name, batches[-1].last, at_most=1 << 62)):
            batches += more
        opened = await self._room.keys.open(Kind.LOG, {batch.generation for batch in batches})
        for batch in batches:
            if batch.generation not in opened:
                raise VisavisError("damaged", "the key of this log is lost", 500)

        def anew() -> list[Batch]:
            entries = [entry for batch in batches for entry in open_batch(room, name, opened[batch.generation], batch)]
            across = [entry for entry in entries if entry.n <= floor]
            staying = [entry for entry in entries if entry.n > floor]
            return [*_names_only(across, fresh[0]), *seal_batches(room, name, *fresh, staying)]

        # in a thread: thousands of small entries would hold up what all rooms pass on
        await journals.replace_batches(tx, room, name, floor, await asyncio.to_thread(anew))
        await journals.forget_names(tx, room, name, floor)

    async def _after(self, target: Log, step: Step, done: "_Done", *, again: bool) -> None:
        # In the same turn of the loop in which the transaction ended: what is sealed next is sealed for this standing.
        if done.fresh is not None:
            target.generation, target.key = done.fresh
        changed = step.standing != target.standing
        target.stand(step.standing, done.reach)
        current = target.standing.current
        if changed:
            log.info(
                "journal_stands",
                room=self._room.id,
                log=target.name,
                upto=target.standing.upto,
                confirmed=current is not None and current.confirmed,
                dropped=len(step.dropped),
                again=again,
            )
            self._room.tell(
                target,
                Changed(
                    journal=target.journal,
                    snapshot=current.id if current else None,
                    upto=target.standing.upto,
                    by=current.by if current else None,
                    confirmed=current.confirmed if current else True,
                    again=again,
                ),
            )
        self._room.warn(target)
        await destroy(self._services, self._room.id, done.generations, step.dropped)

    async def _give_up(self, made: str) -> None:
        async with self._services.database.write() as tx:
            await snapshots.drop(tx, [made])
        await destroy(self._services, self._room.id, (), (made,))


async def undisturbed(job: Coroutine[None, None, T]) -> T:
    """Its result. Whoever is cancelled meanwhile is so once it has ended: between what the store holds and what memory
    says of it nothing may come, or entries would be sealed under a key that is marked to be destroyed."""
    task = asyncio.get_running_loop().create_task(job)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()  # somebody has looked at it
        raise cancelled
    return task.result()


class _Done(Struct, frozen=True):
    fresh: tuple[str, bytes] | None
    """The generation in use from now on, where there is another, with its key."""
    generations: tuple[str, ...]
    """Old ones, whose keys are to be destroyed."""
    reach: tuple[Reach, Reach]


def _names_only(entries: list[Plain], generation: str) -> list[Batch]:
    if not entries:
        return []
    assert all(later.n == one.n + 1 for one, later in pairwise(entries))
    names = journals.pack_names(entry.name for entry in entries)
    return [Batch(entries[0].n, entries[-1].n, generation, 0, names, None)]


async def destroy(services: Services, room: str, generations: Sequence[str], dropped: Sequence[str]) -> None:
    """Keys first, then bytes; any number of times. What is passed here was marked as `dropping` before."""
    await journal_keys.destroy(services, room, Kind.LOG, generations)
    await journal_keys.destroy(services, room, Kind.SNAPSHOT, dropped)
    for generation in generations:
        there = True
        while there:
            async with services.database.write() as tx:
                there = await journals.give_up(tx, room, generation, REMOVED_AT_ONCE)
    for snapshot in dropped:
        there = True
        while there:
            async with services.database.write() as tx:
                there = await snapshots.remove_chunks(tx, snapshot, REMOVED_AT_ONCE)
    if generations or dropped:
        async with services.database.write() as tx:
            await journals.forget_generations(tx, generations)
            await snapshots.forget(tx, dropped)


async def finish_dropping(services: Services) -> None:
    """At a start: goes on with what a former process began to destroy or never finished taking in."""
    async with services.database.read() as tx:
        generations = await journals.dropping_generations(tx)
        dropped = await snapshots.dropping(tx, making=True)
    for room in {room for room, _ in (*generations, *dropped)}:
        theirs = [each for of, each in generations if of == room], [each for of, each in dropped if of == room]
        await destroy(services, room, *theirs)


__all__ = ["Asked", "Snapshots", "destroy", "finish_dropping"]
