"""Rooms: who may be in them is in `seats`, what opens them lies here, sealed."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Row, func, insert, select, update

from server.domain import retention as rules
from server.domain.values import Seat
from server.store import retention, rows, tables
from server.store.database import Tx


class RoomKeys(Struct, frozen=True):
    """What the room's password and the master key open. All bytes are as `crypto.keys` made them."""

    password_offered: bool
    """The password is six of our words: spaces, dashes and capitals do not matter."""
    argon2_passes: int
    argon2_memory_kib: int
    argon2_lanes: int
    argon2_salt: bytes
    public_key: bytes
    """X25519, 32 bytes: recordings are sealed to it."""
    mk_id: str
    """The master key `secret_sealed` is wrapped under."""
    secret_sealed: bytes
    generation: int = 1
    """Of the key pair."""


class Room(Struct, frozen=True):
    id: str
    created_ms: int
    title_sealed: bytes
    creator: str
    """`mentor`, `mentee` or `neither`."""
    retention_days: int
    """Promise for recordings to come."""
    retention_follows: bool
    """Nobody chose the days: the admin lowering "Keep recordings for" lowers them too."""
    downloads: bool
    password_is_pairs: bool
    """Somebody of the pair gave the password. Until then the room cannot record (`password_not_yours`)."""
    keys: RoomKeys


_OWN = tuple(name for name in Room.__struct_fields__ if name != "keys")


async def create(
    tx: Tx,
    room: str,
    *,
    title_sealed: bytes,
    creator: str,
    retention_days: int | None,
    downloads: bool,
    keys: RoomKeys,
    now: int,
) -> Room:
    """A room with two empty seats. `retention_days` None takes the admin's days. Raises `retention_too_long`
    (more than "Longest a room may choose"; with `longest_days`)."""
    allowed = await retention.policy(tx)
    days = allowed.days if retention_days is None else rules.choose_days(retention_days, allowed.rules)
    room_row = Room(
        id=room,
        created_ms=now,
        title_sealed=title_sealed,
        creator=creator,
        retention_days=days,
        retention_follows=days == allowed.days,
        downloads=downloads,
        password_is_pairs=creator != "neither",
        keys=keys,
    )
    values = msgspec.structs.asdict(room_row)
    values.pop("keys")
    await tx.execute(insert(tables.rooms).values(**values, **msgspec.structs.asdict(keys)))
    await tx.execute(insert(tables.seats), [{"room": room, "seat": seat} for seat in Seat])
    return room_row


async def get(tx: Tx, room: str) -> Room | None:
    row = (await tx.execute(select(tables.rooms).where(tables.rooms.c.id == room))).one_or_none()
    return None if row is None else _room(row)


async def count(tx: Tx) -> int:
    return (await tx.execute(select(func.count()).select_from(tables.rooms))).scalar_one()


async def set_password(tx: Tx, room: str, keys: RoomKeys, *, by_pair: bool) -> None:
    """New wrap of the room's secret under a new password. End the other sessions in the same transaction
    (`sessions.end_all_but`)."""
    values = msgspec.structs.asdict(keys)
    if by_pair:
        values["password_is_pairs"] = True
    await tx.execute(update(tables.rooms).where(tables.rooms.c.id == room).values(**values))


async def rewrap(tx: Tx, room: str, *, was: bytes, mk_id: str, secret_sealed: bytes) -> bool:
    """The same secret under another master key; False when it changed meanwhile (`was` is no longer there)."""
    rooms = tables.rooms
    done = await tx.execute(
        update(rooms)
        .where(rooms.c.id == room, rooms.c.secret_sealed == was)
        .values(mk_id=mk_id, secret_sealed=secret_sealed)
    )
    return done.rowcount == 1


async def under_other_master_keys(tx: Tx, mk_id: str, limit: int = 100) -> list[Room]:
    """Rooms still to be rewrapped after the master key was rotated."""
    found = await tx.execute(select(tables.rooms).where(tables.rooms.c.mk_id != mk_id).limit(limit))
    return [_room(row) for row in found]


def _room(row: Row[Any]) -> Room:
    return Room(keys=rows.convert(row, RoomKeys), **{name: row._mapping[name] for name in _OWN})
