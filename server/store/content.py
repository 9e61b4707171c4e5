"""Wraps of content keys and notes keys: by room, by seat (its personal link), by seat cookie.

Everything is sealed as `crypto.content` made it; docs/data.md says which proof opens which.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import Select, select, update

from server.domain.values import Seat
from server.store import rows, tables
from server.store.database import Tx


class Wraps(Struct, frozen=True):
    """What one seat's cookie finds. None: not made, or a room, a seat or a cookie from before."""

    public_key: bytes
    room_content: bytes | None
    link_public: bytes | None
    """The seat's link pair; its secret half opens by the personal link."""
    link_sealed: bytes | None
    link_content: bytes | None
    link_notes: bytes | None
    notes_made_ms: int | None
    cookie_content: bytes | None
    cookie_notes: bytes | None


class RoomWrap(Struct, frozen=True):
    public_key: bytes
    content_sealed: bytes | None


async def of_room(tx: Tx, room: str) -> RoomWrap | None:
    columns = tables.rooms.c
    asked: Select[Any] = select(columns.public_key, columns.content_sealed).where(columns.id == room)
    return rows.one((await tx.execute(asked)).one_or_none(), RoomWrap)


async def of_cookie(tx: Tx, room: str, seat: Seat, token_hash: bytes) -> Wraps | None:
    """None: the cookie holds no seat here (any more)."""
    rooms, seats, cookies = tables.rooms.c, tables.seats.c, tables.seat_cookies.c
    asked: Select[Any] = (
        select(
            rooms.public_key,
            rooms.content_sealed.label("room_content"),
            seats.link_public,
            seats.link_sealed,
            seats.content_sealed.label("link_content"),
            seats.notes_sealed.label("link_notes"),
            seats.notes_made_ms,
            cookies.content_sealed.label("cookie_content"),
            cookies.notes_sealed.label("cookie_notes"),
        )
        .join_from(tables.seat_cookies, tables.rooms, rooms.id == cookies.room)
        .join(tables.seats, (seats.room == cookies.room) & (seats.seat == cookies.seat))
        .where(cookies.token_hash == token_hash, cookies.room == room, cookies.seat == seat)
    )
    return rows.one((await tx.execute(asked)).one_or_none(), Wraps)


async def set_room(tx: Tx, room: str, content_sealed: bytes) -> bool:
    """A room's content key never changes: False, and nothing is done, if there is one."""
    rooms = tables.rooms
    missing = (rooms.c.id == room, rooms.c.content_sealed.is_(None))
    return (await tx.execute(update(rooms).where(*missing).values(content_sealed=content_sealed))).rowcount == 1


async def set_cookie(
    tx: Tx, room: str, token_hash: bytes, *, content: bytes | None = None, notes: bytes | None = None
) -> None:
    """Those that are given."""
    cookies, given = tables.seat_cookies, _given(content_sealed=content, notes_sealed=notes)
    if given:
        this = (cookies.c.token_hash == token_hash, cookies.c.room == room)
        await tx.execute(update(cookies).where(*this).values(**given))


async def set_link(
    tx: Tx,
    room: str,
    seat: Seat,
    *,
    public: bytes | None = None,
    sealed: bytes | None = None,
    content: bytes | None = None,
    notes: bytes | None = None,
) -> None:
    """Those that are given."""
    given = _given(link_public=public, link_sealed=sealed, content_sealed=content, notes_sealed=notes)
    if given:
        await _set_seat(tx, room, seat, given)


async def forget_link(tx: Tx, room: str, seat: Seat) -> None:
    """What a personal link opened that is to open nothing from now on; its successor's wraps are set after this."""
    gone = ("link_public", "link_sealed", "content_sealed", "notes_sealed")
    await _set_seat(tx, room, seat, dict.fromkeys(gone))


async def notes_made(tx: Tx, room: str, seat: Seat, now: int) -> bool:
    """The first notes key of a seat stays: False, and nothing is done, if there is one."""
    seats = tables.seats
    first = (seats.c.room == room, seats.c.seat == seat, seats.c.notes_made_ms.is_(None))
    return (await tx.execute(update(seats).where(*first).values(notes_made_ms=now))).rowcount == 1


async def forget_notes(tx: Tx, room: str, seat: Seat) -> None:
    """The seat's notes key, everywhere: another one may be made."""
    cookies = tables.seat_cookies
    theirs = (cookies.c.room == room, cookies.c.seat == seat)
    await tx.execute(update(cookies).where(*theirs).values(notes_sealed=None))
    await _set_seat(tx, room, seat, {"notes_sealed": None, "notes_made_ms": None})


async def _set_seat(tx: Tx, room: str, seat: Seat, values: dict[str, bytes | None]) -> None:
    seats = tables.seats
    await tx.execute(update(seats).where(seats.c.room == room, seats.c.seat == seat).values(**values))


def _given(**values: bytes | None) -> dict[str, bytes | None]:
    return {name: value for name, value in values.items() if value is not None}
