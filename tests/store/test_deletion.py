import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from server.domain.values import Seat
from server.errors import VisavisError
from server.ids import new_id
from server.store import audit, places, recordings
from server.store.deletion import STEPS, Measured, finish_deletions, recover
from server.store.recordings import Part, PartState, Recording, State
from tests.store.given import (
    DAY,
    NOW,
    Interrupted,
    Store,
    a_kept_recording,
    a_room,
    a_running_recording,
    a_store,
    an_open_part,
    look_up,
)

LATER = NOW + 3 * DAY


async def nothing_there(_part: Part) -> Measured | None:
    return None


async def deleted_wholly(store: Store, was: Recording) -> None:
    row = await look_up(store, was.id)
    assert (row.state, row.cause, row.deleted_by, row.size) == (State.DELETED, "erased", Seat.MENTEE, 0)
    assert row.deleted_ms == NOW
    assert not recordings.readable(row, NOW)
    assert await store.shred.get(was.id) is None
    assert not places.recording_dir(store.data_dir, was.id).exists()
    async with store.database.read() as tx:
        assert {(part.wrapped_key, part.checkpoint) for part in await recordings.parts(tx, was.id)} == {(b"", None)}
        lines = [line for line in await audit.latest(tx) if line.action == "recording_erased"]
        assert await audit.verify(tx) is None
    assert [(line.by, line.room, line.recording) for line in lines] == [("mentee", was.room, was.id)]
    assert (lines[0].numbers["parts"], lines[0].numbers["size"]) == (2, 2000)


async def test_key_first_then_bytes(store: Store) -> None:
    kept, other = [await a_kept_recording(store, await a_room(store)) for _ in range(2)]
    await store.deletion.delete(kept.id, cause="erased", by=Seat.MENTEE, now=NOW)
    assert store.steps == [(step, kept.id) for step in STEPS]
    assert store.dropped == [kept.id]
    await deleted_wholly(store, kept)
    assert await look_up(store, other.id) == other
    assert len(list(places.recording_dir(store.data_dir, other.id).iterdir())) == 2


@pytest.mark.parametrize("step", STEPS)
async def test_interrupted_after_any_step_boot_goes_on(tmp_path: Path, step: str) -> None:
    async with a_store(tmp_path) as store:
        kept, other = [await a_kept_recording(store, await a_room(store)) for _ in range(2)]
        store.fail_after = step
        with pytest.raises(Interrupted):
            await store.deletion.delete(kept.id, cause="erased", by=Seat.MENTEE, now=NOW)
        assert not recordings.readable(await look_up(store, kept.id), NOW)
    async with a_store(tmp_path) as store:
        assert not recordings.readable(await look_up(store, kept.id), NOW)
        assert await recover(store.database, store.shred, store.deletion, nothing_there, LATER) == []
        await deleted_wholly(store, kept)
        assert await look_up(store, other.id) == other
        assert await store.shred.get(other.id) is not None


REFUSE_MARKS = "CREATE TRIGGER full BEFORE UPDATE ON recordings BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
REFUSE_SHREDDING = "CREATE TRIGGER full BEFORE DELETE ON shred_keys BEGIN SELECT RAISE(FAIL, 'disk is full'); END"


def directories(store: Store) -> list[str]:
    return [path.name for path in places.parts_root(store.data_dir).iterdir()]


def files_of(store: Store) -> list[str]:
    return [path.parent.name for path in store.data_dir.rglob("*.vrec")]


async def test_what_cannot_be_noted_is_destroyed_and_not_forgotten(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept, other = [await a_kept_recording(store, await a_room(store)) for _ in range(2)]
        async with store.database.write() as tx:
            await tx.execute(text(REFUSE_MARKS))
        for _ in range(2):  # as the room's worker does: again, until it is done or the server goes down
            with pytest.raises(DBAPIError):
                await store.deletion.delete(kept.id, cause="erased", by=Seat.MENTEE, now=NOW)
        assert kept.id in store.dropped
        assert files_of(store) == [other.id] * 2
        assert (await look_up(store, kept.id)).state is State.KEPT  # the row could not be told
        async with store.database.write() as tx:
            await tx.execute(text("DROP TRIGGER full"))
    async with a_store(tmp_path) as store:
        await recover(store.database, store.shred, store.deletion, nothing_there, NOW)
        await deleted_wholly(store, kept)
        assert directories(store) == [other.id]
        assert await look_up(store, other.id) == other


async def test_freed_room_is_enough_to_note_it(store: Store) -> None:
    kept = await a_kept_recording(store, await a_room(store))
    mark, tries = store.deletion.mark, list[int]()

    async def full_once(*args: Any, **more: Any) -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database or disk is full"))
        return await mark(*args, **more)

    store.deletion.mark = full_once  # type: ignore[method-assign]
    await store.deletion.delete(kept.id, cause="erased", by=Seat.MENTEE, now=NOW)
    await deleted_wholly(store, kept)
    assert directories(store) == []


async def test_a_key_that_cannot_be_shredded_keeps_no_bytes_and_no_other_deletion(store: Store) -> None:
    kept, other = [await a_kept_recording(store, await a_room(store)) for _ in range(2)]
    await store.shred._connection.execute_fetchall(REFUSE_SHREDDING)
    with pytest.raises(sqlite3.Error):
        await store.deletion.delete(kept.id, cause="erased", by=Seat.MENTEE, now=NOW)
    assert not places.recording_dir(store.data_dir, kept.id).exists()
    assert not recordings.readable(await look_up(store, kept.id), NOW)
    assert await store.deletion.mark(other.id, cause="deleted", by=Seat.MENTOR, now=NOW)
    assert await finish_deletions(store.database, store.deletion, NOW) == 0
    await store.shred._connection.execute_fetchall("DROP TRIGGER full")
    assert await finish_deletions(store.database, store.deletion, NOW) == 2
    await deleted_wholly(store, kept)


async def test_twice_is_once(store: Store) -> None:
    kept = await a_kept_recording(store, await a_room(store))
    await store.deletion.delete(kept.id, cause="erased", by=Seat.MENTEE, now=NOW)
    await store.deletion.delete(kept.id, cause="deleted", by=Seat.MENTOR, now=LATER)
    assert not await store.deletion.mark(kept.id, cause="due", by=None, now=LATER)
    await deleted_wholly(store, kept)
    with pytest.raises(VisavisError, match="no_such_recording"):
        await store.deletion.delete(new_id(), cause="deleted", by=None, now=NOW)


async def test_only_what_is_marked_is_destroyed(store: Store) -> None:
    kept = await a_kept_recording(store, await a_room(store))
    await store.deletion.run(kept.id, NOW)
    assert await look_up(store, kept.id) == kept
    assert store.steps == []


async def test_a_file_that_cannot_be_removed_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await a_kept_recording(store, await a_room(store))
    with monkeypatch.context() as broken:

        def refuse(_self: Path, missing_ok: bool = False) -> None:
            raise PermissionError

        broken.setattr(Path, "unlink", refuse)
        with pytest.raises(PermissionError):
            await store.deletion.delete(kept.id, cause="erased", by=Seat.MENTEE, now=NOW)
        assert await recover(store.database, store.shred, store.deletion, nothing_there, NOW) == []
    assert (await look_up(store, kept.id)).state is State.DELETING
    assert await store.shred.get(kept.id) is None
    await recover(store.database, store.shred, store.deletion, nothing_there, LATER)
    await deleted_wholly(store, kept)


async def test_left_recording_by_a_dead_process_it_is_kept_as_interrupted(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        recording = await a_running_recording(store, await a_room(store), days=3)
        first = await an_open_part(store, recording, Seat.MENTOR, started_ms=NOW)
        second = await an_open_part(store, recording, Seat.MENTEE, started_ms=NOW + 500, offset_ms=500)
        async with store.database.write() as tx:
            await recordings.checkpoint_part(tx, first, length_ms=5000, size=700, checkpoint=b"mac")
    measured: list[str] = []

    async def measure(part: Part) -> Measured | None:
        measured.append(part.id)
        return Measured(length_ms=8000, size=900) if part.id == first else Measured(9000, 400, lost=True)

    async with a_store(tmp_path) as store:
        assert await recover(store.database, store.shred, store.deletion, measure, LATER) == [recording]
        row = await look_up(store, recording)
        assert (row.state, row.reason, row.interrupted) == (State.KEPT, "server_restarted", True)
        assert (row.length_ms, row.ended_ms, row.size) == (9500, NOW + 9500, 1300)
        assert row.due_ms == NOW + 9500 + 3 * DAY
        async with store.database.read() as tx:
            assert {part.state for part in await recordings.parts(tx, recording)} == {PartState.INTERRUPTED}
            lines = {line.action: line.numbers for line in await audit.latest(tx)}
        assert lines == {
            "recording_interrupted": {"length_ms": 9500},
            "part_lost": {"promised": 0, "found": 400},
        }
        assert sorted(measured) == sorted([first, second])
        assert await store.shred.get(recording) is not None
        assert len(list(places.recording_dir(store.data_dir, recording).iterdir())) == 2


async def test_left_recording_with_nothing_in_it_it_is_deleted(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        recording = await a_running_recording(store, await a_room(store))
        await an_open_part(store, recording)
    async with a_store(tmp_path) as store:
        await recover(store.database, store.shred, store.deletion, nothing_there, LATER)
        row = await look_up(store, recording)
        assert (row.state, row.cause) == (State.DELETED, "empty")
        assert await store.shred.ids() == []
        assert directories(store) == []


async def test_what_no_row_knows_is_removed_at_boot(store: Store) -> None:
    kept = await a_kept_recording(store, await a_room(store))
    keyless_row, stray = new_id(), new_id()
    await store.shred.put(keyless_row, b"a key without a recording", NOW)
    for path in (
        places.part_path(store.data_dir, stray, new_id()),
        places.part_path(store.data_dir, kept.id, new_id()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"bytes that no row knows")
    not_ours = places.parts_root(store.data_dir) / "lost+found"
    not_ours.mkdir()
    await recover(store.database, store.shred, store.deletion, nothing_there, NOW)
    assert await store.shred.ids() == [kept.id]
    assert sorted(path.name for path in places.parts_root(store.data_dir).iterdir()) == sorted([kept.id, "lost+found"])
    assert len(list(places.recording_dir(store.data_dir, kept.id).iterdir())) == 2
    async with store.database.read() as tx:
        assert [line.action for line in await audit.latest(tx)] == ["orphan_files_removed"] * 2


@pytest.mark.parametrize("name", ["..", "../../etc", "A" * 16, "", "a" * 15, "a" * 16 + "\n"])
def test_no_path_leaves_the_data_directory(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not an id"):
        places.recording_dir(tmp_path, name)
    with pytest.raises(ValueError, match="not an id"):
        places.part_path(tmp_path, "a" * 16, name)
