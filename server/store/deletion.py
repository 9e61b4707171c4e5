"""Destroying a recording: key first, then bytes; each step can be repeated, and boot goes on where it stopped."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from server.domain.messages import Seat
from server.store.database import Database
from server.store.recordings import Part
from server.store.shred import ShredKeys

DropReaders = Callable[[str], None]
"""Given a recording's id: drop cached keys and close open readers, now."""


class Measured(Struct, frozen=True):
    """What is really in an interrupted part's file."""

    length_ms: int
    size: int


Measure = Callable[[Part], Awaitable[Measured | None]]
"""Reads an interrupted part's file; None when it is missing or holds nothing that opens."""


class Deletion:
    def __init__(self, database: Database, shred: ShredKeys, drop_readers: DropReaders) -> None:
        raise NotImplementedError

    async def mark(self, recording: str, *, cause: str, by: Seat | None, now: int) -> bool:
        """Unreadable from here on, also after a crash. False if it was marked or deleted before (erase twice is one
        erase). `cause`: `due`, `erased` (after a withdrawal), `deleted` (by a press in the list), `empty`."""
        raise NotImplementedError

    async def run(self, recording: str, now: int) -> None:
        """Finishes what `mark` began; any number of times. Raises OSError when a file cannot be removed: the key is
        gone by then, and the janitor tries again."""
        raise NotImplementedError

    async def delete(self, recording: str, *, cause: str, by: Seat | None, now: int) -> None:
        """`mark` and `run`. Raises `no_such_recording`."""
        raise NotImplementedError


async def recover(database: Database, shred: ShredKeys, deletion: Deletion, measure: Measure, now: int) -> list[str]:
    """At boot, before the first request. Recordings a former process left open become kept and interrupted, due from
    the end of their last part; begun deletions are finished; files and shred keys without a row are removed.
    Returns the ids of what was interrupted."""
    raise NotImplementedError
