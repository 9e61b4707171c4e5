"""Promises only ever become shorter, and the pair is told."""

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, func, insert, select, update

from server.domain import retention as rules
from server.domain.values import Seat
from server.errors import VisavisError
from server.store import notices, rows, tables
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

    @property
    def rules(self) -> rules.Policy:
        return rules.Policy(self.days, self.longest_days)


class Shortened(Struct, frozen=True):
    """What a change did."""

    rooms: tuple[str, ...]
    """Rooms whose promise became shorter: call `Hub.policy_changed` for each."""
    recordings: int
    """Recordings whose day came nearer."""


async def policy(tx: Tx) -> Policy:
    policies = tables.policies
    found = await tx.execute(select(policies).order_by(policies.c.id.desc()).limit(1))
    return rows.one(found.one_or_none(), Policy) or Policy(DEFAULT_DAYS, DEFAULT_LONGEST_DAYS, 0)


async def set_policy(tx: Tx, *, days: int, longest_days: int, now: int) -> Shortened:
    """Holds for recordings to come. Where `longest_days` is below what was promised, rooms and their recordings are
    shortened to it, with the notice `retention_shortened_by_admin`. Wake the janitor afterwards.
    Raises `bad_retention` (not 1 <= days <= longest_days <= 3650)."""
    rules.check_policy(days, longest_days)
    await tx.execute(insert(tables.policies).values(days=days, longest_days=longest_days, from_ms=now))
    rooms, recordings = tables.rooms, tables.recordings
    too_long = recordings.c.retention_days > longest_days
    per_room = (
        select(recordings.c.room, func.count().label("many")).where(too_long, _promised()).group_by(recordings.c.room)
    )
    touched: dict[str, int] = {row.room: row.many for row in await tx.execute(per_room)}
    await _shorten_recordings(tx, too_long, longest_days)
    # A room that chose for itself keeps its choice as far as it is allowed; one that never chose follows the offer.
    for chosen, most in ((~rooms.c.retention_follows, longest_days), (rooms.c.retention_follows, days)):
        longer = and_(chosen, rooms.c.retention_days > most)
        for room in (await tx.execute(select(rooms.c.id).where(longer))).scalars():
            touched.setdefault(room, 0)
        await tx.execute(update(rooms).where(longer).values(retention_days=most))
    for room, count in touched.items():
        now_days = (await tx.execute(select(rooms.c.retention_days).where(rooms.c.id == room))).scalar_one()
        told = {"days": now_days, "longest_days": longest_days, "recordings": count}
        await notices.add(tx, room, "retention_shortened_by_admin", told, now)
    return Shortened(tuple(touched), sum(touched.values()))


async def shorten_room(tx: Tx, room: str, *, days: int, by: Seat, now: int) -> Shortened:
    """By either of the pair: for the recordings there are and those to come, with the notice `retention_shortened`.
    Wake the janitor afterwards. Raises `retention_only_shorter`, `bad_retention`, `no_such_room`."""
    rooms, recordings = tables.rooms, tables.recordings
    promised = (await tx.execute(select(rooms.c.retention_days).where(rooms.c.id == room))).scalar_one_or_none()
    if promised is None:
        raise VisavisError("no_such_room", "there is no such room", 404)
    rules.shorten(promised, days)
    await tx.execute(update(rooms).where(rooms.c.id == room).values(retention_days=days, retention_follows=False))
    theirs = and_(recordings.c.room == room, recordings.c.retention_days > days)
    count = await _shorten_recordings(tx, theirs, days)
    if days < promised or count:
        told = {"days": days, "recordings": count}
        await notices.add(tx, room, "retention_shortened", told, now, seen_by=by)
    return Shortened((room,), count)


def _promised() -> ColumnElement[bool]:
    """Recordings that are there or being made."""
    return tables.recordings.c.state.in_(("recording", "kept"))


async def _shorten_recordings(tx: Tx, which: ColumnElement[bool], days: int) -> int:
    """`rules.shortened_due` as one statement: the day comes nearer or stays."""
    recordings = tables.recordings
    nearer = recordings.c.ended_ms + days * rules.DAY_MS
    due = case((recordings.c.due_ms > nearer, nearer), else_=recordings.c.due_ms)
    done = await tx.execute(update(recordings).where(which, _promised()).values(retention_days=days, due_ms=due))
    return done.rowcount
