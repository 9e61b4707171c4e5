"""People who share: a sharing socket each, and what a browser does with journals over HTTP."""

import asyncio
import io
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from aiohttp import ClientWebSocketResponse, WSMsgType

from server.domain.values import Seat
from server.ids import new_id
from tests.live.house import PATIENCE_S, Browser, House, pair_in

Message = list[Any]


class SharingTab:
    """One sharing socket, and what came over it."""

    def __init__(self, browser: Browser, room: str, seat: Seat, line: ClientWebSocketResponse) -> None:
        self.browser = browser
        self.room = room
        self.seat = seat
        self.line = line
        self.here: Message = []
        self.inbox: list[Message] = []
        self._came = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for frame in self.line:
            if frame.type is not WSMsgType.BINARY:
                break
            async with self._came:
                self.inbox += msgspec.msgpack.decode(frame.data)
                self._came.notify_all()
        async with self._came:
            self._came.notify_all()

    async def send(self, *message: Any) -> None:
        await self.line.send_bytes(msgspec.msgpack.encode(message))

    async def append(self, body: bytes, journal: str = "document", local: str | None = None) -> str:
        """The local name it was given."""
        local = local or new_id()
        await self.send("append", journal, local, body)
        return local

    async def store(self, body: bytes, journal: str = "document", local: str | None = None) -> int:
        """Appends, and waits until it is durable; its number."""
        local = await self.append(body, journal, local)
        return int((await self.expect("stored", lambda message: message[2] == local))[3])

    async def expect(self, tag: str, like: Callable[[Message], bool] = lambda _: True) -> Message:
        """The first message like this that has not been taken yet."""
        found: list[Message] = []

        def there() -> bool:
            for message in self.inbox:
                if message[0] == tag and like(message):
                    found.append(message)
                    self.inbox.remove(message)
                    return True
            return self._reading.done()

        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(there)
        assert found, f"the socket closed ({self.line.close_code}) without {tag}: {self.inbox}"
        return found[0]

    async def quiet(self) -> None:
        """Returns once the server has answered what was sent so far: one's own page hears nothing of its own passing
        words, so a strike of an entry that never was is asked for."""
        await self.send("strike", 2**52)
        await self.expect("refused", lambda message: message[1] == "no_such_entry")

    async def closed(self) -> int | None:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait({self._reading})
        return self.line.close_code

    async def close(self) -> None:
        await self.line.close()
        await self._reading

    # --- over HTTP

    def path(self, more: str, journal: str = "document", **query: Any) -> str:
        asked = "&".join(f"{name}={value}" for name, value in ({"seat": self.seat.value} | query).items())
        return f"/api/rooms/{self.room}/journals/{journal}{more}?{asked}"

    async def octets(self, path: str, body: bytes | AsyncIterator[bytes], *, size: int = 0) -> tuple[int, Any]:
        """`size` where the body comes by and by."""
        headers = {"Origin": self.browser.house.url, "Content-Type": "application/octet-stream"}
        if size:
            headers["Content-Length"] = str(size)
        address, data = self.browser.house.url + path, io.BytesIO(body) if isinstance(body, bytes) else body
        async with self.browser.client.post(address, data=data, headers=headers) as response:
            return response.status, msgspec.json.decode(await response.read())

    async def read(self, after: int = 0, journal: str = "document") -> list[Message]:
        """The frames of a reading, `end` last."""
        status, raw = await self.browser.ask("GET", self.path("", journal, after=after))
        assert status == 200, raw
        return frames(raw)

    async def snapshot(self, body: bytes, upto: int, journal: str = "document", **query: Any) -> str:
        status, made = await self.octets(self.path("/snapshots", journal, upto=upto, **query), body)
        assert status == 200, made
        return str(made["id"])

    async def decide(self, snapshot: str, how: str, journal: str = "document") -> tuple[int, Any]:
        """`confirm` or `restore`."""
        return await self.browser.ask("POST", self.path(f"/snapshots/{snapshot}/{how}", journal), {})

    async def make_notes_key(self) -> None:
        """Whoever writes private notes has one."""
        path = f"/api/rooms/{self.room}/sharing-keys/notes?seat={self.seat}"
        status, problem = await self.browser.ask("PUT", path, {"key": "n" * 42 + "A"})
        assert status == 200, problem

    async def snapshots(self, journal: str = "document") -> list[dict[str, Any]]:
        status, listed = await self.browser.ask("GET", self.path("/snapshots", journal))
        assert status == 200, listed
        return list(listed["snapshots"])


def frames(raw: bytes) -> list[Message]:
    at, found = 0, []
    while at < len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        found.append(msgspec.msgpack.decode(raw[at + 4 : at + 4 + length]))
        at += 4 + length
    return found


def bodies(read: list[Message]) -> list[bytes | None]:
    """Of the entries of a reading, which must be whole and without gaps."""
    entries = [message for message in read if message[0] == "entry"]
    assert read[-1][0] == "end", read[-1]
    numbers = [entry[2] for entry in entries]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    assert not numbers or numbers[-1] == read[-1][1]
    return [entry[6] for entry in entries]


async def share(browser: Browser, room: str, seat: Seat) -> SharingTab:
    address = f"{browser.house.url}/api/rooms/{room}/sharing?seat={seat}"
    line = await browser.client.ws_connect(address, headers={"Origin": browser.house.url}, max_msg_size=1 << 20)
    tab = SharingTab(browser, room, seat, line)
    browser.sharing.append(tab)
    tab.here = await tab.expect("here")
    return tab


async def sharing_pair(house: House) -> tuple[SharingTab, SharingTab]:
    """Both have the room's things open; the mentor was first."""
    mentor, mentee, room = await pair_in(house)
    first = await share(mentor, room, Seat.MENTOR)
    second = await share(mentee, room, Seat.MENTEE)
    await first.expect("partner", lambda message: message[1] is True)
    return first, second
