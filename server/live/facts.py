"""What a live room knows from the store: title, names, promises, keys."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from server.crypto import keys
from server.domain.values import Seat
from server.live.services import Services
from server.store import notices, recordings, retention, rooms, seats
from server.store.database import Tx


@dataclass(frozen=True)
class RoomFacts:
    """Read anew after every change in the store; never changed in memory."""

    room: str
    title: str
    names: Mapping[Seat, str | None]
    """None: nobody has claimed the seat. Empty: claimed by a creator who has not come yet."""
    retention_days: int
    downloads: bool
    may_not_record: str | None
    public_key: bytes
    notices: Mapping[Seat, tuple[str, ...]]
    """What each of the two has not been told yet."""


def title_of(services: Services, room: rooms.Room) -> str:
    return keys.open_text(services.masters, room.id, "title", room.title_sealed)


def name_of(services: Services, room: str, row: seats.SeatRow | None) -> str | None:
    """As in `RoomFacts.names`."""
    if row is None or row.claimed_ms is None:
        return None
    if row.name_sealed is None:
        return ""
    return keys.open_text(services.masters, room, f"name.{row.seat}", row.name_sealed)


async def load(services: Services, room_id: str) -> RoomFacts | None:
    """None: there is no such room."""
    async with services.database.read() as tx:
        room = await rooms.get(tx, room_id)
        if room is None:
            return None
        rows = await seats.both(tx, room_id)
        policy = await retention.policy(tx)
        told = {seat: await notices.of_room(tx, room_id, unseen_by=seat) for seat in Seat}
        obstacle = None if room.password_is_pairs else "password_not_yours"
        obstacle = obstacle or await full(services, tx, room_id)
    return RoomFacts(
        room=room_id,
        title=title_of(services, room),
        names={seat: name_of(services, room_id, rows.get(seat)) for seat in Seat},
        retention_days=min(room.retention_days, policy.longest_days),
        downloads=room.downloads,
        may_not_record=obstacle,
        public_key=room.keys.public_key,
        notices={seat: tuple(dict.fromkeys(notice.code for notice in told[seat])) for seat in Seat},
    )


async def days(tx: Tx, room: str) -> int:
    """The promise for a recording that begins now: a shorter one may have been stored a moment ago."""
    row, policy = await rooms.get(tx, room), await retention.policy(tx)
    return policy.longest_days if row is None else min(row.retention_days, policy.longest_days)


async def full(services: Services, tx: Tx, room: str) -> str | None:
    """`disk_limit` when what the room or the server may keep is used up, `disk_full` when the disk nearly is."""
    usage = await recordings.usage(tx, room)
    limits = services.limits
    if usage.room_bytes >= limits.room_bytes or usage.server_bytes >= limits.server_bytes:
        return "disk_limit"
    if shutil.disk_usage(services.database.data_dir).free < limits.min_free_bytes:
        return "disk_full"
    return None
