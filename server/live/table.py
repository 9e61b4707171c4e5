"""What lies between the two in one room, as a recording hears of it."""

from collections.abc import AsyncIterator, Callable

from server.domain.shared_part import Frame, Happened
from server.live.happenings import Happening, Observer


class RoomTable:
    """Gestures, thinking, breaks and quiet time of the meeting."""

    def __init__(self, observe: Callable[[Observer], Callable[[], None]]) -> None:
        self._observe = observe

    def follow(self, heard: Callable[[Frame], None]) -> Callable[[], None]:
        def happened(what: Happening) -> None:
            heard(Happened(what.at_ms, what.about.value, what.seat, what.what, what.minutes))

        return self._observe(happened)

    async def chat(self) -> AsyncIterator[Frame]:
        """The chat as it stands."""
        nothing: tuple[Frame, ...] = ()
        for frame in nothing:
            yield frame
