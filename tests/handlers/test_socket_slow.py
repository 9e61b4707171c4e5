"""Somebody who does not read is let go, and nobody waits for them."""

import asyncio
import base64
import os

import pytest
from yarl import URL

from server.domain.messages import Seat
from server.handlers import socket_page
from server.ids import new_id
from tests.live.house import Browser, House, pair_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def deaf_socket(browser: Browser, room: str, seat: Seat) -> asyncio.StreamWriter:
    """A socket that says hello and never reads again; its reader's buffer is kept small."""
    address = browser.house.url.removeprefix("http://")
    cookies = browser.client.cookie_jar.filter_cookies(URL(browser.house.url))
    reader, writer = await asyncio.open_connection(*address.split(":"), limit=1024)
    lines = [
        f"GET /api/rooms/{room}/socket?seat={seat} HTTP/1.1",
        f"Host: {address}",
        f"Origin: {browser.house.url}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Cookie: " + "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()),
        "",
        "",
    ]
    writer.write("\r\n".join(lines).encode())
    hello = f'{{"type":"hello","page":"{new_id()}","microphone":"on","camera":"on"}}'.encode()
    writer.write(bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello)
    assert b"101" in await reader.readline()
    return writer


async def test_a_page_that_does_not_read_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_page, "FAREWELL_S", 0.1)  # it would not read a longer one either
    mentor, mentee, room = await pair_in(house)
    tab = await mentor.enter(room, Seat.MENTOR)
    deaf = await deaf_socket(mentee, room, Seat.MENTEE)
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
