"""The admin's password, links and sessions; the clock's high water."""

from msgspec import Struct

from server.store.database import Tx

LINK_MS = 3600 * 1000
ADMIN_SESSION_MS = 12 * 3600 * 1000


class AdminPassword(Struct, frozen=True):
    passes: int
    memory_kib: int
    lanes: int
    salt: bytes
    hash: bytes


class ClockMark(Struct, frozen=True):
    """What is remembered of the time between two runs of the server."""

    high_water_ms: int
    """The latest moment that was believed."""
    boot_id: str | None
    boottime_ms: int | None
    """Time since the machine's start at that moment; explains a gap while the machine itself stayed up."""


async def admin_password(tx: Tx) -> AdminPassword | None:
    """None: never set, so a one-time link must be made."""
    raise NotImplementedError


async def set_admin_password(tx: Tx, password: AdminPassword, now: int) -> None:
    """Ends every admin session."""
    raise NotImplementedError


async def add_admin_link(tx: Tx, token_hash: bytes, now: int) -> None:
    """A one-time link, good for an hour; older unused ones end."""
    raise NotImplementedError


async def use_admin_link(tx: Tx, token_hash: bytes, now: int) -> bool:
    """Spends it; False if unknown, spent or too old."""
    raise NotImplementedError


async def add_admin_session(tx: Tx, token_hash: bytes, now: int) -> None:
    raise NotImplementedError


async def admin_session(tx: Tx, token_hash: bytes, now: int) -> bool:
    raise NotImplementedError


async def end_admin_session(tx: Tx, token_hash: bytes) -> None:
    raise NotImplementedError


async def clock_mark(tx: Tx) -> ClockMark | None:
    raise NotImplementedError


async def set_clock_mark(tx: Tx, mark: ClockMark) -> None:
    raise NotImplementedError
