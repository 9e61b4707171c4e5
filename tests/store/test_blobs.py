"""Blobs on the disk: what a crash leaves behind, what is destroyed, and that nothing of it opens."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text, update

from server.crypto import content, journals, keys
from server.crypto.master import MasterKeys
from server.domain.values import Seat
from server.errors import VisavisError
from server.ids import new_id
from server.store import blobs, places, tables
from server.store.blobs import Blob, Blobs, State
from tests.store.given import NOW, Store, a_room

KEY = content.new_key()
DATA = bytes(range(256)) * 1000


async def pieces(data: bytes = DATA, size: int = 50_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.fixture
def masters() -> MasterKeys:
    return MasterKeys.new()


@pytest.fixture
def kept(store: Store, masters: MasterKeys) -> Blobs:
    return Blobs(store.database, store.shred, masters)


async def put(kept: Blobs, room: str, data: bytes = DATA, seat: Seat = Seat.MENTOR) -> Blob:
    return await kept.put(room, seat, KEY, len(data), pieces(data), NOW)


async def read(store: Store, kept: Blobs, blob: Blob, key: bytes = KEY) -> bytes:
    async with store.database.read() as tx:
        row = await blobs.get(tx, blob.room, blob.id)
    reader = await kept.open(row, key)
    try:
        return await reader.read(0, reader.size)
    finally:
        await kept.close(row, reader)


def files(store: Store) -> list[str]:
    return sorted(path.stem for path in (store.data_dir / "blobs").rglob("*") if path.is_file())


async def left(store: Store) -> tuple[int, int, int]:
    """Rows, keys, files."""
    async with store.database.read() as tx:
        rows = len((await tx.execute(select(tables.blobs.c.id))).all())
    return rows, len(await store.shred.all_things(blobs.KIND)), len(files(store))


async def test_what_is_put_is_read_again_after_a_restart(store: Store, kept: Blobs, masters: MasterKeys) -> None:
    blob = await put(kept, await a_room(store))
    later = Blobs(store.database, store.shred, masters)
    assert await later.recover() == 0
    assert await read(store, later, blob) == DATA


async def test_other_keys_do_not_open_it(store: Store, kept: Blobs) -> None:
    blob = await put(kept, await a_room(store))
    with pytest.raises(VisavisError, match="wrong_key"):
        await read(store, kept, blob, content.new_key())
    stranger = Blobs(store.database, store.shred, MasterKeys.new())
    with pytest.raises(VisavisError, match="wrong_master_key"):
        await read(store, stranger, blob)


@pytest.mark.parametrize("length", [len(DATA) - 1, len(DATA) + 1])
async def test_a_body_of_another_length_leaves_nothing(store: Store, kept: Blobs, length: int) -> None:
    with pytest.raises(VisavisError, match="bad_body"):
        await kept.put(await a_room(store), Seat.MENTOR, KEY, length, pieces(), NOW)
    assert await left(store) == (0, 0, 0)


async def test_a_body_that_breaks_off_leaves_nothing(store: Store, kept: Blobs) -> None:
    room, begun, over = await a_room(store), asyncio.Event(), asyncio.Event()

    async def lost() -> AsyncIterator[bytes]:
        yield DATA[:70_000]
        raise ConnectionResetError

    async def slow() -> AsyncIterator[bytes]:
        yield DATA[:70_000]
        begun.set()
        await over.wait()

    with pytest.raises(ConnectionResetError):
        await kept.put(room, Seat.MENTOR, KEY, len(DATA), lost(), NOW)
    assert await left(store) == (0, 0, 0)
    putting = asyncio.create_task(kept.put(room, Seat.MENTOR, KEY, len(DATA), slow(), NOW))
    await begun.wait()
    assert await left(store) == (1, 1, 1)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    await kept.settled()
    assert await left(store) == (0, 0, 0)


async def test_a_seat_holds_so_many(store: Store, kept: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "SEAT_BLOBS", 2)
    room = await a_room(store)
    for _ in range(2):
        await put(kept, room, b"x")
    with pytest.raises(VisavisError, match="blobs_full"):
        await put(kept, room, b"x")
    await put(kept, room, b"x", seat=Seat.MENTEE)
    await put(kept, await a_room(store), b"x")


@pytest.mark.parametrize("state", [State.COMING, State.GOING])
async def test_boot_takes_away_what_was_coming_or_going(store: Store, kept: Blobs, state: State) -> None:
    room = await a_room(store)
    broken, whole = await put(kept, room), await put(kept, room)
    async with store.database.write() as tx:
        await tx.execute(update(tables.blobs).where(tables.blobs.c.id == broken.id).values(state=state))
    with pytest.raises(VisavisError, match="no_such_blob"):
        await read(store, kept, broken)
    assert await kept.recover() == 1
    assert await left(store) == (1, 1, 1)
    assert await read(store, kept, whole) == DATA


@pytest.mark.parametrize("gone", ["key", "file", "row"])
async def test_boot_goes_on_wherever_a_deletion_stopped(store: Store, kept: Blobs, gone: str) -> None:
    room = await a_room(store)
    blob = await put(kept, room)
    async with store.database.write() as tx:
        await tx.execute(update(tables.blobs).where(tables.blobs.c.id == blob.id).values(state=State.GOING))
        if gone == "row":
            await tx.execute(text("DELETE FROM blobs"))
    if gone == "key":
        await store.shred.destroy_things(room, blobs.KIND, [blob.id])
    if gone == "file":
        places.blob_path(store.data_dir, room, blob.id).unlink()
    assert await kept.recover() == 1
    assert await left(store) == (0, 0, 0)


async def test_boot_removes_what_has_no_row_and_leaves_other_things_keys(store: Store, kept: Blobs) -> None:
    room, stray, log = await a_room(store), new_id(), new_id()
    whole = await put(kept, room)
    await store.shred.put_things(room, blobs.KIND, {stray: b"sealed"}, NOW)
    await store.shred.put_things(room, "log", {log: b"sealed"}, NOW)
    places.blob_path(store.data_dir, room, new_id()).write_bytes(b"stray")
    assert await kept.recover() == 2
    assert await left(store) == (1, 1, 1)
    assert list(await store.shred.things(room, "log")) == [log]
    assert await read(store, kept, whole) == DATA


async def test_what_was_deleted_opens_with_no_key(store: Store, kept: Blobs, masters: MasterKeys) -> None:
    room = await a_room(store)
    blob = await put(kept, room)
    sealed = (await store.shred.things(room, blobs.KIND))[blob.id]
    file = places.blob_path(store.data_dir, room, blob.id).read_bytes()
    await kept.delete(blob)
    assert await left(store) == (0, 0, 0)
    on_disk = [path.read_bytes() for path in store.data_dir.glob("keys.db*")]
    assert not any(sealed in raw for raw in on_disk)
    # somebody kept the file, the row and every other key: another shred key does not do
    with pytest.raises(VisavisError, match="wrong_key"):
        content.unwrap_data_key(KEY, keys.new_shred_key(), room, blob.id, blob.wrapped_key)
    shred = journals.open_thing_shred(masters, room, blobs.KIND, blob.id, sealed)
    assert len(content.unwrap_data_key(KEY, shred, room, blob.id, blob.wrapped_key)) == 32
    assert DATA[:64] not in file


async def test_a_blob_that_is_deleted_is_not_read_on(store: Store, kept: Blobs) -> None:
    blob = await put(kept, await a_room(store))
    reader = await kept.open(blob, KEY)
    assert await reader.read(0, 10) == DATA[:10]
    await kept.delete(blob)
    with pytest.raises(VisavisError, match="no_such_part"):
        await reader.read(10, 20)
    await kept.close(blob, reader)
