"""A restart in the middle of a meeting: those who come back soon are in the same one; nothing they agreed to holds."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.clock import ManualClock
from server.crypto.master import MasterKeys
from server.domain.values import Presence, Seat
from server.handlers import keys
from server.store import meetings, receipts
from server.store.database import FILE
from tests.e2e.place import Place
from tests.live.house import PASSWORD, PATIENCE_S, Browser, House, Tab, begin_recording, open_house, pair_in

MINUTE_MS = 60_000


class Restarts:
    """One data directory, one clock, and two people whose browsers outlive the server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.masters = MasterKeys.new()
        self.people: dict[Seat, Browser] = {}
        self.room = ""

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        async with open_house(self.folder, self.clock, self.masters) as house:
            if not self.people:
                mentor, mentee, self.room = await pair_in(house)
                self.people = {Seat.MENTOR: mentor, Seat.MENTEE: mentee}
                house.browsers.clear()
            for browser in self.people.values():
                browser.house = house
            yield house

    async def both_in(self) -> tuple[Tab, Tab]:
        first, second = [await browser.enter(self.room, seat) for seat, browser in self.people.items()]
        await first.see(lambda view: view["seats"]["mentee"]["presence"] == "here")
        return first, second

    async def rows(self, house: House) -> tuple[int, meetings.GoingOn | None]:
        """How many meetings there were, and the one that goes on."""
        async with house.app[keys.DATABASE].read() as tx:
            return len(await meetings.began(tx, self.room)), await meetings.going_on(tx, self.room)

    async def rested(self, house: House) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while house.hub.peek(self.room) is not None:  # noqa: ASYNC110 - nobody is told when a room rests
                await asyncio.sleep(0)


@pytest.fixture
async def restarts(tmp_path: Path) -> AsyncIterator[Restarts]:
    made = Restarts(tmp_path)
    yield made
    for browser in made.people.values():
        await browser.close()


async def test_those_who_come_back_within_five_minutes_are_in_the_same_meeting(restarts: Restarts) -> None:
    async with restarts.house() as house:
        mentor, _ = await restarts.both_in()
        meeting = mentor.welcome["meeting"]
        house.advance(30 * MINUTE_MS)
    for _ in range(2):  # and once more
        restarts.clock.advance(5 * MINUTE_MS - 1)
        async with restarts.house() as house:
            mentor, mentee = await restarts.both_in()
            assert (mentor.welcome["meeting"], mentee.welcome["meeting"]) == (meeting, meeting)
            assert (await restarts.rows(house))[0] == 1


async def test_those_who_come_back_later_begin_another(restarts: Restarts) -> None:
    async with restarts.house():
        mentor, _ = await restarts.both_in()
        meeting = mentor.welcome["meeting"]
    restarts.clock.advance(5 * MINUTE_MS)
    async with restarts.house() as house:
        assert house.hub.peek(restarts.room) is None
        assert await restarts.rows(house) == (1, None)
        mentor, _ = await restarts.both_in()
        assert mentor.welcome["meeting"] != meeting


async def test_a_meeting_nobody_comes_back_to_ends_by_itself(restarts: Restarts) -> None:
    async with restarts.house():
        mentor, _ = await restarts.both_in()
        meeting = mentor.welcome["meeting"]
    restarts.clock.advance(4 * MINUTE_MS)
    async with restarts.house() as house:
        going_on = (await restarts.rows(house))[1]
        assert going_on is not None
        assert (going_on.id, going_on.empty_ms) == (meeting, restarts.clock.now_ms() - 4 * MINUTE_MS)
        assert set(house.hub.presences(restarts.room).values()) == {Presence.ABSENT}
        house.advance(MINUTE_MS)
        await restarts.rested(house)
        assert await restarts.rows(house) == (1, None)


async def test_no_yes_and_no_words_outlive_a_restart(restarts: Restarts) -> None:
    async with restarts.house():
        mentor, mentee = await restarts.both_in()
        await mentor.agree()
        await mentee.recording("waiting")
        before = await mentee.ask_words()
    async with restarts.house() as house:
        mentor, mentee = await restarts.both_in()
        assert mentor.view["recording"]["state"] == "off"
        assert mentor.view["recording"]["allowed"] == []
        mentee.words = before
        await mentee.send("consent_yes", words_hash=before["words_hash"], **mentee.signed("yes"))
        assert (await mentee.expect("error"))["code"] == "stale_words"
        await begin_recording(house, mentee, mentor)
        await mentor.send("consent_withdraw")
        await mentee.recording("stopped")
    async with restarts.house() as house, house.app[keys.DATABASE].read() as tx:
        assert await receipts.verify(tx, restarts.room) is None
        filed = await receipts.of_room(tx, restarts.room)
        assert [receipt.entry.kind.value for receipt in filed] == ["yes", "yes", "yes", "withdraw"]
        assert {receipt.entry.meeting for receipt in filed} == {mentor.welcome["meeting"]}


async def test_not_today_holds_for_the_meeting_and_no_longer(restarts: Restarts) -> None:
    async with restarts.house():
        mentor, mentee = await restarts.both_in()
        words = await mentee.ask_words()
        await mentee.send("consent_no", words_hash=words["words_hash"], **mentee.signed("no"))
        await mentor.see(lambda view: view["recording"]["declined"])
    async with restarts.house():
        mentor, _ = await restarts.both_in()
        said = mentor.view["recording"]
        assert (said["declined"], said["reason"], said["reason_by"]) == (True, "declined", "mentee")
        await mentor.send("consent_ask", language="en", time_zone="UTC")
        assert (await mentor.expect("error"))["code"] == "declined_today"
    restarts.clock.advance(5 * MINUTE_MS)
    async with restarts.house():
        mentor, _ = await restarts.both_in()
        assert not mentor.view["recording"]["declined"]
        await mentor.ask_words()


class There:
    """As much of a house as a browser asks for."""

    def __init__(self, url: str) -> None:
        self.url = url


def begun(place: Place) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{place.data_dir / FILE}?mode=ro", uri=True)) as store:
        return int(store.execute("SELECT count(*) FROM meetings").fetchone()[0])


@pytest.mark.slow
async def test_a_killed_server_finds_the_meeting_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    there: Any = There(await place.start())
    mentor = Browser(there)
    try:
        room = await mentor.create("mentor")
        assert (await mentor.join(room, Seat.MENTOR, password=PASSWORD))[0] == 200
        tab = await mentor.enter(room, Seat.MENTOR)
        async with asyncio.timeout(PATIENCE_S):
            while not begun(place):  # noqa: ASYNC110 - nobody is told when it is durable
                await asyncio.sleep(0)
        await place.kill()
        await tab.closed()
        there.url = await place.start()
        again = await mentor.enter(room, Seat.MENTOR)
        assert again.welcome["meeting"] == tab.welcome["meeting"]
    finally:
        await mentor.close()
        await place.stop()
