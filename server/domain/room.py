"""The state machine of a room: `transition(room, event, now) -> (room, effects)`.

Pure: it draws nothing, waits for nothing and never raises. An event that is not allowed changes nothing and answers
`Refuse(seat, code)`; a late answer of the world (a leg that was durable in a run that is over) is ignored.
"""

from server.domain.events import Effect, Event
from server.domain.state import Room

__all__ = ["Room", "new_room", "next_deadline", "transition"]


def new_room(retention_days: int, downloads: bool, may_not_record: str | None = None) -> Room:
    """An empty room. `may_not_record` is the code of what forbids recording here, e.g. `password_not_yours`."""
    return Room(retention_days=retention_days, downloads=downloads, may_not_record=may_not_record)


def transition(room: Room, event: Event, now: int) -> tuple[Room, tuple[Effect, ...]]:
    """The room after `event` at `now` (ms since the epoch), and what must be done, in this order.

    Deadlines that have passed are applied first, then the event, then the rules that hold whatever happened. An
    event was accepted if and only if no `Refuse` is among the effects. Send a new view only where it differs from the
    last one sent: pulses change the room, not the view.
    """
    raise NotImplementedError


def next_deadline(room: Room) -> int | None:
    """When the next `Tick` is due (ms since the epoch), or `None` if nothing is waited for."""
    raise NotImplementedError
