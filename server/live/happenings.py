"""What happens between the two besides speech: gestures, thinking, breaks, quiet time, each with its moment.

`RoomTask.observe` tells of them as they happen; the room itself keeps none. Pure: read off the room before and after.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from server.domain.events import Effect, PassGesture
from server.domain.state import Break, Quiet, Room
from server.domain.values import Seat


class About(StrEnum):
    GESTURE = "gesture"
    THINKING = "thinking"
    BREAK = "break"
    QUIET = "quiet"


class Happening(Struct, frozen=True):
    """One thing that has happened."""

    about: About
    seat: Seat | None
    """Whose gesture or thinking; who proposed the break or the quiet time. `None`: nobody's doing, it has ended."""
    at_ms: int
    """Milliseconds since the epoch, UTC, by the server's clock."""
    what: str
    """The gesture's kind; `on` or `off` of thinking; `proposed`, `running`, `over` or `ended` of the others."""
    minutes: int | None = None
    """Of a break or a quiet time that is proposed, running or over."""


Observer = Callable[[Happening], None]
"""Called within the room's turn: must not wait."""


def happenings(before: Room, after: Room, effects: Iterable[Effect], now: int) -> Iterator[Happening]:
    for effect in effects:
        if isinstance(effect, PassGesture):
            yield Happening(About.GESTURE, effect.seat, effect.at_ms, effect.kind.value)
    for seat in Seat:
        thinks = after.seat(seat).thinking_until_ms is not None
        if thinks != (before.seat(seat).thinking_until_ms is not None):
            yield Happening(About.THINKING, seat, now, "on" if thinks else "off")
    yield from _span(About.BREAK, before.pause, after.pause, now)
    yield from _span(About.QUIET, before.quiet, after.quiet, now)


def going_on(room: Room, now: int) -> Iterator[Happening]:
    """What has begun before and lasts: for one who begins to observe."""
    for seat in Seat:
        if room.seat(seat).thinking_until_ms is not None:
            yield Happening(About.THINKING, seat, now, "on")
    yield from _span(About.BREAK, None, room.pause, now)
    yield from _span(About.QUIET, None, room.quiet, now)


def _span(about: About, before: Break | Quiet | None, after: Break | Quiet | None, now: int) -> Iterator[Happening]:
    if after is None:
        if before is not None:
            yield Happening(about, None, now, "ended")
    elif before is None or (before.state, before.minutes) != (after.state, after.minutes):
        yield Happening(about, after.by, now, after.state, after.minutes)
