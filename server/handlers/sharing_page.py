"""The server's end of a sharing socket: a bounded queue out; what only passes is left out first."""

from collections.abc import Awaitable

from server.domain.sharing import Bye, encoder
from server.handlers.socket_page import LineOut

QUEUE_BYTES = 4 * 1024 * 1024
"""More that is not read than this, and the reader is let go."""
PASSING_BYTES = 128 * 1024
"""With so much waiting, what only passes is left out."""
FRAME_COST = 64
"""What a frame counts beside its bytes."""


class SharingPage(LineOut[bytes]):
    """Implements `live.sharers.Sharer`."""

    def send(self, frame: bytes) -> None:
        self._put(frame)

    def pass_on(self, frame: bytes) -> None:
        if self._queued < PASSING_BYTES:
            self._put(frame)

    def _farewell(self, code: str) -> bytes:
        return encoder.encode(Bye(code))

    def _deliver(self, frame: bytes) -> Awaitable[None]:
        return self._socket.send_bytes(frame)

    def _cost(self, frame: bytes) -> int:
        return len(frame) + FRAME_COST

    def _too_much(self) -> bool:
        return self._queued > QUEUE_BYTES
