"""The server's end of a sharing socket: a bounded queue out; what only passes is left out first."""

from collections.abc import Awaitable

from server.domain.sharing import MAX_MESSAGES_BYTES, Bye, encoder, frame_of
from server.handlers.socket_page import LineOut

PASSING_BYTES = 128 * 1024
"""With so much waiting, what only passes is left out."""


class SharingPage(LineOut[bytes]):
    """Implements `live.sharers.Sharer`."""

    MOST_MESSAGES = 32_768
    MOST_BYTES = 4 * 1024 * 1024

    def send(self, message: bytes) -> None:
        self._put(message)

    def pass_on(self, message: bytes) -> None:
        if self._queued < PASSING_BYTES:
            self._put(message)

    def _farewell(self, code: str) -> bytes:
        return encoder.encode(Bye(code))

    def _deliver(self) -> Awaitable[None]:
        return self._socket.send_bytes(self._frame())

    def _frame(self) -> bytes:
        """What waits, as far as it fits: much in one frame costs little more than little."""
        queue, messages, size = self._queue, list[bytes](), 0
        while queue and (not messages or size + len(queue[0]) <= MAX_MESSAGES_BYTES):
            size += len(queue[0])
            messages.append(queue.popleft())
        self._queued -= size
        return frame_of(messages)
