"""Quiet time: one to three minutes to think or write. Proposed by one, agreed by the other, one clock for both;
cameras, microphones and a recording stay as they are."""

from collections.abc import Iterator

from msgspec.structs import replace

from server.domain.events import QuietAnswered, QuietEnded, QuietProposed, Ring
from server.domain.state import MINUTE, YES_LAPSES_MS, Quiet, Room
from server.domain.turn import Deadline, Turn
from server.domain.values import Presence, Seat


def proposed(turn: Turn, event: QuietProposed) -> None:
    turn.both_present(event.seat)
    if turn.room.pause_begun:
        turn.refuse(event.seat, "on_break")
    if turn.room.quiet is not None:
        turn.refuse(event.seat, "quiet_already")
    turn.set(quiet=Quiet("proposed", event.seat, event.minutes, turn.now + YES_LAPSES_MS))


def answered(turn: Turn, event: QuietAnswered) -> None:
    """The partner agrees or declines; who proposed it may take it back."""
    turn.present(event.seat)
    quiet = turn.room.quiet
    if quiet is None or quiet.state != "proposed":
        turn.refuse(event.seat, "no_quiet_proposed")
    if not event.agree:
        turn.set(quiet=None)
        return
    if event.seat is quiet.by:
        turn.refuse(event.seat, "not_yours_to_answer")
    turn.both_present(event.seat)
    turn.set(quiet=replace(quiet, state="running", until_ms=turn.now + quiet.minutes * MINUTE))


def ended(turn: Turn, event: QuietEnded) -> None:
    """Before its time, by either. The other may be looking away from the page: a soft sound tells them."""
    turn.present(event.seat)
    if turn.room.quiet is None or turn.room.quiet.state != "running":
        turn.refuse(event.seat, "no_quiet")
    turn.set(quiet=None)
    turn.emit(Ring("quiet_over", (event.seat.other,)))


def settle(turn: Turn) -> None:
    """It is for two who are in the room, and a break ends it."""
    room = turn.room
    if room.quiet is None:
        return
    alone = any(room.seat(seat).presence is Presence.ABSENT for seat in Seat)
    if alone or room.pause_begun:
        turn.set(quiet=None)


def deadlines(room: Room) -> Iterator[Deadline]:
    if room.quiet is not None:
        yield room.quiet.until_ms, _time_is_up


def _time_is_up(turn: Turn) -> None:
    quiet = turn.room.quiet
    turn.set(quiet=None)
    if quiet is not None and quiet.state == "running":
        turn.emit(Ring("quiet_over", tuple(Seat)))
