"""A meeting page's socket, as the room sees it."""

from typing import Protocol

from server.domain.from_server import FromServer
from server.domain.values import Seat


class Page(Protocol):
    """One open socket that has said hello."""

    @property
    def seat(self) -> Seat: ...

    @property
    def proof(self) -> bytes:
        """Hash of the seat cookie the socket was opened with."""
        ...

    @property
    def page(self) -> str:
        """The id of this load of the page."""
        ...

    def send(self, message: FromServer) -> None:
        """Queues; never waits and never raises. A socket that cannot keep up is closed with `too_slow`."""
        ...

    def bye(self, code: str) -> None:
        """Say goodbye and close; what is queued before it still goes out. May be called twice."""
        ...
