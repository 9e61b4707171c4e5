"""One room while people are in it: events go in, views come out, and effects are performed in order."""

from typing import Protocol

from server.domain.events import Event
from server.domain.messages import FromServer, Seat


class Page(Protocol):
    """A socket as the room sees it."""

    seat: Seat
    page: str

    def send(self, message: FromServer) -> None:
        """Queues; never waits. A socket that cannot keep up is closed with `too_slow`."""

    def bye(self, code: str) -> None: ...


class RoomTask:
    def dispatch(self, event: Event) -> None:
        """Applies the event at once: the transition and the closing of a permit happen before this returns, what
        touches the database or files is queued for the room's worker and done in order."""
        raise NotImplementedError
