"""Sealed files: one part of a recording, written once from front to back, read by range.

Nothing but ciphertext ever reaches a disk. Keys come from outside and are forgotten with the object.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from structlog import get_logger

from server.crypto.container_writer import Writer
from server.errors import VisavisError
from server.store.sealed_file import AppendFile, disk_error
from server.store.sealed_reader import MakeOverlay as MakeOverlay
from server.store.sealed_reader import SealedReader as SealedReader

_MOST_WAITING = 4 * 1024 * 1024
_DISK = ThreadPoolExecutor(8, thread_name_prefix="sealed")
"""Threads of their own: a slow disk must not hold up password hashing, nor the other way round."""
_log = get_logger()


@dataclass(frozen=True)
class Checkpoint:
    """This much of a part lies on the disk for certain: `seq` records, `size` bytes of file; `mac` vouches for it."""

    room: str
    recording: str
    part: str
    seq: int
    size: int
    mac: bytes


Sign = Callable[[int, int], bytes]
OnCheckpoint = Callable[[Checkpoint], Awaitable[None]]


class SealedPart:
    """One sealed file being written. Only ever appended to, by one object, in one process, once.

    A restart begins a new part with a new key. After an error the file ends with its last whole record, and every
    further call raises that error again: sealing other bytes under a used number would break the cipher.

    Attributes:
        failed: an error has ended it.
        size: bytes of file made so far; after an error, bytes that are in the file.
        plaintext_size: bytes appended so far.
    """

    def __init__(
        self, file: AppendFile, writer: Writer, part: str, sign: Sign | None, on_checkpoint: OnCheckpoint | None
    ) -> None:
        """Use `create`."""
        self._file = file
        self._writer = writer
        self._part = part
        self._sign = sign
        self._on_checkpoint = on_checkpoint
        self._sync_every_s = 0.9
        self._checkpoint_every_s = 5.0
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._sync_due = False
        self._durable = file.size
        self._durable_records = 0
        self._syncing: list[tuple[int, asyncio.Future[None]]] = []
        self._worker: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._checkpoint: asyncio.Task[None] | None = None
        self._next_checkpoint = 0.0
        self._error: VisavisError | None = None
        self._over = False

    @classmethod
    async def create(
        cls,
        path: Path,
        *,
        key: bytes,
        room: str,
        recording: str,
        part: str,
        created_ms: int,
        sign: Sign | None = None,
        on_checkpoint: OnCheckpoint | None = None,
        max_plaintext: int = 64 * 1024,
        sync_every_s: float = 0.9,
        checkpoint_every_s: float = 5.0,
    ) -> "SealedPart":
        """Create the file, mode 0600, in a directory that is made 0700 where missing; header and entry are durable.

        `sign(seq, size)` gives the MAC of a checkpoint (see `keys.checkpoint_mac`); without it, or without
        `on_checkpoint`, there are none. The first comes with the first sync, the last with `finish`.

        Raises:
            VisavisError: `part_exists` (409), `disk_full` (507) or `disk_failed` (500).
        """
        writer = Writer(key, room=room, recording=recording, created_ms=created_ms, max_plaintext=max_plaintext)
        loop = asyncio.get_running_loop()
        try:
            file = await loop.run_in_executor(_DISK, AppendFile, path, writer.start())
        except FileExistsError:
            raise VisavisError("part_exists", "there is a file of that name already", 409) from None
        except OSError as error:
            raise disk_error(error) from None
        made = cls(file, writer, part, sign, on_checkpoint)
        made._sync_every_s, made._checkpoint_every_s = sync_every_s, checkpoint_every_s
        return made

    @property
    def failed(self) -> bool:
        return self._error is not None

    @property
    def size(self) -> int:
        return self._file.size if self.failed else self._writer.size

    @property
    def plaintext_size(self) -> int:
        return self._writer.plaintext_size

    async def append(self, data: bytes, at_ms: int) -> None:
        """Seal and write `data`, which begins at `at_ms` from the part's start. Split into records of at most 64 KiB.

        Returns once queued; waits when more than 4 MiB are. On the disk within a second; at once with `sync`.

        Raises:
            VisavisError: `disk_full` (507) or `disk_failed` (500); from then on every call raises it.
            ValueError: `at_ms` goes back, or the part is finished.
        """
        self._check()
        self._queue(self._writer.data(data, at_ms))
        while self._waiting_bytes > _MOST_WAITING and not self.failed and self._worker is not None:
            await asyncio.wait({self._worker})
        self._check()

    async def patch(self, offset: int, data: bytes) -> None:
        """Lay `data` over what was appended from plaintext `offset` on, as a record of its own. Raises as `append`."""
        self._check()
        self._queue(self._writer.patch(offset, data))

    async def sync(self) -> None:
        """Returns only when everything appended before lies on the disk. Raises as `append`."""
        self._check()
        if self._durable == self._writer.size:
            return
        done: asyncio.Future[None] = self._loop.create_future()
        self._syncing.append((self._writer.size, done))
        self._sync_now()
        await done

    async def finish(self, length_ms: int) -> None:
        """Index, final record, sync, close. Afterwards the part is complete. Raises as `append`."""
        self._check()
        self._queue(self._writer.finish(length_ms))
        await self.sync()
        await self._checkpointed()
        self._begin_checkpoint()
        await self._checkpointed()
        await self._close()

    async def abort(self) -> None:
        """Stop without a final record: what was written stays, playable, and counts as interrupted. Never raises."""
        if self._over:
            return
        try:
            await self.sync()
        except VisavisError:
            _log.info("sealed_part_aborted_after_error", part=self._part)
        self._writer.poison()
        await self._checkpointed()
        await self._close()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error
        if self._over:
            raise ValueError("this part is closed")

    def _queue(self, records: list[bytes]) -> None:
        if records:
            self._waiting += records
            self._waiting_bytes += sum(map(len, records))
            if self._timer is None:
                self._timer = self._loop.call_later(self._sync_every_s, self._sync_now)
            self._work()

    def _sync_now(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._sync_due = True
        self._work()

    def _work(self) -> None:
        if (self._worker is None or self._worker.done()) and not self._over:
            self._worker = self._loop.create_task(self._write())

    async def _write(self) -> None:
        """The only one that touches the file, one step after another; ends when there is nothing left to do."""
        while (self._waiting or self._sync_due) and not self.failed:
            batch, self._waiting, self._waiting_bytes = self._waiting, [], 0
            sync, self._sync_due = self._sync_due, False
            try:
                await self._loop.run_in_executor(_DISK, functools.partial(self._file.store, batch, sync=sync))
            except OSError as error:
                self._fail(disk_error(error))
                return
            if sync:
                self._now_durable()

    def _now_durable(self) -> None:
        """Called before anything more is written: what the file has is what is durable."""
        size = self._durable = self._file.size
        self._durable_records = self._file.records
        for wanted, done in self._syncing:
            if wanted <= size and not done.done():
                done.set_result(None)
        self._syncing = [(wanted, done) for wanted, done in self._syncing if not done.done()]
        if self._loop.time() >= self._next_checkpoint and (self._checkpoint is None or self._checkpoint.done()):
            self._begin_checkpoint()

    def _fail(self, error: VisavisError) -> None:
        self._error = error
        self._writer.poison()
        self._waiting, self._waiting_bytes = [], 0
        _log.warning("sealed_part_failed", part=self._part, code=error.code)
        for _, done in self._syncing:
            if not done.done():
                done.set_exception(error)
        self._syncing = []

    def _begin_checkpoint(self) -> None:
        if self._sign is not None and self._on_checkpoint is not None:
            self._next_checkpoint = self._loop.time() + self._checkpoint_every_s
            seq, size, header = self._durable_records, self._durable, self._writer.header
            told = Checkpoint(header.room, header.recording, self._part, seq, size, self._sign(seq, size))
            self._checkpoint = self._loop.create_task(self._tell(self._on_checkpoint, told))

    async def _tell(self, on_checkpoint: OnCheckpoint, told: Checkpoint) -> None:
        try:
            await on_checkpoint(told)
        except Exception as error:
            # A checkpoint only notices a loss later; what is being said now matters more.
            _log.warning("sealed_part_checkpoint_failed", part=self._part, error=type(error).__name__)

    async def _checkpointed(self) -> None:
        if self._checkpoint is not None:
            await asyncio.wait({self._checkpoint})

    async def _close(self) -> None:
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        if self._worker is not None:
            await asyncio.wait({self._worker})
        await self._loop.run_in_executor(_DISK, self._file.close)
