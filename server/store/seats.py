"""Seats: two a room, each claimed once; what proves them afterwards."""

from enum import StrEnum

from msgspec import Struct

from server.domain.messages import Seat
from server.store.database import Tx

COOKIE_DAYS = 400


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


async def both(tx: Tx, room: str) -> dict[Seat, SeatRow]:
    """Empty for an unknown room."""
    raise NotImplementedError


async def claim(tx: Tx, room: str, seat: Seat, *, secret_hash: bytes, name_sealed: bytes | None, now: int) -> bool:
    """Takes a free seat, atomically: of any number at once exactly one gets True."""
    raise NotImplementedError


async def set_name(tx: Tx, room: str, seat: Seat, name_sealed: bytes) -> None:
    raise NotImplementedError


async def set_secret(tx: Tx, room: str, seat: Seat, secret_hash: bytes) -> None:
    """A new personal link; the old one opens nothing from now on."""
    raise NotImplementedError


async def add_cookie(tx: Tx, room: str, seat: Seat, *, token_hash: bytes, how: How, now: int) -> None:
    raise NotImplementedError


async def holder(tx: Tx, room: str, token_hash: bytes, now: int) -> Seat | None:
    """The seat this cookie holds in this room (not older than COOKIE_DAYS). Works in a read transaction."""
    raise NotImplementedError


async def touch_cookie(tx: Tx, room: str, token_hash: bytes, now: int) -> None:
    """Notes that the cookie was used; it lives COOKIE_DAYS from then."""
    raise NotImplementedError


async def forget_cookie(tx: Tx, room: str, token_hash: bytes) -> None:
    raise NotImplementedError


async def forget_cookies(tx: Tx, room: str, seat: Seat, *, but: bytes | None = None) -> int:
    """All browsers but one lose the seat; how many."""
    raise NotImplementedError


async def add_key(tx: Tx, room: str, seat: Seat, key: str, spki: bytes, now: int) -> None:
    """Registers a signing key. The same key again is no error; the same id with another key or seat raises
    `key_id_taken`."""
    raise NotImplementedError


async def key(tx: Tx, room: str, key: str) -> SeatKey | None:
    raise NotImplementedError
