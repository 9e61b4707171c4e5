"""The server's end of a page's socket: a bounded queue out."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable
from typing import AnyStr, ClassVar, Generic

from aiohttp import WSCloseCode, web

from server.domain.from_server import Bye, FromServer, encoder
from server.domain.values import Seat

FAREWELL_S = 2.0
"""How long a socket may take to swallow what is left and the goodbye; then the line is cut."""

NOT_HEARD = frozenset({"flooding", "malformed"})
"""Who is told goodbye for this is not read any more, not even up to the answer to a close: all other rooms would wait
for what still comes."""
HASTE_S = 0.05

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


class LineOut(ABC, Generic[AnyStr]):
    """A socket's end with a bounded queue, written by a task of its own (`write`). How a message is made and sent, and
    how much may wait, is for each kind of page to say."""

    MOST_MESSAGES: ClassVar[int]
    MOST_BYTES: ClassVar[int]
    """More that a reader leaves unread than either, and it is let go."""

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
        """The message that says goodbye."""

    @abstractmethod
    def _deliver(self) -> Awaitable[None]:
        """Sends one frame of what is queued (there is something); waits while the line is slow."""

    @property
    def closing(self) -> bool:
        return self._bye is not None

    def _put(self, message: AnyStr) -> None:
        if self._bye is not None:
            return
        self._enqueue(message)
        if self._queued > self.MOST_BYTES or len(self._queue) > self.MOST_MESSAGES:
            self._queue.clear()  # whoever does not read would not read these either
            self._queued = 0
            self.bye("too_slow")

    def _enqueue(self, message: AnyStr) -> None:
        if not self._queue:
            self._stirred.set()
        self._queue.append(message)
        self._queued += len(message)

    def _next(self) -> AnyStr:
        message = self._queue.popleft()
        self._queued -= len(message)
        return message

    def bye(self, code: str) -> None:
        if self._bye is None:
            self._enqueue(self._farewell(code))
            self._bye = code
            self._cut = asyncio.get_running_loop().call_later(FAREWELL_S, self._abort)
            if code in NOT_HEARD and self._transport is not None and not self._transport.is_closing():
                self._transport.pause_reading()

    async def write(self) -> None:
        """Sends what is queued until the goodbye has gone out, then closes the socket."""
        try:
            while self._bye is None or self._queue:
                await self._stirred.wait()
                self._stirred.clear()
                while self._queue:
                    await self._deliver()
            async with asyncio.timeout(HASTE_S if self._bye in NOT_HEARD else None):
                await self._socket.close(code=CLOSE_CODES.get(self._bye, WSCloseCode.POLICY_VIOLATION))
        except (ConnectionError, TimeoutError):
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

    MOST_MESSAGES = 256
    MOST_BYTES = 1024 * 1024
    page = ""

    def send(self, message: FromServer) -> None:
        if not self.closing:
            self._put(encoder.encode(message).decode())

    def _farewell(self, code: str) -> str:
        return encoder.encode(Bye(code)).decode()

    def _deliver(self) -> Awaitable[None]:
        return self._socket.send_str(self._next())
