"""Recordings without a meeting: parts sealed as the recorder would, of bytes a test chooses."""

from dataclasses import dataclass

from server.crypto import keys
from server.domain.values import Seat
from server.handlers import keys as app_keys
from server.ids import new_id
from server.live.parts import PartFiles
from server.media.parts import PartInfo
from server.store import recordings, rooms
from tests.live.house import House


@dataclass(frozen=True)
class Made:
    id: str
    part: str
    data: bytes


async def make_recording(house: House, room: str, data: bytes, *, downloads: bool = True, finish: bool = True) -> Made:
    """One run, one part of the mentor's, `data` in clusters of uneven lengths, a second each."""
    services, now = house.hub.services, house.clock.now_ms()
    recording, meeting, shred = new_id(), new_id(), keys.new_shred_key()
    await services.shred.put(recording, keys.seal_shred_key(services.masters, room, recording, shred), now)
    async with house.app[app_keys.DATABASE].write() as tx:
        row = await rooms.get(tx, room)
        assert row is not None
        await recordings.begin_meeting(tx, meeting, room, now)
        await recordings.create(
            tx, recording, room=room, meeting=meeting, retention_days=30, downloads=downloads, now=now
        )
        await recordings.open_run(tx, recording, 1, now)
    files = PartFiles(services, room, recording, row.keys.public_key, shred)
    sink = await files(Seat.MENTOR, PartInfo(recording, 1, Seat.MENTOR, now, 0, True))
    start, at_ms = 0, 0
    while start < len(data):
        length = 1 + (start * 7919 + 13) % 90_000
        await sink.write(data[start : start + length], at_ms)
        start, at_ms = start + length, at_ms + 1000
    await sink.sync()
    if finish:
        await sink.finish(at_ms)
        async with house.app[app_keys.DATABASE].write() as tx:
            await recordings.close_run(tx, recording, 1, length_ms=at_ms, now=now)
            await recordings.finish(tx, recording, reason="left", now=now)
    else:
        await sink.abort()
    return Made(recording, sink.part, data)
