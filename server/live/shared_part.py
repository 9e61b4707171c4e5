"""What the two make together, while a run lasts, on its way into a sealed file of the recording.

A browser gives the document as it stands, or stood when it last heard from here; until it has, changes wait. What the
journal has beyond it comes first, so that no change follows a hole. Nothing is taken once the permit is closed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from structlog import get_logger

from server.clock import Clock
from server.domain.shared_part import VERSION, Begin, Cut, Frame, Written, pack
from server.domain.sharing import Journal
from server.domain.values import Seat
from server.errors import VisavisError
from server.live.parts import PartFiles, SealedSink
from server.media.parts import PartInfo
from server.media.permit import Permit
from server.store.recordings import PartKind

MAX_WAITING = 8 * 1024 * 1024
"""Bytes of changes that wait for the document or for the disk. Beyond, the rest of the run is not kept; it says so."""

GATHER = 64 * 1024
"""Bytes of what stood before that go into a record."""

log = get_logger()


class OpenTable(Protocol):
    """What lies there at this moment."""

    @property
    def said(self) -> int:
        """The last entry of the chat that was passed on."""
        ...

    async def missing(self, upto: int) -> list[Written]:
        """Entries of the document beyond `upto`: all that were passed on before this was called. Raises VisavisError
        where there is no such number, or no way on from there."""
        ...


class Table(Protocol):
    """What lies between the two in one room."""

    def follow(self, heard: Callable[[Frame], None]) -> Callable[[], None]:
        """From now on `heard` is told of every change. Returns what ends that."""
        ...

    def open(self, content: bytes) -> AbstractAsyncContextManager[OpenTable]:
        """`content` is the room's content key."""
        ...

    def chat(self, content: bytes, upto: int) -> AsyncIterator[Frame]:
        """The chat as it stands up to an entry."""
        ...


class SharedPart:
    """One run's. `begin` is asked for by the handler that has a browser's document in hand."""

    def __init__(self, files: PartFiles, table: Table, permit: Permit, clock: Clock) -> None:
        self._files = files
        self._table = table
        self._permit = permit
        self._clock = clock
        self._begun = False
        self._over = False
        self._waiting: list[Frame] = []
        self._bytes = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._unfollow = table.follow(self._heard)

    async def begin(self, by: Seat, document: bytes, upto: int, content: bytes) -> None:
        """`document` is one Yjs update that makes all entries of the journal up to `upto`; `content`, the room's
        content key, is kept until the chat has been read. Raises as `check_wanted` and as `OpenTable.missing`."""
        self.check_wanted()
        async with self._table.open(content) as table:
            missing = await table.missing(upto)
            self.check_wanted()
            # Nothing is awaited from here on: what is not counted now has been heard, or will be.
            said = self._before_heard(Journal.CHAT, table.said)
            before = self._before_heard(Journal.DOCUMENT, missing[-1].n if missing else upto)
            missing = [entry for entry in missing if entry.n <= before]
            first = Begin(VERSION, self._permit.run, self._clock.now_ms(), by, document, upto)
            self._begun = True
            self._task = asyncio.get_running_loop().create_task(self._write(first, missing, said, content))

    def _before_heard(self, journal: Journal, otherwise: int) -> int:
        """The last entry that came before the first this part has heard of; `otherwise` where it has heard none."""
        numbers = (frame.n for frame in self._waiting if isinstance(frame, Written) and frame.journal is journal)
        return next(numbers, otherwise + 1) - 1

    def check_wanted(self) -> None:
        """Whether the document is still waited for. Raises VisavisError `no_permit` 409, `shared_begun` 409: the other
        browser was quicker."""
        if not self._permit.open or self._over:
            raise VisavisError("no_permit", "Nothing is being recorded now.", 409)
        if self._begun:
            raise VisavisError("shared_begun", "The other browser has given the document.", 409)

    async def finish(self) -> None:
        """No change is taken any more; returns once the file is whole. Never raises."""
        self._over = True
        self._unfollow()
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    def _heard(self, frame: Frame) -> None:
        if self._over or not self._permit.open:
            return
        self._bytes += len(getattr(frame, "body", b"")) + 64
        if self._bytes > MAX_WAITING:
            log.warning("shared_part_too_slow", recording=self._permit.recording, run=self._permit.run)
            self._waiting.append(Cut(frame.at_ms))
            self._over = True
        else:
            self._waiting.append(frame)
        self._wake.set()

    async def _write(self, first: Begin, missing: list[Written], said: int, content: bytes) -> None:
        recording, run, started_ms = self._permit.recording, self._permit.run, first.at_ms
        sink: SealedSink | None = None
        try:
            info = PartInfo(recording, run, first.by, started_ms, offset_ms=0, video=False)
            sink = await self._files.open(first.by, info, PartKind.SHARED)
            await self._write_what_stood(sink, [first, *missing], self._table.chat(content, said))
            length_ms = await self._follow(sink, started_ms)
            await sink.finish(length_ms)
        except Exception as error:
            # The recording of voices and pictures does not end for it; a full disk is told by the recorder itself.
            log.warning("shared_part_failed", recording=recording, run=run, error=type(error).__name__)
            if sink is not None:
                await sink.abort()
        finally:
            self._over = True
            self._waiting.clear()

    async def _write_what_stood(self, sink: SealedSink, frames: list[Frame], chat: AsyncIterator[Frame]) -> None:
        """Many in one record: each is small, and there may be thousands."""
        some = bytearray()
        async for frame in _joined(frames, chat):
            some += pack(frame)
            if len(some) >= GATHER:
                await sink.write(bytes(some), 0)
                some.clear()
        if some:
            await sink.write(bytes(some), 0)

    async def _follow(self, sink: SealedSink, started_ms: int) -> int:
        """Writes what comes until it is over; the length."""
        last_ms = 1
        while True:
            self._wake.clear()
            frames, self._waiting, self._bytes = self._waiting, [], 0
            for frame in frames:
                last_ms = max(last_ms, self._clock.now_ms() - started_ms)
                await sink.write(pack(frame), last_ms)
            if self._over and not self._waiting:
                return last_ms
            if not self._waiting:
                await self._wake.wait()


async def _joined(frames: list[Frame], more: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
    for frame in frames:
        yield frame
    async for frame in more:
        yield frame
