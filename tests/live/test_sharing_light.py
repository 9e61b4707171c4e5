"""A page on which nobody has opened board, notes or topics: it has line and chat, and documents once it needs them."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.live.house import House
from tests.live.pages import pages_of
from tests.live.sharing_room import MENTEE, MENTOR, Room, codes, house_of_pages

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house_of_pages(tmp_path_factory.mktemp("house"), compact_within_ms=30_000) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def room(house: House, script: Path) -> AsyncIterator[Room]:
    async with pages_of(script) as pages:
        yield await Room(house, pages).begin()


async def test_it_talks_without_documents_and_reads_all_of_them_when_it_opens_them(room: Room) -> None:
    await room.come_light("b", MENTEE)
    assert (await room.pages.state("b"))["empty"] is True
    await room.come("a", MENTOR)
    for n in range(6):
        await room.pages.tell("note", "a", words=[f"before {n}", f"n{n}"])
    await room.pages.tell("write", "a", words=["hello"], random=0)
    await room.pages.tell("draw", "a", bytes=90_000)
    await room.pages.see("b", lambda state: len(state["chat"]) == 1)
    state = await room.pages.see("b", lambda state: state["empty"] is False)
    assert state["light"]
    # also what is said while they are fetched
    for n in range(6):
        await room.pages.tell("note", "a", words=[f"meanwhile {n}", f"m{n}"])
        if n == 2:
            await room.pages.tell("work", "b")
    await room.pages.see("a", lambda state: bool(state["unsent"] == 0))
    mine = (await room.pages.state("a"))["document"]
    await room.pages.see("b", lambda state: bool(state["ready"] and state["document"] == mine))


async def test_it_makes_the_snapshot_it_is_asked_for(room: Room) -> None:
    await room.come_light("b", MENTEE)
    source = await room.tab(MENTOR)
    harmless = (await room.pages.tell("hostile", "b", words=["nothing"]))["update"]
    for _ in range(13):
        await source.store(base64.b64decode(harmless))
    made = await room.snapshot_where("b", by="mentee")
    assert made["upto"] >= 12
    assert not (await room.pages.state("b"))["light"]


async def test_it_confirms_what_the_other_made_before_it_came(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("close", "b")
    await room.come("a", MENTOR)
    await room.pages.tell("scratch", "a", words=["secretly"])
    await room.snapshot_where("a", by="mentor", confirmed=False)
    await room.pages.tell("close", "a")
    await room.come_light("c", MENTEE)
    await room.snapshot_where("c", confirmed=True)
    assert codes(await room.pages.state("c")) == []


async def test_it_confirms_what_the_other_makes_while_it_is_there(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come_light("b", MENTEE)
    await room.pages.tell("note", "a", words=["a slip", "x"])
    await room.pages.tell("scratch", "a", words=["secretly"])
    await room.snapshot_where("b", by="mentor", confirmed=True)
    assert codes(await room.pages.state("b")) == []


async def test_what_a_closed_page_left_is_sent_and_forgotten(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.come("a", MENTOR)
    await room.pages.tell("cut", "a")
    await room.pages.tell("write", "a", words=["one", "two", "three", "four", "five"], random=1)
    await room.pages.tell("scratch", "a", words=["secretly"])
    await room.pages.see("a", lambda state: bool(state["unsent"] >= 2))
    await room.pages.tell("close", "a")
    await room.come_light("again", MENTOR)
    await room.texts("b", "one")
    await room.snapshot_where("b", by="mentor", confirmed=True)
    state = await room.pages.see("again", lambda state: bool(state["unsent"] == 0 and not state["light"]))
    assert codes(state) == []
