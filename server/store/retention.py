"""Promises only ever become shorter, and the pair is told."""

from msgspec import Struct

from server.domain.messages import Seat
from server.store.database import Tx

DEFAULT_DAYS = 30
DEFAULT_LONGEST_DAYS = 365


class Policy(Struct, frozen=True):
    days: int
    """ "Keep recordings for": what a new room is offered."""
    longest_days: int
    """ "Longest a room may choose"."""
    from_ms: int
    """Since when it holds; 0 if the admin never set one."""


class Shortened(Struct, frozen=True):
    """What a change did."""

    rooms: tuple[str, ...]
    """Rooms whose promise became shorter: call `Hub.policy_changed` for each."""
    recordings: int
    """Recordings whose day came nearer."""


async def policy(tx: Tx) -> Policy:
    raise NotImplementedError


async def set_policy(tx: Tx, *, days: int, longest_days: int, now: int) -> Shortened:
    """Holds for recordings to come. Where `longest_days` is below what was promised, rooms and their recordings are
    shortened to it, with the notice `retention_shortened_by_admin`. Wake the janitor afterwards.
    Raises `bad_retention` (not 1 <= days <= longest_days <= 3650)."""
    raise NotImplementedError


async def shorten_room(tx: Tx, room: str, *, days: int, by: Seat, now: int) -> Shortened:
    """By either of the pair: for the recordings there are and those to come, with the notice `retention_shortened`.
    Wake the janitor afterwards. Raises `retention_not_shorter`, `bad_retention`, `no_such_room`."""
    raise NotImplementedError
