"""Sealed files: one part of a recording, written once from front to back, read by range.

Nothing but ciphertext ever reaches a disk. Keys come from outside and are forgotten with the object.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

MakeOverlay = Callable[[list[tuple[int, int]], bytes], list[tuple[int, bytes]]]
"""(index of (plaintext offset, ms), first plaintext record) -> [(offset, bytes)] laid over an interrupted file's view."""


@dataclass(frozen=True)
class Checkpoint:
    """This much of a part lies on the disk for certain: `seq` records, `size` bytes of file; `mac` vouches for it."""

    room: str
    recording: str
    part: str
    seq: int
    size: int
    mac: bytes


class SealedPart:
    """One sealed file being written. Only ever appended to, by one object, in one process, once."""

    failed: bool
    size: int
    """Bytes of file made so far."""
    plaintext_size: int

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
        sign: Callable[[int, int], bytes] | None = None,
        on_checkpoint: Callable[[Checkpoint], Awaitable[None]] | None = None,
        max_plaintext: int = 64 * 1024,
        sync_every_s: float = 0.9,
        checkpoint_every_s: float = 5.0,
    ) -> "SealedPart":
        """Create the file, mode 0600, in a directory that is made 0700 where missing; header and entry are durable.

        `sign(seq, size)` gives the MAC of a checkpoint (see `keys.checkpoint_mac`).
        Raises VisavisError `part_exists` (409), `disk_full` (507) or `disk_failed` (500).
        """
        raise NotImplementedError

    async def append(self, data: bytes, at_ms: int) -> None:
        """Seal and write `data`, which begins at `at_ms` from the part's start. Split into records of at most 64 KiB.

        Returns once queued; waits when more than 4 MiB are. On the disk within a second; at once with `sync`.
        Raises VisavisError `disk_full`, `disk_failed`; from then on `part_failed`. `at_ms` never goes back.
        """
        raise NotImplementedError

    async def patch(self, offset: int, data: bytes) -> None:
        """Lay `data` over what was appended from plaintext `offset` on, as a record of its own. Raises as `append`."""
        raise NotImplementedError

    async def sync(self) -> None:
        """Returns only when everything appended before lies on the disk. Raises as `append`."""
        raise NotImplementedError

    async def finish(self, length_ms: int) -> None:
        """Index, final record, sync, close. Afterwards the part is complete. Raises as `append`."""
        raise NotImplementedError

    async def abort(self) -> None:
        """Stop without a final record: what was written stays, playable, and counts as interrupted. Never raises."""
        raise NotImplementedError


class SealedReader:
    """A sealed file's plaintext, by range, with its patches laid over. Opens only the records it needs."""

    size: int
    """Bytes of plaintext, overlay included."""
    complete: bool
    """False: the recording was interrupted, or its end has been cut off."""
    length_ms: int
    """From the final record; of an interrupted file the moment of its last record."""
    lost: bool
    """The file is shorter than `promised_size`: something took away what had been on the disk."""

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
        """Check header, key and end. Raises VisavisError `no_such_part` (404), `wrong_key` or `damaged` (500, reason=...)."""
        raise NotImplementedError

    async def read(self, start: int, end: int) -> bytes:
        """Plaintext [start, end), cut at `size`. Raises VisavisError `damaged` (500, reason=...)."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the file and forget the key. Never raises."""
        raise NotImplementedError
