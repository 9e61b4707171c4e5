"""What goes for good and what does not, with the browser's real code in Node and people of good and bad faith."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server.clock import SystemClock
from tests.live.house import House, open_house
from tests.live.pages import pages_of
from tests.live.sharing import SharingTab
from tests.live.sharing_room import MENTEE, MENTOR, Room, codes

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), clock=SystemClock()) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def room(house: House, script: Path) -> AsyncIterator[Room]:
    async with pages_of(script) as pages:
        room = await Room(house, pages).begin()
        await room.come("b", MENTEE)
        yield room


def trouble(state: Any, code: str) -> Any:
    return next(each for each in state["troubles"] if each["code"] == code)


async def test_many_shapes_of_the_board_are_asked_about_and_come_back(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("shapes", "b", words=["page"], bytes=40)
    await room.pages.tell("topic", "b", words=["t", "Courage to ask"])
    await room.texts("a", "words 39")
    await room.texts("a", "Courage")
    await room.pages.tell("shapes", "a", words=["page"], bytes=10)
    await room.pages.tell("retitle", "a", words=["t", "Lies"])
    await room.pages.tell("forget", "a")
    state = await room.troubled("b", "deleted_much")
    assert trouble(state, "deleted_much")["values"]["shapes"] == 30
    assert not (await room.snapshots())[-1]["confirmed"]
    await room.pages.tell("choose", "b", code="deleted_much", choice="bring_back")
    for page in "ab":
        await room.texts(page, "words 39")
        await room.texts(page, "Courage")
    await room.snapshot_where("b", confirmed=True)


@pytest.mark.parametrize("choice", ["bring_back", "all_right"])
async def test_ones_own_forgetting_takes_nothing_along_unasked(room: Room, choice: str) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("note", "b", words=["what I thought all week", "mine"])
    await room.pages.tell("note", "b", words=["scribble", "other"])
    await room.texts("a", "all week")
    await room.texts("a", "scribble")
    await room.pages.tell("drop", "a", words=["mine"])
    await room.pages.see("b", lambda state: "all week" not in str(state["document"]))
    # a snapshot of b's own would be confirmed by the very browser that has deleted b's note
    await room.pages.tell("shorten", "b", words=["other", "scrib"])
    await room.pages.tell("forget", "b")
    await room.troubled("b", "deleted_much")
    assert await room.snapshots() == []
    await room.pages.tell("choose", "b", code="deleted_much", choice=choice)
    made = await room.snapshot_where("b", by="mentee", confirmed=True)
    assert made["forgets"]
    for page in "ab":
        state = await room.pages.see(page, lambda state: "scribble" not in str(state["document"]))
        assert ("all week" in str(state["document"])) is (choice == "bring_back")
    assert codes(await room.pages.state("b")) == []


async def test_what_was_written_beside_the_deleted_stays_when_it_comes_back(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("note", "b", words=["x" * 600 + " hazelnut", "n"])
    await room.texts("a", "hazelnut")
    await room.pages.tell("cut", "a")
    await room.pages.tell("shorten", "a", words=["n", "x" * 600])
    await room.pages.tell("note", "a", words=["written since", "new"])
    await room.pages.tell("mend", "a")
    await room.pages.tell("forget", "a")
    await room.troubled("b", "deleted_much")
    await room.pages.tell("choose", "b", code="deleted_much", choice="bring_back")
    for page in "ab":
        state = await room.texts(page, "xxxx")
        assert "written since" in str(state["document"])


async def test_a_few_shapes_go_without_a_question(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("shapes", "b", words=["page"], bytes=40)
    await room.texts("a", "words 39")
    await room.pages.tell("shapes", "a", words=["page"], bytes=35)
    await room.pages.tell("forget", "a")
    await room.snapshot_where("b", confirmed=True)
    assert codes(await room.pages.state("b")) == []


async def test_earlier_states_are_not_given_up_for_nothing(room: Room) -> None:
    vandal = await room.tab(MENTOR)
    await room.pages.tell("note", "b", words=["all that was agreed", "x"])
    older = await posted(room, "b", vandal, least=1)
    await room.snapshot_where("b", confirmed=True)
    await room.pages.tell("note", "b", words=["and more", "y"])
    for choice in ("restore", "keep"):
        made = await posted(room, "b", vandal, least=2, forgets=1, drops=older)
        state = await room.troubled("b", "gives_up")
        assert trouble(state, "gives_up")["values"] == {"n": 1}
        assert [each["id"] for each in await room.snapshots()] == [older, made]
        await room.pages.tell("choose", "b", code="gives_up", choice=choice)
        await room.pages.see("b", lambda state: codes(state) == [])
        if choice == "restore":
            assert [each["id"] for each in await room.snapshots()] == [older]
    await room.snapshot_where("b", id=made, confirmed=True)


async def posted(room: Room, page: str, vandal: SharingTab, least: int = 1, **query: Any) -> str:
    """What the page has, once there are so many entries, as somebody else's snapshot."""
    stored = await room.pages.tell("stored", page)
    while stored["upto"] < least:
        await room.pages.tell("next", page)
        stored = await room.pages.tell("stored", page)
    return str(await vandal.snapshot(base64.b64decode(stored["update"]), stored["upto"], **query))


async def test_earlier_states_that_hold_the_deleted_go_without_a_question(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("note", "a", words=["hazelnut", "x"])
    await room.texts("b", "hazelnut")
    vandal = await room.tab(MENTOR)
    await posted(room, "b", vandal)
    older = await room.snapshot_where("b", confirmed=True)
    await room.pages.tell("topic", "a", words=["t", "walnut"])
    await room.pages.tell("retitle", "a", words=["t", "almond"])
    await room.pages.tell("shorten", "a", words=["x", "hazel"])
    await room.pages.tell("forget", "a")
    made = await room.snapshot_where("b", confirmed=True, forgets=True)
    assert [each["id"] for each in await room.snapshots()] == [made["id"]] != [older["id"]]
    assert codes(await room.pages.state("b")) == []


async def test_what_is_deleted_as_the_page_is_closed_is_forgotten_by_the_next(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("note", "a", words=["hazelnut", "x"])
    await room.texts("b", "hazelnut")
    await room.pages.tell("shorten", "a", words=["x", "hazel"])
    await room.pages.tell("close", "a")
    assert await room.snapshots() == []
    await room.come("again", MENTOR)
    made = await room.snapshot_where("b", confirmed=True)
    assert (made["by"], made["forgets"]) == ("mentor", True)


async def test_whoever_deleted_is_told_when_it_is_not_forgotten(room: Room) -> None:
    await room.pages.tell("close", "b")
    other = await room.tab(MENTEE)
    await room.come("a", MENTOR)
    await room.pages.tell("note", "a", words=["hazelnut", "x"])
    await room.pages.tell("shorten", "a", words=["x", "hazel"])
    await room.pages.tell("forget", "a")
    made = await room.snapshot_where("a", by="mentor")
    await room.pages.see("a", lambda state: bool(state["waits"]))
    assert codes(await room.pages.state("a")) == []
    assert (await other.decide(made["id"], "restore"))[0] == 200
    await room.troubled("a", "not_forgotten")
    assert await room.snapshots() == []
    await room.pages.tell("choose", "a", code="not_forgotten", choice="try_again")
    made = await room.snapshot_where("a", forgets=True)
    assert (await other.decide(made["id"], "confirm"))[0] == 200
    await room.pages.see("a", lambda state: not state["waits"])
    assert codes(await room.pages.state("a")) == []
