"""A real server is killed while two people write: what was called stored is there, in order, none of it twice."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError

from server.domain.values import Seat
from server.ids import new_id
from tests.e2e.place import Place
from tests.live.house import PASSWORD, Browser
from tests.live.sharing import Message, SharingTab, bodies, share

KILLS = 3
AT_ONCE = 8
"""Entries a writer has under way."""


class Writer:
    """One person with an outbox: writes on whatever line there is, and says again what was not answered."""

    def __init__(self, browser: Browser, room: str, seat: Seat) -> None:
        self.browser = browser
        self.room = room
        self.seat = seat
        self.outbox: dict[str, tuple[str, bytes]] = {}
        self.stored: dict[tuple[str, str], tuple[int, bytes]] = {}
        """Number and body by journal and local name."""
        self.heard_durable = 0
        self._made = 0
        self.progress: Callable[[], None] = lambda: None

    async def write(self, tab: SharingTab, how_many: int) -> None:
        """Until the line is lost, or so many more are stored."""
        goal = len(self.stored) + how_many
        for local, (journal, body) in self.outbox.items():
            await tab.append(body, journal, local)
        while len(self.stored) < goal:
            while len(self.outbox) < AT_ONCE:
                self._made += 1
                local, journal = new_id(), "chat" if self._made % 3 == 0 else "document"
                body = f"{self.seat} {self._made} ".encode() + bytes(random.Random(self._made).randrange(400))
                self.outbox[local] = (journal, body)
                await tab.append(body, journal, local)
            self._note(await tab.expect("stored"))
            self.progress()

    def _note(self, message: Message) -> None:
        _, journal, local, n, _ = message
        known = self.stored.get((journal, local))
        assert known is None or known[0] == n
        self.stored[journal, local] = (n, self.outbox.pop(local)[1] if known is None else known[1])

    async def write_until_the_line_is_lost(self) -> None:
        tab = await share(self.browser, self.room, self.seat)
        try:
            await self.write(tab, 100_000)
        except (ClientError, ConnectionError, AssertionError):
            assert tab.line.closed
        for message in tab.inbox:
            if message[0] == "stored" and message[2] in self.outbox:
                self._note(message)
            if message[:2] == ["durable", "document"]:
                self.heard_durable = max(self.heard_durable, message[2])


def watch(writers: list[Writer], more: int) -> asyncio.Event:
    """Set once the two have stored so much more."""
    enough, goal = asyncio.Event(), sum(len(each.stored) for each in writers) + more

    def look() -> None:
        if sum(len(each.stored) for each in writers) >= goal:
            enough.set()

    for each in writers:
        each.progress = look
    return enough


class _There:
    """As much of a house as a browser asks for."""

    def __init__(self, url: str) -> None:
        self.url = url


@pytest.mark.slow
async def test_what_was_stored_survives_every_kill(tmp_path: Path) -> None:
    place = Place(tmp_path, warm=True)
    there: Any = _There(await place.start())
    people = {seat: Browser(there) for seat in Seat}
    try:
        room = await people[Seat.MENTOR].create("mentor")
        assert (await people[Seat.MENTOR].join(room, Seat.MENTOR))[0] == 200
        assert (await people[Seat.MENTEE].join(room, Seat.MENTEE, password=PASSWORD))[0] == 200
        writers = [Writer(people[seat], room, seat) for seat in Seat]
        for kill in range(KILLS):
            writing = [asyncio.create_task(writer.write_until_the_line_is_lost()) for writer in writers]
            enough = watch(writers, 20 + 17 * kill)
            async with asyncio.timeout(60):
                await enough.wait()
            await place.kill()
            await asyncio.gather(*writing)
            await place.start()
        await _check(writers)
        # the last outboxes go out, and nothing of them is there twice
        for writer in writers:
            tab = await share(writer.browser, room, writer.seat)
            await writer.write(tab, AT_ONCE)
            while writer.outbox:
                writer._note(await tab.expect("stored"))
        await _check(writers, whole=True)
    finally:
        for browser in people.values():
            await browser.close()
        await place.stop()


async def _check(writers: list[Writer], *, whole: bool = False) -> None:
    tab = await share(writers[0].browser, writers[0].room, writers[0].seat)
    for journal in ("document", "chat"):
        read = await tab.read(journal=journal)
        found = bodies(read)
        stored = {n: body for each in writers for (of, _), (n, body) in each.stored.items() if of == journal}
        assert len(stored) == sum(of == journal for each in writers for of, _ in each.stored)
        for n, body in stored.items():
            assert found[n - 1] == body
        names = [(message[3], message[5]) for message in read[:-1]]
        assert len(set(names)) == len(names), "stored twice"
        assert await tab.read(after=len(found) // 2, journal=journal) == read[len(found) // 2 :]
        if journal == "document":
            assert len(found) >= max(each.heard_durable for each in writers)
        if whole:
            assert sorted(stored) == list(range(1, len(found) + 1))
    await tab.close()
