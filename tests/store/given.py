"""What most tests of the store begin with: real files in a directory of their own, a room, a kept recording."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.domain.retention import DAY_MS
from server.domain.values import Seat
from server.ids import new_id
from server.store import places, recordings, rooms
from server.store.database import Database
from server.store.deletion import Deletion
from server.store.shred import ShredKeys
from tests.laid_out import lay_out

NOW = 1_800_000_000_000
MINUTE = 60_000
DAY = DAY_MS
KEYS = rooms.RoomKeys(
    password_offered=True,
    argon2_passes=2,
    argon2_memory_kib=19456,
    argon2_lanes=1,
    argon2_salt=b"s" * 16,
    public_key=b"p" * 32,
    mk_id="m" * 16,
    secret_sealed=b"sealed secret",
)


@dataclass
class Store:
    """A whole store, opened."""

    database: Database
    shred: ShredKeys
    deletion: Deletion
    dropped: list[str] = field(default_factory=list)
    """Recordings whose readers were told to let go."""
    steps: list[tuple[str, str]] = field(default_factory=list)
    fail_after: str | None = None
    """Deletion breaks off after this step."""
    on_deleted: Callable[[str], None] = lambda _recording: None

    @property
    def data_dir(self) -> Path:
        return self.database.data_dir


class Interrupted(Exception):  # noqa: N818 - what the test itself throws into the works
    pass


@asynccontextmanager
async def a_store(data_dir: Path) -> AsyncIterator[Store]:
    await lay_out(data_dir)
    database, shred = await Database.open(data_dir), await ShredKeys.open(data_dir)
    dropped: list[str] = []

    def after(step: str, recording: str) -> None:
        store.steps.append((step, recording))
        if step == store.fail_after:
            raise Interrupted(step)
        if step == "deleted":
            store.on_deleted(recording)

    store = Store(database, shred, Deletion(database, shred, dropped.append, after), dropped)
    try:
        yield store
    finally:
        await shred.close()
        await database.close()


async def a_room(store: Store, *, days: int | None = 30, creator: str = "mentor", now: int = NOW) -> str:
    room = new_id()
    async with store.database.write() as tx:
        await rooms.create(
            tx,
            room,
            title_sealed=b"sealed title",
            creator=creator,
            retention_days=days,
            downloads=True,
            keys=KEYS,
            now=now,
        )
    return room


async def a_running_recording(store: Store, room: str, *, days: int = 30, now: int = NOW) -> str:
    recording, meeting = new_id(), new_id()
    await store.shred.put(recording, b"sealed shred key of " + recording.encode(), now)
    async with store.database.write() as tx:
        await recordings.begin_meeting(tx, meeting, room, now)
        await recordings.create(tx, recording, room=room, meeting=meeting, retention_days=days, downloads=True, now=now)
        await recordings.open_run(tx, recording, 1, now)
    return recording


async def an_open_part(
    store: Store, recording: str, seat: Seat = Seat.MENTOR, *, run: int = 1, started_ms: int = NOW, offset_ms: int = 0
) -> str:
    """A part with its row and a file that holds bytes."""
    part = new_id()
    async with store.database.write() as tx:
        await recordings.open_part(
            tx,
            part,
            recording=recording,
            seat=seat,
            run=run,
            started_ms=started_ms,
            offset_ms=offset_ms,
            video=True,
            wrapped_key=b"wrapped " + part.encode(),
        )
    path = places.part_path(store.data_dir, recording, part)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"sealed bytes of " + part.encode())
    return part


async def a_kept_recording(
    store: Store, room: str, *, days: int = 30, length_ms: int = 14 * MINUTE, now: int = NOW
) -> recordings.Recording:
    """One run from `now` on, both seats, `length_ms` long."""
    recording = await a_running_recording(store, room, days=days, now=now)
    for seat in Seat:
        part = await an_open_part(store, recording, seat, started_ms=now)
        async with store.database.write() as tx:
            await recordings.finish_part(tx, part, offset_ms=0, length_ms=length_ms, size=1000)
    async with store.database.write() as tx:
        await recordings.close_run(tx, recording, 1, length_ms=length_ms, now=now + length_ms)
        return await recordings.finish(tx, recording, reason="withdrawn", now=now + length_ms)


async def look_up(store: Store, recording: str) -> recordings.Recording:
    async with store.database.read() as tx:
        row = await recordings.get(tx, recording)
    assert row is not None
    return row
