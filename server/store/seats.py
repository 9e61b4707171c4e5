"""Seats: two a room, each claimed once; what proves them afterwards."""

import base64
import hashlib
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, delete, insert, select, update

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import rows, tables
from server.store.database import Tx

COOKIE_DAYS = 400
COOKIE_MS = COOKIE_DAYS * 24 * 3600 * 1000


class How(StrEnum):
    """How a browser came to hold a seat."""

    CREATOR = "creator"
    CLAIM = "claim"
    LINK = "link"
    APPROVAL = "approval"


class SeatRow(Struct, frozen=True):
    seat: Seat
    claimed_ms: int | None
    name_sealed: bytes | None
    """None until its person has joined with a name (a creator claims the seat before that)."""
    secret_hash: bytes | None
    """Hash of the personal link's secret."""


class SeatKey(Struct, frozen=True):
    """The public key consents are signed with."""

    id: str
    seat: Seat
    spki: bytes
    """ECDSA P-256, DER SubjectPublicKeyInfo."""
    registered_ms: int


class Browser(Struct, frozen=True):
    """A browser that holds the seat by its cookie."""

    token_hash: bytes
    how: How
    created_ms: int
    used_ms: int
    """When it last joined."""

    @property
    def id(self) -> str:
        return browser_id(self.token_hash)


def browser_id(token_hash: bytes) -> str:
    """What a browser is called towards the others of its seat: made of its cookie's hash, which stays here."""
    return base64.b32encode(hashlib.sha256(b"browser" + token_hash).digest()[:10]).decode().lower()


async def both(tx: Tx, room: str) -> dict[Seat, SeatRow]:
    """Empty for an unknown room."""
    found = await tx.execute(select(tables.seats).where(tables.seats.c.room == room))
    return {Seat(row.seat): rows.convert(row, SeatRow) for row in found}


async def claim(tx: Tx, room: str, seat: Seat, *, secret_hash: bytes, name_sealed: bytes | None, now: int) -> bool:
    """Takes a free seat, atomically: of any number at once exactly one gets True."""
    # The condition stands in the statement itself, so two at once cannot both find the seat free.
    done = await tx.execute(
        update(tables.seats)
        .where(_seat(room, seat), tables.seats.c.claimed_ms.is_(None))
        .values(claimed_ms=now, secret_hash=secret_hash, name_sealed=name_sealed)
    )
    return done.rowcount == 1


async def set_name(tx: Tx, room: str, seat: Seat, name_sealed: bytes) -> None:
    await tx.execute(update(tables.seats).where(_seat(room, seat)).values(name_sealed=name_sealed))


async def set_secret(tx: Tx, room: str, seat: Seat, secret_hash: bytes) -> None:
    """A new personal link; the old one opens nothing from now on."""
    await tx.execute(update(tables.seats).where(_seat(room, seat)).values(secret_hash=secret_hash))


async def add_cookie(tx: Tx, room: str, seat: Seat, *, token_hash: bytes, how: How, now: int) -> None:
    await tx.execute(
        insert(tables.seat_cookies).values(
            token_hash=token_hash, room=room, seat=seat, how=how, created_ms=now, used_ms=now
        )
    )


async def holder(tx: Tx, room: str, token_hash: bytes, now: int) -> Seat | None:
    """The seat this cookie holds in this room (not older than COOKIE_DAYS). Works in a read transaction."""
    cookies = tables.seat_cookies
    found = await tx.execute(
        select(cookies.c.seat).where(
            cookies.c.token_hash == token_hash, cookies.c.room == room, cookies.c.used_ms > now - COOKIE_MS
        )
    )
    seat = found.scalar_one_or_none()
    return None if seat is None else Seat(seat)


async def touch_cookie(tx: Tx, room: str, token_hash: bytes, now: int) -> None:
    """Notes that the cookie was used; it lives COOKIE_DAYS from then."""
    await tx.execute(update(tables.seat_cookies).where(_cookie(room, token_hash)).values(used_ms=now))


async def is_vouched(tx: Tx, room: str, seat: Seat, token_hash: bytes, *, since: int) -> bool:
    """Whether the cookie came by the partner's OK alone, while another that did not has been used since then."""
    held = tables.seat_cookies.c
    theirs = select(held.token_hash, held.how, held.used_ms).where(held.room == room, held.seat == seat)
    rows = (await tx.execute(theirs)).all()
    vouched = any(row.token_hash == token_hash and row.how == How.APPROVAL for row in rows)
    return vouched and any(row.how != How.APPROVAL and row.used_ms > since for row in rows)


async def prove_cookie(tx: Tx, room: str, token_hash: bytes) -> None:
    """The browser has opened the personal link since it got the cookie."""
    await tx.execute(update(tables.seat_cookies).where(_cookie(room, token_hash)).values(how=How.LINK))


async def browsers(tx: Tx, room: str, seat: Seat, now: int) -> list[Browser]:
    """Those that hold the seat, in the order in which they came."""
    held = tables.seat_cookies.c
    asked: Select[Any] = select(held.token_hash, held.how, held.created_ms, held.used_ms).where(
        held.room == room, held.seat == seat, held.used_ms > now - COOKIE_MS
    )
    found = await tx.execute(asked.order_by(held.created_ms, held.token_hash))
    return [rows.convert(row, Browser) for row in found]


async def forget_cookie(tx: Tx, room: str, token_hash: bytes) -> None:
    await tx.execute(delete(tables.seat_cookies).where(_cookie(room, token_hash)))


async def vouched(tx: Tx, room: str, seat: Seat, browser: str, now: int) -> None:
    """The seat was opened in this browser by the partner's word: its person is to be told of it."""
    await tx.execute(insert(tables.vouches).values(room=room, seat=seat, browser=browser, at_ms=now))


async def vouches(tx: Tx, room: str, seat: Seat) -> dict[str, int]:
    """Of which browsers the person has still to be told, and since when; also of those that hold the seat no more."""
    told = tables.vouches.c
    found = await tx.execute(
        select(told.browser, told.at_ms).where(told.room == room, told.seat == seat).order_by(told.at_ms)
    )
    return {row.browser: row.at_ms for row in found}


async def settle_vouches(tx: Tx, room: str, seat: Seat, browsers: Collection[str]) -> None:
    """The person knows of these."""
    told = tables.vouches
    await tx.execute(delete(told).where(told.c.room == room, told.c.seat == seat, told.c.browser.in_(list(browsers))))


async def add_key(tx: Tx, room: str, seat: Seat, key_id: str, spki: bytes, now: int) -> None:
    """Registers a signing key. The same key again is no error; the same id with another key or seat raises
    `key_id_taken`."""
    known = await key(tx, room, key_id)
    if known is None:
        await tx.execute(insert(tables.seat_keys).values(room=room, id=key_id, seat=seat, spki=spki, registered_ms=now))
    elif (known.seat, known.spki) != (seat, spki):
        raise VisavisError("key_id_taken", "another key is registered under this id", 409)


async def key(tx: Tx, room: str, key_id: str) -> SeatKey | None:
    """The registered key with this id."""
    found = await tx.execute(
        select(tables.seat_keys).where(tables.seat_keys.c.room == room, tables.seat_keys.c.id == key_id)
    )
    return rows.one(found.one_or_none(), SeatKey)


def _seat(room: str, seat: Seat) -> ColumnElement[bool]:
    return and_(tables.seats.c.room == room, tables.seats.c.seat == seat)


def _cookie(room: str, token_hash: bytes) -> ColumnElement[bool]:
    return and_(tables.seat_cookies.c.token_hash == token_hash, tables.seat_cookies.c.room == room)
