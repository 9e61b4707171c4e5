"""The server's end of a sharing socket: a bounded queue out; what only passes is left out first."""

import asyncio
from collections import deque

from aiohttp import WSCloseCode, web

from server.domain.messages import Seat
from server.domain.sharing import Bye, encoder
from server.handlers.socket_page import CLOSE_CODES, FAREWELL_S

QUEUE_BYTES = 4 * 1024 * 1024
"""More that is not read than this, and the reader is let go."""
PASSING_BYTES = 128 * 1024
"""With so much waiting, what only passes is left out."""
FRAME_COST = 64
"""What a frame counts beside its bytes."""


class SharingPage:
    """Implements `live.sharers.Sharer`."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, seat: Seat, proof: bytes
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._stirred = asyncio.Event()
        self._bye: str | None = None
        self._cut: asyncio.TimerHandle | None = None
        self.seat = seat
        self.proof = proof

    @property
    def closing(self) -> bool:
        return self._bye is not None

    def send(self, frame: bytes) -> None:
        if self._bye is not None:
            return
        self._queue.append(frame)
        self._queued += len(frame) + FRAME_COST
        if self._queued > QUEUE_BYTES:
            self._queue.clear()  # whoever does not read would not read these either
            self.bye("too_slow")
        self._stirred.set()

    def pass_on(self, frame: bytes) -> None:
        if self._queued < PASSING_BYTES:
            self.send(frame)

    def bye(self, code: str) -> None:
        if self._bye is None:
            self._queue.append(encoder.encode(Bye(code)))
            self._bye = code
            self._stirred.set()
            self._cut = asyncio.get_running_loop().call_later(FAREWELL_S, self._abort)

    async def write(self) -> None:
        """Sends what is queued until the goodbye has gone out, then closes the socket."""
        queue, send = self._queue, self._socket.send_bytes
        try:
            while self._bye is None or queue:
                await self._stirred.wait()
                self._stirred.clear()
                while queue:
                    frame = queue.popleft()
                    self._queued -= len(frame) + FRAME_COST
                    await send(frame)
            await self._socket.close(code=CLOSE_CODES.get(self._bye, WSCloseCode.POLICY_VIOLATION))
        except ConnectionError:
            pass  # the line is gone; the reading side notices too
        finally:
            if self._cut is not None:
                self._cut.cancel()

    def _abort(self) -> None:
        # somebody who does not read keeps `send_bytes` and `close` waiting for ever
        if self._transport is not None:
            self._transport.abort()
