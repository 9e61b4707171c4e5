"""Reads sealed files by range, in a thread: the plaintext with its patches, and what an interrupted file lacks."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.crypto.container_reader import Reader, lay_over
from server.errors import VisavisError
from server.store.sealed_file import disk_error

MakeOverlay = Callable[[list[tuple[int, int]], bytes], list[tuple[int, bytes]]]
"""(index of (plaintext offset, ms), first record's plaintext) -> [(offset, bytes)] laid over an interrupted file."""

_DISK = ThreadPoolExecutor(8, thread_name_prefix="sealed-read")


class _View:
    """The blocking side: file, reader and overlay."""

    def __init__(self, path: Path, key: bytes, room: str, recording: str, make_overlay: MakeOverlay | None) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            self.file_size = os.fstat(self._fd).st_size
            self._reader = Reader(self._read_at, self.file_size, key, room=room, recording=recording)
            self.complete = self._reader.complete
            self._plain_size = self._reader.whole_size()
            index = [(offset, at_ms) for offset, at_ms in self._reader.index() if offset < self._plain_size]
            self.length_ms = self._reader.length_ms if self.complete or not index else index[-1][1]
            self._overlay: list[tuple[int, bytes]] = []
            if not self.complete and make_overlay is not None and index:
                first = self._reader.read(0, index[1][0] if len(index) > 1 else self._plain_size)
                self._overlay = make_overlay(index, first)
        except BaseException:
            os.close(self._fd)
            raise
        self.size = max([self._plain_size, *(offset + len(data) for offset, data in self._overlay)])

    def _read_at(self, place: int, length: int) -> bytes:
        return os.pread(self._fd, length, place)

    def read(self, start: int, end: int) -> bytes:
        start, end = max(0, start), min(end, self.size)
        if start >= end:
            return b""
        plain = self._reader.read(start, min(end, self._plain_size))
        if not self._overlay:
            return plain
        view = bytearray(plain.ljust(end - start, b"\0"))
        lay_over(view, start, self._overlay)
        return bytes(view)

    def close(self) -> None:
        os.close(self._fd)


class SealedReader:
    """A sealed file's plaintext, by range, with its patches laid over. Opens only the records it needs.

    Attributes:
        size: bytes of plaintext, overlay included.
        complete: False when the recording was interrupted, or its end has been cut off.
        length_ms: from the final record; of an interrupted file the moment of its last record.
        lost: the file is shorter than `promised_size`: something took away what had been on the disk.
    """

    def __init__(self, view: _View, promised_size: int) -> None:
        """Use `open`."""
        self._view: _View | None = view
        self._lock = asyncio.Lock()
        self.size = view.size
        self.complete = view.complete
        self.length_ms = view.length_ms
        self.lost = view.file_size < promised_size

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        key: bytes,
        room: str,
        recording: str,
        make_overlay: MakeOverlay | None = None,
        promised_size: int = 0,
    ) -> "SealedReader":
        """Check header, key and end; `promised_size` is the file size of the last checkpoint that holds.

        Raises:
            VisavisError: `no_such_part` (404), `wrong_key` or `damaged` (500; reason in `more`), `disk_failed` (500).
        """
        loop = asyncio.get_running_loop()
        try:
            view = await loop.run_in_executor(_DISK, _View, path, key, room, recording, make_overlay)
        except FileNotFoundError:
            raise _gone() from None
        except OSError as error:
            raise disk_error(error) from None
        return cls(view, promised_size)

    async def read(self, start: int, end: int) -> bytes:
        """Plaintext [start, end), cut at `size`.

        Raises:
            VisavisError: `damaged` (500; reason in `more`), `disk_failed` (500), `no_such_part` (404) after `close`.
        """
        async with self._lock:
            if self._view is None:
                raise _gone()
            try:
                return await _finish(asyncio.get_running_loop().run_in_executor(_DISK, self._view.read, start, end))
            except OSError as error:
                raise disk_error(error) from None

    async def close(self) -> None:
        """Close the file and forget the key. Never raises."""
        async with self._lock:
            view, self._view = self._view, None
        if view is not None:
            await asyncio.get_running_loop().run_in_executor(_DISK, view.close)


async def _finish(work: asyncio.Future[bytes]) -> bytes:
    """Wait for a read also when its request is cancelled: the thread still uses the file, so the lock must hold."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        work.cancelled() or work.exception()  # nobody is left to hear of it
        raise


def _gone() -> VisavisError:
    return VisavisError("no_such_part", "this part is not there", 404)
