"""Real files and a clock that is moved by hand; a machine whose clocks disagree is described in words of its own."""

import asyncio
from pathlib import Path

import pytest

from server.clock import ManualClock, SystemClock
from server.domain.values import Seat
from server.live.clock_sync import boot_reading, clock_is_synchronised
from server.live.janitor import LOOK_MS, Janitor
from server.store import audit, recordings, retention
from server.store.recordings import State
from tests.store.given import (
    DAY,
    MINUTE,
    NOW,
    Interrupted,
    Store,
    a_kept_recording,
    a_room,
    a_store,
    look_up,
)

HOUR = 60 * MINUTE
LENGTH = 14 * MINUTE


def unsynchronised() -> bool:
    return False


async def state(store: Store, recording: str) -> State:
    return (await look_up(store, recording)).state


async def actions(store: Store) -> list[str]:
    async with store.database.read() as tx:
        return [line.action for line in await audit.latest(tx)]


async def test_to_the_millisecond(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=30)
        assert kept.due_ms == NOW + LENGTH + 30 * DAY
        clock = ManualClock(kept.due_ms - 1)
        janitor = Janitor(store.database, store.deletion, clock)
        assert await janitor.look() == 0
        clock.advance(1)
        assert not recordings.readable(await look_up(store, kept.id), janitor.now_ms())
        assert await janitor.look() == 1
        assert await state(store, kept.id) is State.DELETED
        assert await actions(store) == ["recording_due"]
        assert await janitor.look() == 0


async def test_by_itself_on_its_day(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        clock, room = ManualClock(NOW + LENGTH), await a_room(store)
        sooner, later = [await a_kept_recording(store, room, days=days) for days in (1, 2)]
        deleted = {recording.id: asyncio.Event() for recording in (sooner, later)}
        janitor = Janitor(store.database, store.deletion, clock)
        store.on_deleted = lambda recording: deleted[recording].set()
        await janitor.start()
        clock.advance(DAY)
        janitor.wake()
        await deleted[sooner.id].wait()
        assert await state(store, later.id) is State.KEPT
        clock.advance(DAY)
        janitor.wake()
        await deleted[later.id].wait()
        await janitor.close()


async def test_a_shorter_promise_is_kept_at_once(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        clock, room = ManualClock(NOW + 5 * DAY), await a_room(store)
        kept = await a_kept_recording(store, room)
        deleted = asyncio.Event()
        store.on_deleted = lambda _: deleted.set()
        janitor = Janitor(store.database, store.deletion, clock)
        await janitor.start()
        async with store.database.write() as tx:
            await retention.shorten_room(tx, room, days=2, by=Seat.MENTOR, now=clock.now_ms())
        janitor.wake()
        await deleted.wait()
        await janitor.close()
        assert await state(store, kept.id) is State.DELETED


async def test_what_fell_due_while_the_server_was_down(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        room = await a_room(store)
        kept = [await a_kept_recording(store, room, days=days) for days in (1, 2, 40)]
    async with a_store(tmp_path) as store:
        janitor = Janitor(store.database, store.deletion, ManualClock(NOW + 30 * DAY))
        await janitor.start()
        await janitor.close()
        assert [await state(store, one.id) for one in kept] == [State.DELETED, State.DELETED, State.KEPT]


async def test_a_broken_look_is_made_up_for(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=1)
        janitor = Janitor(store.database, store.deletion, ManualClock(NOW + 2 * DAY))
        store.fail_after = "shredded"
        with pytest.raises(Interrupted):
            await janitor.look()
        assert await state(store, kept.id) is State.DELETING
        store.fail_after = None
        assert await janitor.look() == 1
        assert await state(store, kept.id) is State.DELETED


async def a_look_then_another_process_at(store: Store, now: int) -> tuple[ManualClock, Janitor]:
    """A server that looked at NOW and stopped; then another one at `now`, on a machine nobody synchronises."""
    before = Janitor(store.database, store.deletion, ManualClock(NOW), unsynchronised)
    await before.start()
    await before.close()
    clock = ManualClock(now)
    return clock, Janitor(store.database, store.deletion, clock, unsynchronised)


async def test_forward_by_30_days_waits_for_a_day_of_running(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=7)
        clock, janitor = await a_look_then_another_process_at(store, NOW + 30 * DAY)
        await janitor.start()
        await janitor.close()
        assert (janitor.held_until_ms, janitor.leapt_ms) == (NOW + 31 * DAY, 30 * DAY)
        assert await state(store, kept.id) is State.KEPT
        assert not recordings.readable(kept, janitor.now_ms())
        assert await actions(store) == ["clock_leapt"]
        clock.advance(DAY - 1)
        assert await janitor.look() == 0
        clock.advance(1)
        assert await janitor.look() == 1
        assert janitor.held_until_ms is None
        assert janitor.leapt_ms is None
        assert await actions(store) == ["recording_due", "clock_believed", "clock_leapt"]


async def test_a_restart_does_not_shorten_the_wait(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=7)
        clock, janitor = await a_look_then_another_process_at(store, NOW + 30 * DAY)
        await janitor.start()
        await janitor.close()
        clock.advance(20 * HOUR)
        again = Janitor(store.database, store.deletion, clock, unsynchronised)
        await again.start()
        await again.close()
        assert again.held_until_ms == clock.now_ms() + DAY
        assert again.leapt_ms == 30 * DAY
        assert await state(store, kept.id) is State.KEPT


async def test_forward_by_30_days_and_synchronised_is_believed(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=7)
        clock, _ = await a_look_then_another_process_at(store, NOW + 30 * DAY)
        janitor = Janitor(store.database, store.deletion, clock, lambda: True)
        await janitor.start()
        await janitor.close()
        assert janitor.held_until_ms is None
        assert await state(store, kept.id) is State.DELETED


async def test_what_people_delete_does_not_wait(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=7)
        _, janitor = await a_look_then_another_process_at(store, NOW + 30 * DAY)
        await store.deletion.mark(kept.id, cause="deleted", by=Seat.MENTEE, now=NOW)
        await janitor.start()
        await janitor.close()
        assert janitor.held_until_ms is not None
        assert await state(store, kept.id) is State.DELETED


async def test_down_for_less_than_a_day_holds_nothing(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=1, now=NOW - DAY)
        _, janitor = await a_look_then_another_process_at(store, NOW + DAY)
        await janitor.start()
        await janitor.close()
        assert await state(store, kept.id) is State.DELETED


async def test_back_by_30_days_the_latest_moment_counts(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        kept = await a_kept_recording(store, await a_room(store), days=7)
        clock, janitor = await a_look_then_another_process_at(store, NOW - 30 * DAY)
        await janitor.start()
        await janitor.close()
        assert janitor.now_ms() == NOW
        assert janitor.held_until_ms is None
        assert kept.due_ms is not None
        clock.advance(kept.due_ms - NOW - 1)
        assert await janitor.look() == 0
        clock.advance(1)
        assert await janitor.look() == 1


async def test_nothing_due_looks_every_minute_only(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        clock = ManualClock(NOW)
        janitor = Janitor(store.database, store.deletion, clock)
        await janitor.start()
        slept: list[int] = []
        asked = asyncio.Event()
        sleep_until = clock.sleep_until

        async def listen(moment_ms: int) -> None:
            slept.append(moment_ms)
            asked.set()
            await sleep_until(moment_ms)

        clock.sleep_until = listen  # type: ignore[method-assign]
        janitor.wake()
        await asked.wait()
        await janitor.close()
        assert slept == [NOW + LOOK_MS]


def test_the_machine_can_be_asked_about_its_clock() -> None:
    assert clock_is_synchronised() in (True, False)
    boot_id, since_boot = boot_reading()
    again_id, later = boot_reading()
    assert boot_id == again_id
    assert since_boot is None or (later is not None and later >= since_boot > 0)


async def test_on_the_systems_clock(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        clock = SystemClock()
        due = await a_kept_recording(store, await a_room(store), days=1, now=clock.now_ms() - DAY - LENGTH)
        kept = await a_kept_recording(store, await a_room(store), days=1, now=clock.now_ms() - LENGTH)
        janitor = Janitor(store.database, store.deletion, clock)
        await janitor.start()
        await janitor.close()
        assert (await state(store, due.id), await state(store, kept.id)) == (State.DELETED, State.KEPT)
