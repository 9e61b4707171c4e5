"""The blocking side of sealed files: exclusive creation, appending whole records, what an error leaves behind."""

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from server.errors import VisavisError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_error(error: OSError) -> VisavisError:
    """VisavisError `disk_full` (507) or `disk_failed` (500), without the path."""
    if error.errno in _FULL:
        return VisavisError("disk_full", "there is no room left on the disk", 507)
    return VisavisError("disk_failed", f"the disk refused: {errno.errorcode.get(error.errno or 0, 'unknown')}", 500)


def make_private_directory(path: Path) -> None:
    """The directory and those above it, where missing, for the owner alone (0700). Raises OSError."""
    if not path.is_dir():
        make_private_directory(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class AppendFile:
    """A new file that only grows, by whole records. `size` and `records` count what was written whole."""

    def __init__(self, path: Path, start: bytes) -> None:
        """Create it, mode 0600, with `start` in it and its entry durable. Raises OSError; leaves no file then."""
        make_private_directory(path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._fd = os.open(path, flags, 0o600)
        self.size, self.records = 0, 0
        try:
            self._write(start)
            os.fdatasync(self._fd)
            _sync_directory(path.parent)
        except OSError:
            self.close()
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        self.size = len(start)

    def store(self, records: Iterable[bytes], *, sync: bool) -> None:
        """Append the records, and wait for the disk if `sync`.

        Raises OSError; the file then ends with the last record that was written whole, and must not be written again.
        """
        try:
            for record in records:
                self._write(record)
                self.size += len(record)
                self.records += 1
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self.size)
                os.fdatasync(self._fd)
            raise
        if sync:
            os.fdatasync(self._fd)

    def _write(self, record: bytes) -> None:
        rest = memoryview(record)
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    def close(self) -> None:
        """Never raises."""
        with contextlib.suppress(OSError):
            os.close(self._fd)
