"""Jobs of a room: in order, and what must be done is done in the end."""

import asyncio

from server.clock import ManualClock
from server.live.worker import AGAIN_MS, Worker


async def test_jobs_run_in_order_and_a_failure_stops_none() -> None:
    done: list[int] = []
    idle: list[bool] = []
    worker = Worker("a" * 16, ManualClock(), lambda: idle.append(worker.idle))

    def job(n: int, fails: bool = False) -> None:
        async def run() -> None:
            await asyncio.sleep(0)
            if fails:
                raise OSError("no")
            done.append(n)

        worker.put(str(n), run)

    job(1)
    job(2, fails=True)
    job(3)
    await worker.drain()
    assert (done, idle) == ([1, 3], [True])


async def test_what_must_be_done_is_tried_again_before_anything_else() -> None:
    clock, done, tries = ManualClock(), list[str](), list[int]()
    worker = Worker("a" * 16, clock, lambda: None)

    async def stubborn() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("the disk is full")
        done.append("stubborn")

    async def after() -> None:
        done.append("after")

    worker.put("stubborn", stubborn, must=True)
    worker.put("after", after)
    while not worker.idle:
        await asyncio.sleep(0)
        clock.advance(AGAIN_MS)
    assert (done, len(tries)) == (["stubborn", "after"], 3)


async def test_what_comes_while_it_waits_makes_it_try_at_once() -> None:
    waits, tries, free = asyncio.Event(), list[int](), list[int]()

    class StandingClock(ManualClock):
        async def sleep_until(self, moment_ms: int) -> None:
            waits.set()
            await super().sleep_until(moment_ms)

    async def stubborn() -> None:
        tries.append(1)
        if not free:
            raise OSError("the disk is full")

    async def nothing() -> None:
        pass

    worker = Worker("a" * 16, StandingClock(), lambda: None)
    worker.put("stubborn", stubborn, must=True)
    await waits.wait()
    free.append(1)
    worker.put("nothing", nothing)
    await worker.drain()
    assert len(tries) == 2


async def test_going_down_waits_for_no_disk() -> None:
    worker, tries = Worker("a" * 16, ManualClock(), lambda: None), list[int]()

    async def stubborn() -> None:
        tries.append(1)
        raise OSError("the disk is full")

    worker.put("stubborn", stubborn, must=True)
    await asyncio.sleep(0)
    await worker.close()
    assert len(tries) >= 1
    assert worker.idle
