"""A page that was away learns what was struck out meanwhile, however old: the browser's real code on a real server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.clock import SystemClock
from server.domain.sharing import Journal
from server.domain.values import Seat
from server.ids import new_id
from tests.live.house import House, open_house
from tests.live.pages import pages_of
from tests.live.sharing import sharing_pair
from tests.live.sharing_room import MENTEE, MENTOR, Room

pytestmark = [pytest.mark.asyncio(loop_scope="module")]
OLDER = 510
"""More than a page would read again by chance."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), clock=SystemClock()) as opened:
        yield opened


async def say(house: House, room: str, count: int) -> None:
    """Without waiting for what a seat may say in a second."""
    live = house.hub.journals.peek(room)
    assert live is not None
    said = (
        live.room.append_large(Seat.MENTOR, Journal.CHAT, new_id(), b'{"text": "message %d"}' % n) for n in range(count)
    )
    await asyncio.gather(*said)


async def test_whoever_has_the_entries_learns_which_were_struck_out(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await say(house, mentor.room, 12)
    for n in (3, 11):
        await mentor.send("strike", n)
        await mentee.expect("struck")
    struck = [(message[2], message[6], message[7]) for message in (await mentee.read(10, "chat"))[:-1]]
    assert struck[:1] == [(3, None, 0)]
    assert [(n, body is None) for n, body, _ in struck[1:]] == [(11, True), (12, False)]
    assert [message[0] for message in await mentee.read(12, "chat")] == ["entry", "entry", "end"]
    assert [message[2] for message in (await mentee.read(99, "chat"))[:-1]] == [3, 11]
    assert len(await mentee.read(0, "chat")) == 13, "each once"


@pytest.mark.slow
async def test_an_old_message_struck_out_while_a_page_was_away_is_gone_from_it_too(house: House, script: Path) -> None:
    async with pages_of(script) as pages:
        room = await Room(house, pages).begin()
        mentor = await room.tab(MENTOR)
        await mentor.store(b'{"text": "a hazelnut"}', "chat")
        await room.come_light("b", MENTEE)
        assert "hazelnut" in str(await pages.state("b"))
        await say(house, room.id, OLDER)
        await pages.see("b", lambda state: len(state["chat"]) == OLDER + 1)
        await pages.tell("cut", "b")
        await pages.see("b", lambda state: bool(state["phase"] == "waiting"))
        await mentor.send("strike", 1)
        await mentor.expect("struck")
        await pages.tell("mend", "b")
        state = await pages.see("b", lambda state: state["chat"][0]["body"] is None)
        assert "hazelnut" not in str(state)
        assert len(state["chat"]) == OLDER + 1
