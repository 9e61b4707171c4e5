"""Gestures, and "I am thinking": signs of one for both. Nothing of a gesture stays but how soon the next may follow."""

from collections.abc import Iterator
from functools import partial

from server.domain.events import GestureMade, PassGesture, ThinkingSet
from server.domain.state import GESTURE_BURST, GESTURE_EVERY_MS, THINKING_MS, Room
from server.domain.turn import Deadline, Turn
from server.domain.values import Seat


def made(turn: Turn, event: GestureMade) -> None:
    """Passes it to both, at most GESTURE_BURST at once and one every GESTURE_EVERY_MS for good (the generic cell rate
    algorithm: each costs its time, and the debt is bounded)."""
    turn.both_present(event.seat)
    if turn.room.pause_begun:
        turn.refuse(event.seat, "on_break")
    debt_until = max(turn.room.seat(event.seat).gestures_ms, turn.now)
    if debt_until - turn.now > (GESTURE_BURST - 1) * GESTURE_EVERY_MS:
        turn.refuse(event.seat, "too_many_gestures")
    turn.set_seat(event.seat, gestures_ms=debt_until + GESTURE_EVERY_MS)
    turn.emit(PassGesture(event.seat, event.kind, turn.now))


def thinking_set(turn: Turn, event: ThinkingSet) -> None:
    turn.present(event.seat)
    if event.on and turn.room.pause_begun:
        turn.refuse(event.seat, "on_break")
    turn.set_seat(event.seat, thinking_until_ms=turn.now + THINKING_MS if event.on else None)


def settle(turn: Turn) -> None:
    """Only somebody who is here thinks, and nobody during a break."""
    for seat in Seat:
        state = turn.room.seat(seat)
        if state.thinking_until_ms is not None and (not state.here or turn.room.pause_begun):
            _thought(turn, seat)


def deadlines(room: Room) -> Iterator[Deadline]:
    for seat in Seat:
        until_ms = room.seat(seat).thinking_until_ms
        if until_ms is not None:
            yield until_ms, partial(_thought, seat=seat)


def _thought(turn: Turn, seat: Seat) -> None:
    turn.set_seat(seat, thinking_until_ms=None)
