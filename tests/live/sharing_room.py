"""A room whose people's pages are real ones in Node, on a real server by the real clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.clock import SystemClock
from server.domain.values import Seat
from tests.live.house import PATIENCE_S, Browser, House, open_house, pair_in
from tests.live.pages import Pages, cookies_of
from tests.live.sharing import SharingTab, share

MENTOR, MENTEE = Seat.MENTOR, Seat.MENTEE


@asynccontextmanager
async def house_of_pages(folder: Path, *, compact_within_ms: int) -> AsyncIterator[House]:
    """Its journals are compacted after twelve entries."""
    async with open_house(folder, clock=SystemClock()) as opened:
        journals: Any = opened.hub.journals
        journals.limits = replace(journals.limits, compact_entries=12, compact_within_ms=compact_within_ms)
        yield opened


class Room:
    def __init__(self, house: House, pages: Pages) -> None:
        self.house = house
        self.pages = pages
        self.id = ""
        self.people: dict[Seat, Browser] = {}

    async def begin(self) -> "Room":
        mentor, mentee, self.id = await pair_in(self.house)
        self.people = {MENTOR: mentor, MENTEE: mentee}
        return self

    async def come(self, page: str, seat: Seat) -> None:
        cookie = cookies_of(self.people[seat], self.house.url)
        await self.pages.open(page, self.house.url, self.id, seat, cookie)
        await self.pages.see(page, lambda state: bool(state["ready"] and not state["missing"]))

    async def come_light(self, page: str, seat: Seat) -> None:
        cookie = cookies_of(self.people[seat], self.house.url)
        await self.pages.open(page, self.house.url, self.id, seat, cookie, light=True)
        await self.pages.see(page, lambda state: bool(state["phase"] == "open" and state["chatReady"]))

    async def tab(self, seat: Seat) -> SharingTab:
        """Somebody whose page is not ours."""
        return await share(self.people[seat], self.id, seat)

    async def snapshots(self, seat: Seat = MENTOR) -> list[dict[str, Any]]:
        _, found = await self.people[seat].ask("GET", f"/api/rooms/{self.id}/journals/document/snapshots?seat={seat}")
        return list(found["snapshots"])

    async def texts(self, page: str, words: str) -> Any:
        return await self.pages.see(page, lambda state: words in str(state["document"]) + state["text"])

    async def troubled(self, page: str, code: str) -> Any:
        return await self.pages.see(page, lambda state: code in codes(state))

    async def snapshot_where(self, page: str, **wanted: Any) -> dict[str, Any]:
        """The newest snapshot once it is so; `page` is any that lives."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await self.snapshots()
                if found and all(found[-1][name] == value for name, value in wanted.items()):
                    return found[-1]
                await self.pages.tell("next", page)


def codes(state: Any) -> list[str]:
    return [each["code"] for each in state["troubles"]]
