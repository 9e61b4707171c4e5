"""Somebody who does not read is let go, and nobody waits for them."""

import asyncio

import pytest

from server.domain.values import Seat
from server.handlers import socket_page
from server.ids import new_id
from tests.live.deaf import deaf_socket
from tests.live.house import Browser, House, pair_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def greeted(browser: Browser, room: str, seat: Seat) -> asyncio.StreamWriter:
    """A deaf socket that has said hello."""
    writer = await deaf_socket(browser, room, "socket", seat)
    hello = f'{{"type":"hello","page":"{new_id()}","microphone":"on","camera":"on"}}'.encode()
    writer.write(bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello)
    return writer


async def test_a_page_that_does_not_read_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_page, "FAREWELL_S", 0.1)  # it would not read a longer one either
    mentor, mentee, room = await pair_in(house)
    tab = await mentor.enter(room, Seat.MENTOR)
    deaf = await greeted(mentee, room, Seat.MENTEE)
    view = await tab.see(lambda view: view["seats"]["mentee"]["presence"] == "here")
    page = view["seats"]["mentee"]["page"]
    sdp = "x" * 30_000
    gone = asyncio.create_task(tab.see(lambda view: view["seats"]["mentee"]["presence"] == "line_lost"))
    while not gone.done():
        for _ in range(25):
            await tab.send("signal", page=page, description={"type": "offer", "sdp": sdp})
        await tab.quiet()
        house.advance(1_000)
    await gone
    deaf.close()
