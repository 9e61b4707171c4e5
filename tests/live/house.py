"""The real application on a real port, and people with browsers of their own in front of it."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec
from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.app import build_app
from server.clock import Clock, ManualClock, SystemClock
from server.config import Config
from server.crypto.master import MasterKeys
from server.domain import consent
from server.domain.values import Seat
from server.handlers import keys
from server.ids import new_id
from server.live.hub import Hub
from tests.harness import QUICK
from tests.laid_out import lay_out

PASSWORD = "a password of our own"
TITLE = "Walnut conversations"
NAMES = {Seat.MENTOR: "Ottoline Quill", Seat.MENTEE: "Barnaby Finch"}
PATIENCE_S = 20.0

Message = dict[str, Any]


class Closable(Protocol):
    """A socket of another kind than the meeting's."""

    async def close(self) -> None: ...


class HurriedClock(SystemClock):
    """Time as it is, for real media, of which a part may be skipped: nobody need sit through a countdown."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead_ms = 0
        self._skipped = asyncio.Event()

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms

    async def sleep_until(self, moment_ms: int) -> None:
        while (left_ms := moment_ms - self.now_ms()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_ms / 1000):
                    await self._skipped.wait()
        await asyncio.sleep(0)

    def advance(self, by_ms: int) -> None:
        self._ahead_ms += by_ms
        self._skipped.set()
        self._skipped = asyncio.Event()


class House:
    """A running server; `clock` stands still unless a test moves it."""

    def __init__(self, app: web.Application, server: TestServer, clock: Clock, data_dir: Path) -> None:
        self.app = app
        self.clock = clock
        self.data_dir = data_dir
        self.url = f"http://127.0.0.1:{server.port}"
        self.browsers: list[Browser] = []

    @property
    def hub(self) -> Hub:
        return self.app[keys.HUB]

    def browser(self) -> "Browser":
        made = Browser(self)
        self.browsers.append(made)
        return made

    def advance(self, by_ms: int) -> None:
        assert isinstance(self.clock, ManualClock | HurriedClock)
        self.clock.advance(by_ms)


@asynccontextmanager
async def open_house(
    folder: Path, clock: Clock | None = None, masters: MasterKeys | None = None, **settings: Any
) -> AsyncIterator[House]:
    clock = clock or ManualClock()
    defaults: dict[str, Any] = {
        "stun_port": None,
        "media_ports": None,
        "min_free_bytes": 0,
        "max_requests_per_second": 1000,
    }
    config = Config(data_dir=folder / "data", master_key_file=folder / "master.key", port=0, **(defaults | settings))
    config.data_dir.mkdir(mode=0o700, exist_ok=True)
    await lay_out(config.data_dir)
    app = build_app(config, masters or MasterKeys.new(), clock=clock, synchronised=lambda: True, hashing=QUICK)
    server = TestServer(app)
    async with server:
        house = House(app, server, clock, config.data_dir)
        try:
            yield house
        finally:
            for browser in house.browsers:
                await browser.close()


class Browser:
    """A browser's profile: cookies and, for each seat, a signing key."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.keys = {seat: SigningKey() for seat in Seat}
        self.tabs: list[Tab] = []
        self.sharing: list[Closable] = []

    async def ask(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status, and the answer's JSON."""
        async with await self.request(method, path, body, headers=headers) as response:
            raw = await response.read()
            return response.status, msgspec.json.decode(raw) if "json" in response.content_type else raw

    async def request(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> ClientResponse:
        sent = {"Origin": self.house.url} | (headers or {})
        data = None
        if body is not None or method != "GET":
            sent["Content-Type"] = "application/json"
            data = msgspec.json.encode(body if body is not None else {})
        return await self.client.request(method, self.house.url + path, data=data, headers=sent)

    async def create(self, seat: str = "mentor", **more: Any) -> str:
        """The new room's id."""
        body = {"title": TITLE, "password": PASSWORD, "retention_days": 30, "downloads": True, "seat": seat} | more
        status, made = await self.ask("POST", "/api/rooms", body)
        assert status == 201, made
        return str(made["room"])

    def join_words(self, seat: Seat, **more: Any) -> dict[str, Any]:
        key = self.keys[seat]
        return {"seat": seat, "name": NAMES[seat], "key": {"id": key.id, "spki": key.spki}} | more

    async def join(self, room: str, seat: Seat, **more: Any) -> tuple[int, Any]:
        return await self.ask("POST", f"/api/rooms/{room}/join", self.join_words(seat, **more))

    async def enter(self, room: str, seat: Seat, page: str | None = None) -> "Tab":
        """Opens the meeting page's socket, says hello and is welcomed."""
        tab = await self.socket(room, seat, page)
        await tab.hello()
        return tab

    async def socket(self, room: str, seat: Seat, page: str | None = None) -> "Tab":
        address = f"{self.house.url}/api/rooms/{room}/socket?seat={seat}"
        line = await self.client.ws_connect(address, headers={"Origin": self.house.url}, max_msg_size=1 << 20)
        tab = Tab(self, room, seat, line, page or new_id())
        self.tabs.append(tab)
        return tab

    async def close(self) -> None:
        for tab in (*self.tabs, *self.sharing):
            await tab.close()
        await self.client.close()


class Tab:
    """A meeting page: one socket, what came over it, and the room as it shows it."""

    def __init__(self, browser: Browser, room: str, seat: Seat, line: ClientWebSocketResponse, page: str) -> None:
        self.browser = browser
        self.room_id = room
        self.seat = seat
        self.line = line
        self.page = page
        self.view: Any = None
        self.welcome: Message = {}
        self.inbox: list[Message] = []
        self.words: Message = {}
        self._came = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for frame in self.line:
            if frame.type is not WSMsgType.TEXT:
                break
            message = msgspec.json.decode(frame.data)
            if message["type"] in ("welcome", "room"):
                self.view = message["room"]
            async with self._came:
                self.inbox.append(message)
                self._came.notify_all()
        async with self._came:
            self._came.notify_all()

    async def hello(self, microphone: str = "on", camera: str = "on") -> None:
        await self.send("hello", page=self.page, microphone=microphone, camera=camera)
        self.welcome = await self.expect("welcome")

    async def send(self, type: str, **fields: Any) -> None:  # noqa: A002 - the wire's word
        await self.line.send_str(msgspec.json.encode({"type": type} | fields).decode())

    async def expect(self, type: str, **fields: Any) -> Message:  # noqa: A002
        """The first message like this that has not been taken yet."""
        found: list[Message] = []

        def there() -> bool:
            for message in self.inbox:
                if message["type"] == type and all(message.get(name) == value for name, value in fields.items()):
                    found.append(message)
                    self.inbox.remove(message)
                    return True
            return self._reading.done()

        await self._wait(there)
        assert found, f"the socket closed ({self.line.close_code}) without {type} {fields}: {self.inbox}"
        return found[0]

    async def see(self, what: Callable[[Any], bool]) -> Any:
        """Waits until the room, as this page shows it, is so."""
        await self._wait(lambda: what(self.view) or self._reading.done())
        assert what(self.view), self.view
        return self.view

    async def recording(self, state: str) -> Any:
        return (await self.see(lambda view: view["recording"]["state"] == state))["recording"]

    async def closed(self) -> int | None:
        """The close code, once the server has closed."""
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait({self._reading})
        return self.line.close_code

    async def quiet(self) -> None:
        """Returns once the server has answered everything sent so far; what came meanwhile lies in `inbox`."""
        number = len(self.inbox) + 1000
        await self.send("pulse", n=number)
        await self.expect("pulse", n=number)

    async def _wait(self, what: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(what)

    async def ask_words(self) -> Message:
        await self.send("consent_ask", language="en", time_zone="Europe/Copenhagen")
        self.words = await self.expect("consent_words")
        return self.words

    def signed(self, answer: str, **changed: Any) -> dict[str, Any]:
        """The fields of an answer to the words shown last."""
        words = self.words
        said: dict[str, Any] = {
            "room": self.room_id,
            "meeting": words["meeting"],
            "recording": words["recording"],
            "seat": self.seat,
            "nonce": words["nonce"],
            "words_hash": words["words_hash"],
            "words_version": words["version"],
            "language": words["language"],
            "due_ms": words["due_ms"],
        } | changed
        key = self.browser.keys[self.seat]
        return {"nonce": words["nonce"], "key": key.id, "signature": key.sign(consent.statement(answer, **said))}

    async def agree(self) -> None:
        """Reads the words and says yes."""
        words = await self.ask_words()
        await self.send("consent_yes", words_hash=words["words_hash"], **self.signed("yes"))

    async def close(self) -> None:
        await self.line.close()
        await self._reading


class SigningKey:
    """As WebCrypto makes it: ECDSA P-256, signatures in IEEE P1363."""

    def __init__(self, curve: ec.EllipticCurve | None = None) -> None:
        self.id = new_id()
        self._key = ec.generate_private_key(curve or ec.SECP256R1())
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.spki = base64.urlsafe_b64encode(der).decode().rstrip("=")

    def sign(self, statement: bytes) -> str:
        r, s = decode_dss_signature(self._key.sign(statement, ec.ECDSA(hashes.SHA256())))
        return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode().rstrip("=")


async def pair_in(house: House, **more: Any) -> tuple[Browser, Browser, str]:
    """Two people who have joined a new room, each with a browser of their own."""
    mentor, mentee = house.browser(), house.browser()
    room = await mentor.create("mentor", **more)
    assert (await mentor.join(room, Seat.MENTOR))[0] == 200
    assert (await mentee.join(room, Seat.MENTEE, password=more.get("password", PASSWORD)))[0] == 200
    return mentor, mentee, room


async def meeting_in(house: House, **more: Any) -> tuple[Tab, Tab]:
    """Both in the meeting."""
    mentor, mentee, room = await pair_in(house, **more)
    first = await mentor.enter(room, Seat.MENTOR)
    second = await mentee.enter(room, Seat.MENTEE)
    await first.see(lambda view: view["seats"]["mentee"]["presence"] == "here")
    return first, second


async def begin_recording(house: House, first: Tab, second: Tab) -> dict[str, Any]:
    """Both agree and the countdown passes: the permit is open, no leg is up yet. The recording, as `first` sees it."""
    await first.agree()
    await first.recording("waiting")
    await second.agree()
    await first.recording("countdown")
    await pass_seconds(house, 3, first, second)
    begun: dict[str, Any] = await first.recording("starting")
    return begun


async def pass_seconds(house: House, seconds: int, *tabs: Tab) -> None:
    """Time goes by, and the pages send their pulse each second, as they do around a recording."""
    for _ in range(seconds):
        for tab in tabs:
            await tab.quiet()
        house.advance(1_000)
