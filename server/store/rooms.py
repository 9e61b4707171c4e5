"""Rooms: who may be in them is in `seats`, what opens them lies here, sealed."""

from msgspec import Struct

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
    raise NotImplementedError


async def get(tx: Tx, room: str) -> Room | None:
    raise NotImplementedError


async def count(tx: Tx) -> int:
    raise NotImplementedError


async def set_password(tx: Tx, room: str, keys: RoomKeys, *, by_pair: bool) -> None:
    """New wrap of the room's secret under a new password. End the other sessions in the same transaction
    (`sessions.end_all_but`)."""
    raise NotImplementedError


async def rewrap(tx: Tx, room: str, *, was: bytes, mk_id: str, secret_sealed: bytes) -> bool:
    """The same secret under another master key; False when it changed meanwhile (`was` is no longer there)."""
    raise NotImplementedError


async def under_other_master_keys(tx: Tx, mk_id: str, limit: int = 100) -> list[Room]:
    """Rooms still to be rewrapped after the master key was rotated."""
    raise NotImplementedError
