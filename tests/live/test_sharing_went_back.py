"""Who was away when the other went back to an earlier state is told when they come: real pages on a real server."""

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
    async with house_of_pages(tmp_path_factory.mktemp("house"), compact_within_ms=3000) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def room(house: House, script: Path) -> AsyncIterator[Room]:
    """The mentor is there, with a state that can be gone back to."""
    async with pages_of(script) as pages:
        room = await Room(house, pages).begin()
        await room.come("a", MENTOR)
        await room.come("b", MENTEE)
        for n in range(16):
            await pages.tell("note", "a", words=[f"before {n}", f"n{n}"])
            await room.texts("b", f"before {n}")
        await room.snapshot_where("b", confirmed=True)
        await pages.tell("note", "a", words=["written since", "since"])
        await room.texts("b", "written since")
        await pages.tell("close", "b")
        yield room


async def goes_back(room: Room, page: str) -> None:
    kept = (await room.pages.tell("kept", page))["kept"][0]
    await room.pages.tell("back", page, snapshot=kept["id"])
    assert "written since" not in str((await room.pages.state(page))["document"])
    await all_sent(room, page)


async def all_sent(room: Room, page: str) -> None:
    # what is gathered is not counted yet: something said after it is behind it
    await room.pages.tell("write", page, words=["done"], random=0)
    await room.pages.see(page, lambda state: bool(state["unsent"] == 0 and state["chat"][-1]["stored"]))


async def test_is_told_once_and_can_bring_back_what_went(room: Room) -> None:
    await goes_back(room, "a")
    await room.pages.tell("forget", "a")
    await room.snapshot_where("a", forgets=True)
    await room.come("b", MENTEE)
    await room.troubled("b", "partner_went_back")
    assert "partner_went_back" not in codes(await room.pages.state("a"))
    # on another device, and after this one was loaded anew: nobody has said yet that they know
    await room.come("elsewhere", MENTEE)
    await room.troubled("elsewhere", "partner_went_back")
    await room.troubled("b", "deleted_much")
    await room.pages.tell("choose", "b", code="partner_went_back", choice="seen")
    for page in ("b", "elsewhere"):
        await room.pages.see(page, lambda state: "partner_went_back" not in codes(state))
    await room.pages.tell("choose", "b", code="deleted_much", choice="bring_back")
    for page in "ab":
        await room.texts(page, "written since")
    await all_sent(room, "b")
    await room.come("again", MENTEE)
    assert codes(await room.pages.state("again")) == []


async def test_is_told_of_nothing_that_was_undone(room: Room) -> None:
    await goes_back(room, "a")
    await room.pages.tell("choose", "a", code="went_back", choice="undo")
    await room.texts("a", "written since")
    await all_sent(room, "a")
    await room.come("b", MENTEE)
    assert "written since" in str((await room.pages.state("b"))["document"])
    assert codes(await room.pages.state("b")) == []


async def test_who_is_there_without_board_or_notes_open_is_told_at_once(room: Room) -> None:
    await room.come_light("b", MENTEE)
    await room.pages.see("a", lambda state: bool(state["partner"]))
    await goes_back(room, "a")
    state = await room.troubled("b", "partner_went_back")
    assert not state["light"]
    await room.pages.tell("choose", "a", code="went_back", choice="undo")
    await room.pages.see("b", lambda state: "partner_went_back" not in codes(state))
