"""Sessions: a browser that has proved the room's password, for 12 hours."""

from msgspec import Struct

from server.store.database import Tx

SESSION_MS = 12 * 3600 * 1000


class Session(Struct, frozen=True):
    token_hash: bytes
    room: str
    created_ms: int
    expires_ms: int
    secret_wrapped: bytes
    """The room's secret key under the token and a subkey of the master key, as `crypto.keys` made it."""


async def add(tx: Tx, room: str, *, token_hash: bytes, secret_wrapped: bytes, now: int) -> Session:
    raise NotImplementedError


async def get(tx: Tx, room: str, token_hash: bytes, now: int) -> Session | None:
    """The live session, or None (unknown, expired, of another room)."""
    raise NotImplementedError


async def end(tx: Tx, room: str, token_hash: bytes) -> None:
    raise NotImplementedError


async def end_all_but(tx: Tx, room: str, token_hash: bytes | None) -> int:
    """Ends the room's sessions except one (after a change of password); how many."""
    raise NotImplementedError


async def replace_wrap(tx: Tx, room: str, token_hash: bytes, secret_wrapped: bytes) -> None:
    raise NotImplementedError


async def sweep(tx: Tx, now: int) -> int:
    """Removes expired sessions, seat cookies, admin sessions and links."""
    raise NotImplementedError
