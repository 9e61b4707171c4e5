"""One turn of the state machine: the room as it becomes, and the effects so far.

Lives only inside `transition()`; what goes in and comes out of that are values.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from msgspec.structs import replace

from server.domain.events import Effect
from server.domain.state import Room, SeatState
from server.domain.values import Presence, Seat


class Refused(Exception):  # noqa: N818 - an answer, not an error; it never leaves transition()
    """The event is not allowed now."""

    def __init__(self, seat: Seat, code: str) -> None:
        super().__init__(code)
        self.seat = seat
        self.code = code


class Turn:
    """Mutable, and gone after one call."""

    def __init__(self, room: Room, now: int) -> None:
        self.room = room
        self.now = now
        self.effects: list[Effect] = []

    def emit(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def set(self, **changes: Any) -> None:
        self.room = replace(self.room, **changes)

    def set_seat(self, seat: Seat, **changes: Any) -> None:
        self.room = self.room.with_seat(seat, replace(self.room.seat(seat), **changes))

    def set_tape(self, **changes: Any) -> None:
        if self.room.tape is not None:
            self.set(tape=replace(self.room.tape, **changes))

    def set_last(self, **changes: Any) -> None:
        if self.room.last is not None:
            self.set(last=replace(self.room.last, **changes))

    def refuse(self, seat: Seat, code: str) -> NoReturn:
        raise Refused(seat, code)

    def present(self, seat: Seat) -> SeatState:
        """The seat whose page has just spoken, which also ends its silence. Refuses an empty seat: `not_here`."""
        state = self.room.seat(seat)
        if not state.socket:
            self.refuse(seat, "not_here")
        if state.presence is Presence.LINE_LOST:
            self.set_seat(seat, presence=Presence.HERE, lost_ms=None, heard_ms=self.now)
        return self.room.seat(seat)

    def both_present(self, seat: Seat) -> None:
        """Refuses where the partner is not here: `partner_absent`."""
        self.present(seat)
        if not self.room.both_here:
            self.refuse(seat, "partner_absent")


Deadline = tuple[int, Callable[[Turn], None]]
"""A moment (ms since the epoch) and what is done when it has come."""
