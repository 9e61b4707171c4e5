"""Two write over lines that break, on a server that is killed, in pages that are closed: all end with the same."""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server.domain.values import Seat
from tests.e2e.place import Place
from tests.live.house import PASSWORD, Browser
from tests.live.pages import PATIENCE_S, Pages, cookies_of, pages_of

SCHEDULES = int(os.environ.get("SCHEDULES", "5"))
"""As many as `make test` has time for; `SCHEDULES=40` on a day with more of it."""
STEPS = 26

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


class There:
    """As much of a house as a browser asks for."""

    def __init__(self, url: str) -> None:
        self.url = url


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    running = Place(tmp_path_factory.mktemp("place"), warm=True)
    await running.start()
    yield running
    await running.stop()


class Pair:
    """A room with two people in it, their pages and all that they wrote."""

    def __init__(self, place: Place, pages: Pages) -> None:
        self.place = place
        self.pages = pages
        self.room = ""
        self.cookies: dict[Seat, str] = {}
        self.open: dict[str, Seat] = {}
        self.cut: set[str] = set()
        self.light: set[str] = set()
        """Pages that have not opened their documents yet."""
        self.words: list[str] = []
        self._names = count()

    async def enter(self) -> None:
        there: Any = There(self.place.url)
        people = {seat: Browser(there) for seat in Seat}
        try:
            self.room = await people[Seat.MENTOR].create("mentor")
            assert (await people[Seat.MENTOR].join(self.room, Seat.MENTOR))[0] == 200
            assert (await people[Seat.MENTEE].join(self.room, Seat.MENTEE, password=PASSWORD))[0] == 200
            for seat, browser in people.items():
                self.cookies[seat] = cookies_of(browser, self.place.url)
        finally:
            for browser in people.values():
                await browser.close()

    async def come(self, seat: Seat) -> str:
        page = f"{seat.value}-{next(self._names)}"
        await self.pages.open(page, self.place.url, self.room, seat, self.cookies[seat])
        self.open[page] = seat
        # With the outbox's key: before it has that, a browser can keep nothing over a closed page.
        await self.pages.see(page, lambda state: bool(state["phase"] == "open" and not state["missing"]))
        return page

    async def come_light(self, seat: Seat) -> None:
        page = f"{seat.value}-{next(self._names)}"
        await self.pages.open(page, self.place.url, self.room, seat, self.cookies[seat], light=True)
        self.open[page] = seat
        self.light.add(page)
        await self.pages.see(page, lambda state: bool(state["phase"] == "open"))

    async def whole(self, page: str) -> None:
        """At any moment: with a line or without, while the server is gone, while others write."""
        if page in self.light:
            await self.pages.tell("work", page)
            self.light.discard(page)

    async def leave(self, page: str) -> None:
        await self.pages.tell("close", page)
        del self.open[page]
        self.cut.discard(page)
        self.light.discard(page)

    async def settle(self) -> list[Any]:
        """All lines are there again, and a page on each seat that finds what closed pages left behind."""
        for page in sorted(self.cut):
            await self.pages.tell("mend", page)
        self.cut.clear()
        for page in sorted(self.light):
            await self.whole(page)
        for seat in Seat:
            await self.come(seat)
        return await self.same_everywhere()

    async def same_everywhere(self) -> list[Any]:
        """Every page's state, once all are settled and show the same."""
        states: list[Any] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not states or any(shared(state) != shared(states[0]) for state in states):
                    for page in self.open:
                        await self.pages.tell("next", page)
                        await self.pages.see(page, is_settled)
                    states = [await self.pages.state(page) for page in self.open]
        except TimeoutError:
            told = [f"{page} {difference(state, states[0])}" for page, state in zip(self.open, states, strict=True)]
            raise AssertionError("; ".join(told)) from None
        return states


def is_settled(state: Any) -> bool:
    return bool(state["phase"] == "open" and state["ready"] and state["unsent"] == 0 and not state["missing"])


def shared(state: Any) -> Any:
    return state["document"], state["text"], state["chat"]


def difference(one: Any, other: Any) -> str:
    """Words that only one of two pages has."""
    found = [set(re.findall(r"ment(?:or|ee)\d+", str(shared(each)))) for each in (one, other)]
    return f"it alone has {sorted(found[0] - found[1])}, and lacks {sorted(found[1] - found[0])}"


async def one_step(pair: Pair, chance: random.Random, made: "count[int]") -> None:
    what = chance.choices(
        ["write", "scratch", "cut", "mend", "kill", "come", "leave", "draw", "pause"], [34, 8, 12, 12, 6, 8, 8, 2, 12]
    )[0]
    page = chance.choice(sorted(pair.open)) if pair.open else await pair.come(chance.choice(list(Seat)))
    if what == "kill":
        await pair.place.kill()
        await pair.place.start()
    elif what == "come":
        if len(pair.open) < 4:
            await chance.choice([pair.come, pair.come_light])(chance.choice(list(Seat)))
    elif what == "leave":
        await pair.leave(page)
    elif what == "pause":
        for each in sorted(pair.open.keys() - pair.cut - pair.light):
            await pair.pages.see(each, lambda state: bool(state["phase"] == "open" and state["ready"]))
    else:
        await in_page(pair, page, what, chance, made)


async def in_page(pair: Pair, page: str, what: str, chance: random.Random, made: "count[int]") -> None:
    if what in ("write", "scratch", "draw"):
        await pair.whole(page)
    if what == "write":
        words = [f"{pair.open[page].value}{next(made)}" for _ in range(chance.randint(1, 12))]
        await pair.pages.tell("write", page, words=words, random=chance.randrange(1000))
        pair.words += words
    elif what == "scratch":
        await pair.pages.tell("scratch", page, words=["crossed out"])
    elif what == "draw":
        await pair.pages.tell("draw", page, bytes=chance.randint(50, 120) * 1024)
    elif what == "cut":
        await pair.pages.tell("cut", page)
        pair.cut.add(page)
    elif what == "mend":
        await pair.pages.tell("mend", page)
        pair.cut.discard(page)


@pytest.mark.parametrize("seed", range(SCHEDULES))
async def test_any_schedule_ends_the_same_for_all(place: Place, script: Path, seed: int) -> None:
    chance, made = random.Random(seed), count()
    async with pages_of(script) as pages:
        pair = Pair(place, pages)
        await pair.enter()
        for seat in Seat:
            await pair.come(seat)
        for _ in range(STEPS):
            await one_step(pair, chance, made)
        await pair.settle()
        await pair.come(Seat.MENTEE)
        states = await pair.same_everywhere()
    for state in states:
        assert not state["pending"]
        assert [each["code"] for each in state["troubles"]] == []
        assert shared(state) == shared(states[0])
        assert [entry["n"] for entry in state["chat"]] == list(range(1, len(state["chat"]) + 1))
    # nothing that was typed is lost, and nothing is there twice
    own = {state["you"]: state["own"] for state in states}
    everything = str([states[0]["document"], states[0]["text"], states[0]["chat"], sorted(own.items())])
    found = re.findall(r"ment(?:or|ee)\d+", everything)
    lost = sorted(set(pair.words) - set(found))
    assert not lost, f"lost {lost}"
    assert len(found) == len(set(found)), "something is there twice"
    for state in states:
        assert state["own"] == own[state["you"]]
