"""One part on its way to its sink: frames in, clusters out, through a bounded queue."""

import asyncio
import contextlib
import errno
from collections import deque
from collections.abc import Callable
from typing import Protocol

import structlog

from server.domain.values import Seat
from server.errors import VisavisError
from server.media.parts import PartInfo, PartOpener, PartResult, PartSink
from server.media.tap import TimedFrame
from server.media.webm import AUDIO, VIDEO, Block, WebmWriter

log = structlog.get_logger()

FLUSH_MS = 500.0
HOLD_MS = 500.0
"""How long one kind waits for the other, so that the file runs in order of time."""
SYNC_EVERY = 0.9
FINISH_WITHIN = 30.0
MAX_QUEUE = 8 * 1024 * 1024
"""Bytes waiting for the sink. Beyond, the disk is too slow and the run fails: memory is not for that."""


class PartWatcher(Protocol):
    def part_durable(self, part: "PartWriter") -> None: ...

    def part_failed(self, part: "PartWriter", reason: str) -> None: ...


class PartWriter:
    """Takes frames from its first on; `finish()` or `abandon()` ends it. Times in ms, on the monotonic clock."""

    def __init__(
        self,
        opener: PartOpener,
        info: PartInfo,
        *,
        zero_ms: float,
        audio: bool,
        size: tuple[int, int] | None,
        watcher: PartWatcher,
        now: Callable[[], float],
    ) -> None:
        self.info = info
        self.zero_ms = zero_ms
        self.audio = audio
        self.video = size is not None
        self.durable_ms = 0
        """How much of the part is durable."""
        self.result: PartResult | None = None
        self._opener = opener
        self._watcher = watcher
        self._now = now
        self._webm = WebmWriter(audio=audio, size=size)
        self._last = {AUDIO: -1, VIDEO: -1}
        self._flushed_ms = zero_ms
        self._queue: deque[tuple[bytes, int, int]] = deque([(self._webm.header, 0, 0)])
        self._queued = 0
        self._wake = asyncio.Event()
        self._ending = False
        self._failed = False
        self._task = asyncio.get_running_loop().create_task(self._write())

    @property
    def seat(self) -> Seat:
        return self.info.seat

    def add(self, frame: TimedFrame) -> None:
        """Takes what belongs to the part; frames from before its start, and of a kind it has not, are left out."""
        track = VIDEO if frame.video else AUDIO
        if frame.at_ms < self.zero_ms or not (self.video if frame.video else self.audio) or self._ending:
            return
        at_ms = max(round(frame.at_ms - self.zero_ms), self._last[track] + 1)
        self._last[track] = at_ms
        self._webm.add(Block(track, at_ms, frame.size is not None or not frame.video, frame.data))

    def flush(self, now_ms: float, *, all_of_it: bool = False) -> None:
        """Hand out what is ready: up to where both kinds have come, or what has waited half a second."""
        if self._failed:
            return
        self._flushed_ms = now_ms
        before: int | None = None
        if self.audio and self.video and not all_of_it:
            # The very first frame waits for nothing: until it is durable the pages say "Starting to record".
            before = max(0, min(self._last.values()), int(now_ms - HOLD_MS - self.zero_ms)) + 1
        for piece in self._webm.cut(before):
            self._put(piece.data, piece.at_ms)

    def flush_when_due(self, now_ms: float) -> None:
        if now_ms - self._flushed_ms >= FLUSH_MS or self._webm.pending_bytes > 256 * 1024:
            self.flush(now_ms)

    async def finish(self) -> PartResult | None:
        """Everything out, cues and patches too; None if the part could not be finished."""
        if not self._ending:
            self.flush(self._now() * 1000, all_of_it=True)
            self._ending = True
            self._wake.set()
        _, stuck = await asyncio.wait([self._task], timeout=FINISH_WITHIN)
        if stuck:
            self._fail("too_slow")
            self._task.cancel()
            await asyncio.wait([self._task])
        return self.result

    def _put(self, data: bytes, at_ms: int) -> None:
        self._queued += len(data)
        if self._queued > MAX_QUEUE:
            self._fail("too_slow")
            return
        self._queue.append((data, at_ms, self._webm.length_ms))
        self._wake.set()

    def _fail(self, reason: str) -> None:
        if not self._failed:
            self._failed = True
            self._ending = True
            self._queue.clear()
            self._wake.set()
            self._watcher.part_failed(self, reason)

    async def _write(self) -> None:
        sink: PartSink | None = None
        try:
            sink = await self._opener(self.seat, self.info)
            await self._drain(sink)
            if not self._failed:
                await self._end(sink)
                return
        except Exception as error:
            # Whatever a sink raises, the part is lost from here on and the room must hear of it.
            log.warning("part_write_failed", recording=self.info.recording, error=type(error).__name__)
            self._fail(_reason(error))
        except asyncio.CancelledError:
            self._fail("too_slow")
        if sink is not None:
            await sink.abort()

    async def _drain(self, sink: PartSink) -> None:
        synced_at = float("-inf")
        while not self._failed:
            self._wake.clear()  # before looking: what comes while something here is awaited wakes the pause below
            written_ms = self.durable_ms
            while self._queue and not self._failed:
                data, at_ms, end_ms = self._queue.popleft()
                self._queued -= len(data)
                await sink.write(data, at_ms)
                written_ms = end_ms
            if self._failed:
                return
            if written_ms > self.durable_ms and (self._now() - synced_at >= SYNC_EVERY or self._ending):
                await sink.sync()
                synced_at = self._now()
                self.durable_ms = written_ms
                self._watcher.part_durable(self)
            if self._ending and not self._queue:
                return
            await self._pause(SYNC_EVERY if written_ms > self.durable_ms else None)

    async def _pause(self, seconds: float | None) -> None:
        """Until there is something to do, or it is time to sync what was written."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _end(self, sink: PartSink) -> None:
        ending = self._webm.finish()
        await sink.write(ending.cues, self._webm.last_piece + 1)
        for offset, data in ending.patches:
            await sink.patch(offset, data)
        await sink.finish(ending.length_ms)
        self.result = PartResult(
            part=sink.part,
            seat=self.seat,
            run=self.info.run,
            offset_ms=self.info.offset_ms,
            length_ms=ending.length_ms,
            bytes=self._webm.bytes + len(ending.cues),
            video=self.video,
        )


def _reason(error: Exception) -> str:
    if isinstance(error, VisavisError):
        return error.code
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "disk_full"
    return "write_failed"
