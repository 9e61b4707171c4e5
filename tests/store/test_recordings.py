import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import recordings, settings
from server.store.figures import select_due
from server.store.recordings import Counts, Download, PartState, State, Usage
from tests.store.given import (
    DAY,
    MINUTE,
    NOW,
    Store,
    a_kept_recording,
    a_room,
    a_running_recording,
    an_open_part,
    look_up,
)


async def test_kept_and_due_days_after_the_end_of_the_last_part(store: Store) -> None:
    kept = await a_kept_recording(store, await a_room(store), days=7, length_ms=14 * MINUTE)
    assert kept == await look_up(store, kept.id)
    assert (kept.state, kept.reason, kept.interrupted) == (State.KEPT, "withdrawn", False)
    assert (kept.started_ms, kept.ended_ms, kept.length_ms) == (NOW, NOW + 14 * MINUTE, 14 * MINUTE)
    assert kept.due_ms == NOW + 14 * MINUTE + 7 * DAY
    assert kept.size == 2000


async def test_the_last_part_counts_not_the_moment_it_was_closed(store: Store) -> None:
    recording = await a_running_recording(store, await a_room(store), days=1)
    early = await an_open_part(store, recording, Seat.MENTOR, started_ms=NOW)
    late = await an_open_part(store, recording, Seat.MENTEE, started_ms=NOW + 3000, offset_ms=3000)
    async with store.database.write() as tx:
        await recordings.finish_part(tx, early, offset_ms=0, length_ms=4000, size=10)
        await recordings.finish_part(tx, late, offset_ms=3000, length_ms=9000, size=10)
        await recordings.close_run(tx, recording, 1, length_ms=12_000, now=NOW + 20_000)
        kept = await recordings.finish(tx, recording, reason="left", now=NOW + DAY)
    assert kept.due_ms == NOW + 12_000 + DAY


async def test_readable_only_while_kept_and_not_due(store: Store) -> None:
    room = await a_room(store)
    running = await look_up(store, await a_running_recording(store, room))
    kept = await a_kept_recording(store, room, days=1)
    assert kept.due_ms is not None
    assert not recordings.readable(running, NOW)
    assert recordings.readable(kept, kept.due_ms - 1)
    assert not recordings.readable(kept, kept.due_ms)
    await store.deletion.mark(kept.id, cause="deleted", by=Seat.MENTOR, now=NOW)
    assert not recordings.readable(await look_up(store, kept.id), NOW)


async def test_runs_lie_end_to_end(store: Store) -> None:
    recording = await a_running_recording(store, await a_room(store))
    async with store.database.write() as tx:
        await recordings.close_run(tx, recording, 1, length_ms=5000, now=NOW + 5000)
        second = await recordings.open_run(tx, recording, 2, NOW + 60_000)
        await recordings.close_run(tx, recording, 2, length_ms=7000, now=NOW + 67_000)
        third = await recordings.open_run(tx, recording, 3, NOW + 90_000)
        assert [run.run for run in await recordings.runs(tx, recording)] == [1, 2, 3]
    assert (second.offset_ms, third.offset_ms) == (5000, 12_000)


async def test_what_was_left_open_is_closed_with_what_is_known(store: Store) -> None:
    recording = await a_running_recording(store, await a_room(store))
    part = await an_open_part(store, recording, started_ms=NOW + 100, offset_ms=100)
    async with store.database.write() as tx:
        await recordings.checkpoint_part(tx, part, length_ms=5000, size=700, checkpoint=b"mac")
        kept = await recordings.finish(tx, recording, reason="write_failed", now=NOW + 9000)
        [row] = await recordings.parts(tx, recording)
        [run] = await recordings.runs(tx, recording)
    assert kept.interrupted
    assert (kept.length_ms, kept.ended_ms, run.length_ms, run.closed_ms) == (5100, NOW + 5100, 5100, NOW + 9000)
    assert (row.state, row.checkpoint, row.size) == (PartState.INTERRUPTED, b"mac", 700)


async def test_without_anything_recorded_it_is_to_be_deleted(store: Store) -> None:
    recording = await a_running_recording(store, await a_room(store))
    await an_open_part(store, recording)
    async with store.database.write() as tx:
        ended = await recordings.finish(tx, recording, reason="leg_timeout", now=NOW)
    assert ended == await look_up(store, recording)
    assert (ended.state, ended.cause, ended.due_ms) == (State.DELETING, "empty", None)
    await store.deletion.run(recording, NOW)
    assert (await look_up(store, recording)).state is State.DELETED


async def test_a_better_offset_may_come_later_but_an_interruption_stays(store: Store) -> None:
    recording = await a_running_recording(store, await a_room(store))
    whole, cut = [await an_open_part(store, recording, seat) for seat in Seat]
    async with store.database.write() as tx:
        await recordings.finish_part(tx, whole, offset_ms=0, length_ms=9000, size=500)
        await recordings.interrupt_part(tx, cut, length_ms=4000, size=200)
        for part in (whole, cut):
            await recordings.finish_part(tx, part, offset_ms=30, length_ms=8000, size=1)
        found = {part.id: part for part in await recordings.parts(tx, recording)}
    assert (found[whole].state, found[cut].state) == (PartState.FINISHED, PartState.INTERRUPTED)
    assert {(part.offset_ms, part.length_ms) for part in found.values()} == {(30, 8000)}
    assert (found[whole].size, found[cut].size, (await look_up(store, recording)).size) == (500, 200, 700)


async def test_nothing_is_added_to_a_recording_that_is_over(store: Store) -> None:
    kept = await a_kept_recording(store, await a_room(store))
    with pytest.raises(VisavisError, match="recording_not_running"):
        await an_open_part(store, kept.id)
    async with store.database.write() as tx:
        with pytest.raises(VisavisError, match="recording_not_running"):
            await recordings.open_run(tx, kept.id, 2, NOW)
        with pytest.raises(VisavisError, match="recording_not_running"):
            await recordings.finish(tx, kept.id, reason="left", now=NOW)


async def test_sizes_by_room_and_server(store: Store) -> None:
    room, other = await a_room(store), await a_room(store)
    gone = await a_kept_recording(store, room)
    await a_kept_recording(store, room)
    await a_kept_recording(store, other)
    running = await a_running_recording(store, room)
    part = await an_open_part(store, running)
    await store.deletion.delete(gone.id, cause="deleted", by=Seat.MENTEE, now=NOW)
    async with store.database.write() as tx:
        for size in (100, 300):
            await recordings.checkpoint_part(tx, part, length_ms=size, size=size, checkpoint=b"mac")
        assert await recordings.usage(tx, room) == Usage(room_bytes=2300, server_bytes=4300)


async def test_counts_for_the_admin(store: Store) -> None:
    room = await a_room(store)
    first = await a_kept_recording(store, room, days=9)
    second = await a_kept_recording(store, room, days=2, now=NOW + DAY)
    await a_running_recording(store, room)
    gone = await a_kept_recording(store, room)
    await store.deletion.delete(gone.id, cause="deleted", by=None, now=NOW)
    async with store.database.read() as tx:
        assert await recordings.counts(tx) == Counts(
            rooms=1,
            meetings=4,
            recordings_kept=2,
            recordings_running=1,
            recordings_deleted=1,
            size=4000,
            next_due_ms=second.due_ms,
            oldest_kept_ms=first.ended_ms,
        )


async def test_who_saved_a_copy(store: Store) -> None:
    room = await a_room(store)
    kept = await a_kept_recording(store, room)
    async with store.database.write() as tx:
        await recordings.note_download(tx, kept.id, "a" * 16, Seat.MENTEE, NOW)
        await recordings.note_download(tx, kept.id, "b" * 16, None, NOW + 1)
        assert await recordings.downloads_in_room(tx, room) == {
            kept.id: [
                Download(kept.id, "a" * 16, Seat.MENTEE, NOW),
                Download(kept.id, "b" * 16, None, NOW + 1),
            ]
        }


async def test_the_list_of_a_room_is_newest_first_and_keeps_the_deleted(store: Store) -> None:
    room = await a_room(store)
    first, second = [await a_kept_recording(store, room, now=NOW + number) for number in (0, 1)]
    await store.deletion.delete(first.id, cause="erased", by=Seat.MENTEE, now=NOW)
    async with store.database.read() as tx:
        newer, older = await recordings.in_room(tx, room)
    assert (newer.id, older.id) == (second.id, first.id)
    assert (older.state, older.deleted_by, older.cause, older.deleted_ms) == (State.DELETED, Seat.MENTEE, "erased", NOW)


async def test_due_ones_longest_due_first(store: Store) -> None:
    room = await a_room(store)
    later, sooner, last = [await a_kept_recording(store, room, days=days) for days in (5, 3, 9)]
    async with store.database.read() as tx:
        assert later.due_ms is not None
        assert await recordings.due(tx, later.due_ms) == [sooner.id, later.id]
        assert await recordings.due(tx, later.due_ms, limit=1) == [sooner.id]
        assert await recordings.next_due(tx) == sooner.due_ms
        assert last.due_ms is not None
        assert await recordings.due(tx, NOW) == []


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (str(select_due(NOW, 100).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})), "due_ms"),
        ("SELECT min(due_ms) FROM recordings WHERE state = 'kept'", "due_ms"),
        ("SELECT sum(size) FROM recordings WHERE size > 0", "size"),
        ("SELECT sum(size) FROM recordings WHERE room = 'x'", "room"),
    ],
)
async def test_a_look_reads_an_index_however_many_there_are(store: Store, asked: str, index: str) -> None:
    async with store.database.read() as tx:
        plan = "; ".join(row.detail for row in await tx.execute(text(f"EXPLAIN QUERY PLAN {asked}")))
    assert plan.startswith("SEARCH recordings USING"), plan
    assert index in plan
    assert "TEMP B-TREE" not in plan


async def test_made_while_the_clock_is_behind_it_lives_as_long_as_promised(store: Store) -> None:
    """Deletion goes by the latest moment that was believed, here ten days ahead of the clock."""
    mark = settings.ClockMark(NOW + 10 * DAY, NOW + 10 * DAY, 0, 0, None, None)
    async with store.database.write() as tx:
        await settings.set_clock_mark(tx, mark)
    kept = await a_kept_recording(store, await a_room(store), days=1, length_ms=0 + MINUTE)
    assert kept.due_ms == NOW + MINUTE + DAY + 10 * DAY - MINUTE


async def test_a_meeting_ends_once(store: Store) -> None:
    room = await a_room(store)
    async with store.database.write() as tx:
        await recordings.begin_meeting(tx, "a" * 16, room, NOW)
        await recordings.end_meeting(tx, "a" * 16, NOW + 1)
        await recordings.end_meeting(tx, "a" * 16, NOW + 2)
        ended = await tx.execute(text("SELECT ended_ms FROM meetings"))
        assert [row.ended_ms for row in ended] == [NOW + 1]
