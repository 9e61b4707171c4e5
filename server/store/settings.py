"""The admin's password, links and sessions; the clock's high water."""

import msgspec
from msgspec import Struct
from sqlalchemy import delete, insert, select

from server.store import rows, tables
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
    wall_ms: int
    """The machine's own clock at the last look."""
    hold_ms: int
    """How much longer the server must run before anything is destroyed; 0: nothing holds it."""
    leapt_ms: int
    """By how much the clock leapt, while destruction is held."""
    boot_id: str | None
    boottime_ms: int | None
    """Time since the machine's start at that moment; explains a gap while the machine itself stayed up."""


async def admin_password(tx: Tx) -> AdminPassword | None:
    """None: never set, so a one-time link must be made."""
    found = await tx.execute(select(tables.admin_passwords))
    return rows.one(found.one_or_none(), AdminPassword)


async def set_admin_password(tx: Tx, password: AdminPassword, now: int) -> None:
    """Ends every admin session."""
    await tx.execute(delete(tables.admin_passwords))
    await tx.execute(insert(tables.admin_passwords).values(id=1, set_ms=now, **msgspec.structs.asdict(password)))
    await tx.execute(delete(tables.admin_sessions))


async def add_admin_link(tx: Tx, token_hash: bytes, now: int) -> None:
    """A one-time link, good for an hour; older unused ones end."""
    await tx.execute(delete(tables.admin_links))
    await tx.execute(insert(tables.admin_links).values(token_hash=token_hash, expires_ms=now + LINK_MS))


async def admin_link_holds(tx: Tx, token_hash: bytes, now: int) -> bool:
    """Whether it could be spent now."""
    links = tables.admin_links
    found = await tx.execute(
        select(links.c.expires_ms).where(links.c.token_hash == token_hash, links.c.expires_ms > now)
    )
    return found.first() is not None


async def use_admin_link(tx: Tx, token_hash: bytes, now: int) -> bool:
    """Spends it; False if unknown, spent or too old."""
    links = tables.admin_links
    spent = await tx.execute(delete(links).where(links.c.token_hash == token_hash, links.c.expires_ms > now))
    return spent.rowcount == 1


async def add_admin_session(tx: Tx, token_hash: bytes, now: int) -> None:
    await tx.execute(insert(tables.admin_sessions).values(token_hash=token_hash, expires_ms=now + ADMIN_SESSION_MS))


async def admin_session(tx: Tx, token_hash: bytes, now: int) -> bool:
    sessions = tables.admin_sessions
    found = await tx.execute(
        select(sessions.c.expires_ms).where(sessions.c.token_hash == token_hash, sessions.c.expires_ms > now)
    )
    return found.first() is not None


async def end_admin_session(tx: Tx, token_hash: bytes) -> None:
    await tx.execute(delete(tables.admin_sessions).where(tables.admin_sessions.c.token_hash == token_hash))


async def clock_mark(tx: Tx) -> ClockMark | None:
    found = await tx.execute(select(tables.clock))
    return rows.one(found.one_or_none(), ClockMark)


async def set_clock_mark(tx: Tx, mark: ClockMark) -> None:
    await tx.execute(delete(tables.clock))
    await tx.execute(insert(tables.clock).values(id=1, **msgspec.structs.asdict(mark)))
