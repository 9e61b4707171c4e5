"""What each meeting left stays to be gone back to: who is asked for it, when, and what belongs to which meeting."""

import asyncio
from typing import Any

import pytest

from server.domain.values import Seat
from tests.live.house import PATIENCE_S, Browser, House, Tab, pair_in
from tests.live.sharing import SharingTab, share

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENTOR, MENTEE = Seat.MENTOR, Seat.MENTEE
EMPTY_MS = 5 * 60_000


async def meet(browser: Browser, room: str, seat: Seat) -> tuple[Tab, SharingTab]:
    tab = await browser.enter(room, seat)
    await tab.quiet()
    return tab, await share(browser, room, seat)


async def end(house: House, room: str, *tabs: Tab) -> None:
    """All leave, and the room is empty for as long as a meeting lasts then."""
    for tab in tabs:
        await tab.send("leave")
        await tab.closed()
    house.advance(EMPTY_MS)
    async with asyncio.timeout(PATIENCE_S):
        while house.hub.peek(room) is not None:  # noqa: ASYNC110 - nobody is told when a room rests
            await asyncio.sleep(0)


async def listed(tab: SharingTab) -> list[tuple[Any, ...]]:
    return [(each["upto"], each["meeting_ms"], each["confirmed"]) for each in await tab.snapshots()]


async def test_the_first_to_come_is_asked_for_what_the_last_meeting_left(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    began = [house.clock.now_ms()]
    tab, line = await meet(mentor, room, MENTOR)
    house.advance(1000)
    assert await line.store(b"agreed") == 1
    assert await line.store(b"and more") == 2
    await line.quiet()
    assert [message for message in line.inbox if message[0] == "compact"] == [], "the meeting still goes on"
    await line.close()
    await end(house, room, tab)
    # between the meetings something is added, before the next begins
    house.advance(1000)
    alone = await share(mentor, room, MENTOR)
    assert await alone.expect("compact") == ["compact", "document", 2]
    assert await alone.store(b"alone, between") == 3
    await alone.close()
    house.advance(1000)
    began.append(house.clock.now_ms())
    tab, line = await meet(mentee, room, MENTEE)
    assert await line.expect("compact") == ["compact", "document", 3]
    house.advance(1000)
    assert await line.store(b"of the second meeting") == 4
    left = await line.snapshot(b"as the first left it", upto=3)
    now = await line.snapshot(b"in the second", upto=4)
    assert await listed(line) == [(3, began[0], False), (4, began[1], False)]
    other = await share(mentor, room, MENTOR)
    assert other.here[4] == [now, 4, 4]
    for snapshot in (left, now):
        assert (await other.decide(snapshot, "confirm"))[0] == 200
    assert await listed(line) == [(3, began[0], True), (4, began[1], True)]
    assert (await mentor.ask("GET", other.path(f"/snapshots/{left}"))) == (200, b"as the first left it")
    await end(house, room, tab)
    # nothing has come since: nobody is asked
    quiet = await share(mentee, room, MENTEE)
    await quiet.quiet()
    assert [message for message in quiet.inbox if message[0] == "compact"] == []


async def test_who_is_still_there_is_asked_when_the_meeting_ends(house: House) -> None:
    mentor, _, room = await pair_in(house)
    tab, line = await meet(mentor, room, MENTOR)
    house.advance(1000)
    await line.store(b"agreed")
    await end(house, room, tab)
    assert await line.expect("compact") == ["compact", "document", 1]


async def test_what_is_given_up_is_said_in_the_list(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    first, second = await share(mentor, room, MENTOR), await share(mentee, room, MENTEE)
    await first.store(b"one")
    older = await first.snapshot(b"older", upto=1)
    await second.decide(older, "confirm")
    await first.snapshot(b"newer", upto=1, forgets=1, drops=older)
    assert [(each["forgets"], each["drops"]) for each in await second.snapshots()] == [(False, []), (True, [older])]
