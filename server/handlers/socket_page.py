"""The server's end of a meeting page's socket: a bounded queue out, a bounded pace in."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable
from typing import AnyStr, Generic

from aiohttp import WSCloseCode, web

from server.domain.messages import Bye, FromServer, Seat, encoder

QUEUE_MESSAGES = 256
QUEUE_BYTES = 1024 * 1024
FAREWELL_S = 2.0
"""How long a socket may take to swallow what is left and the goodbye; then the line is cut."""

CLOSE_CODES = {
    "replaced": 4001,
    "seat_revoked": 4003,
    "left": 1000,
    "flooding": 4008,
    "too_slow": 4009,
    "malformed": 4010,
    "no_hello": 4011,
    "going_down": WSCloseCode.GOING_AWAY,
}
"""4000 to 4999 are ours to give (RFC 6455 section 7.4.2)."""


class Bucket:
    """A token bucket: `rate` a second, `burst` at once."""

    def __init__(self, rate: int, burst: int, now_ms: int) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at_ms = now_ms

    def take(self, now_ms: int) -> bool:
        self._tokens = min(self._burst, self._tokens + (now_ms - self._at_ms) * self._rate / 1000)
        self._at_ms = now_ms
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class LineOut(ABC, Generic[AnyStr]):
    """A socket's end with a bounded queue, written by a task of its own (`write`). How frames are made and sent, what
    they count and how much may wait is for each kind of page to say."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, seat: Seat, proof: bytes
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._queue: deque[AnyStr] = deque()
        self._queued = 0
        self._stirred = asyncio.Event()
        self._bye: str | None = None
        self._cut: asyncio.TimerHandle | None = None
        self.seat = seat
        self.proof = proof

    @abstractmethod
    def _farewell(self, code: str) -> AnyStr:
        """The frame that says goodbye."""

    @abstractmethod
    def _deliver(self, frame: AnyStr) -> Awaitable[None]:
        """Sends one frame; waits while the line is slow."""

    @abstractmethod
    def _cost(self, frame: AnyStr) -> int:
        """What it counts while it waits."""

    @abstractmethod
    def _too_much(self) -> bool:
        """Whether more waits than a reader may leave unread."""

    @property
    def closing(self) -> bool:
        return self._bye is not None

    def _put(self, frame: AnyStr) -> None:
        if self._bye is not None:
            return
        self._queue.append(frame)
        self._queued += self._cost(frame)
        if self._too_much():
            self._queue.clear()  # whoever does not read would not read these either
            self.bye("too_slow")
        self._stirred.set()

    def bye(self, code: str) -> None:
        if self._bye is None:
            self._queue.append(self._farewell(code))
            self._bye = code
            self._stirred.set()
            self._cut = asyncio.get_running_loop().call_later(FAREWELL_S, self._abort)

    async def write(self) -> None:
        """Sends what is queued until the goodbye has gone out, then closes the socket."""
        try:
            while self._bye is None or self._queue:
                await self._stirred.wait()
                self._stirred.clear()
                while self._queue:
                    frame = self._queue.popleft()
                    self._queued -= self._cost(frame)
                    await self._deliver(frame)
            await self._socket.close(code=CLOSE_CODES.get(self._bye, WSCloseCode.POLICY_VIOLATION))
        except ConnectionError:
            pass  # the line is gone; the reading side notices too
        finally:
            if self._cut is not None:
                self._cut.cancel()

    def _abort(self) -> None:
        # somebody who does not read keeps sending and closing waiting for ever
        if self._transport is not None:
            self._transport.abort()


class SocketPage(LineOut[str]):
    """Implements `live.page.Page`. `page` is empty until the page has said hello."""

    page = ""

    def send(self, message: FromServer) -> None:
        if not self.closing:
            self._put(encoder.encode(message).decode())

    def _farewell(self, code: str) -> str:
        return encoder.encode(Bye(code)).decode()

    def _deliver(self, frame: str) -> Awaitable[None]:
        return self._socket.send_str(frame)

    def _cost(self, frame: str) -> int:
        return len(frame)

    def _too_much(self) -> bool:
        return len(self._queue) > QUEUE_MESSAGES or self._queued > QUEUE_BYTES
