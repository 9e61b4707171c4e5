"""Somebody whose browser opens a socket and never reads from it."""

import asyncio
import base64
import os

from yarl import URL

from server.domain.values import Seat
from tests.live.house import Browser


async def deaf_socket(browser: Browser, room: str, socket: str, seat: Seat) -> asyncio.StreamWriter:
    """Opens `socket` or `sharing` of the room; its reader's buffer is kept small."""
    address = browser.house.url.removeprefix("http://")
    cookies = browser.client.cookie_jar.filter_cookies(URL(browser.house.url))
    reader, writer = await asyncio.open_connection(*address.split(":"), limit=1024)
    lines = [
        f"GET /api/rooms/{room}/{socket}?seat={seat} HTTP/1.1",
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
    assert b"101" in await reader.readline()
    return writer
