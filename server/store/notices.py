"""What a pair must be told once, each of the two by themselves."""

from typing import Any

from msgspec import Struct

from server.domain.messages import Seat
from server.store.database import Tx


class Notice(Struct, frozen=True):
    id: int
    code: str
    """`retention_shortened`, `retention_shortened_by_admin`, `deletion_held`, …: words are in the catalogue."""
    params: dict[str, Any]
    """Numbers and ids for the words; never names."""
    at_ms: int
    seen: tuple[Seat, ...]


async def add(tx: Tx, room: str, code: str, params: dict[str, Any], now: int) -> None:
    raise NotImplementedError


async def of_room(tx: Tx, room: str, *, unseen_by: Seat | None = None) -> list[Notice]:
    """Oldest first; with `unseen_by` only what that seat has not put away."""
    raise NotImplementedError


async def seen(tx: Tx, room: str, notice: int, seat: Seat, now: int) -> None:
    raise NotImplementedError
