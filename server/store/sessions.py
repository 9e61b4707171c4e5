"""Sessions: a browser that has proved the room's password, for 12 hours."""

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from server.store import rows, tables
from server.store.database import Tx
from server.store.seats import COOKIE_MS

SESSION_MS = 12 * 3600 * 1000


class Session(Struct, frozen=True):
    token_hash: bytes
    room: str
    created_ms: int
    expires_ms: int
    secret_wrapped: bytes
    """The room's secret key under the token and a subkey of the master key, as `crypto.keys` made it."""


async def add(tx: Tx, room: str, *, token_hash: bytes, secret_wrapped: bytes, now: int) -> Session:
    session = Session(token_hash, room, now, now + SESSION_MS, secret_wrapped)
    await tx.execute(insert(tables.sessions).values(**msgspec.structs.asdict(session)))
    return session


async def get(tx: Tx, room: str, token_hash: bytes, now: int) -> Session | None:
    """The live session, or None (unknown, expired, of another room)."""
    sessions = tables.sessions
    found = await tx.execute(select(sessions).where(_one(room, token_hash), sessions.c.expires_ms > now))
    return rows.one(found.one_or_none(), Session)


async def end(tx: Tx, room: str, token_hash: bytes) -> None:
    await tx.execute(delete(tables.sessions).where(_one(room, token_hash)))


async def end_all_but(tx: Tx, room: str, token_hash: bytes | None) -> int:
    """Ends the room's sessions except one (after a change of password); how many."""
    theirs: ColumnElement[bool] = tables.sessions.c.room == room
    if token_hash is not None:
        theirs = and_(theirs, tables.sessions.c.token_hash != token_hash)
    return (await tx.execute(delete(tables.sessions).where(theirs))).rowcount


async def replace_wrap(tx: Tx, room: str, token_hash: bytes, secret_wrapped: bytes) -> None:
    await tx.execute(update(tables.sessions).where(_one(room, token_hash)).values(secret_wrapped=secret_wrapped))


async def sweep(tx: Tx, now: int) -> int:
    """Removes expired sessions, seat cookies, admin sessions and links."""
    gone = 0
    for table in (tables.sessions, tables.admin_sessions, tables.admin_links):
        gone += (await tx.execute(delete(table).where(table.c.expires_ms <= now))).rowcount
    cookies = tables.seat_cookies
    return gone + (await tx.execute(delete(cookies).where(cookies.c.used_ms <= now - COOKIE_MS))).rowcount


def _one(room: str, token_hash: bytes) -> ColumnElement[bool]:
    return and_(tables.sessions.c.token_hash == token_hash, tables.sessions.c.room == room)
