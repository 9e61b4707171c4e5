"""The audit log: what was done, hash-chained, in ids and numbers, never a name, a title or a word."""

from msgspec import Struct

from server.domain.messages import Seat
from server.store.database import Tx


class Line(Struct, frozen=True):
    n: int
    at_ms: int
    action: str
    """`room_created`, `recording_deleted`, `retention_set`, `admin_signed_in`, …"""
    by: str
    """`mentor`, `mentee`, `admin`, `server`, `stranger`."""
    room: str | None
    recording: str | None
    numbers: dict[str, int]
    previous: str
    hash: str


async def append(
    tx: Tx,
    action: str,
    *,
    now: int,
    by: str | Seat = "server",
    room: str | None = None,
    recording: str | None = None,
    **numbers: int,
) -> None:
    raise NotImplementedError


async def latest(tx: Tx, limit: int = 100) -> list[Line]:
    """Newest first."""
    raise NotImplementedError


async def verify(tx: Tx) -> int | None:
    """None if the chain is whole, else the number of the first line that does not fit."""
    raise NotImplementedError
