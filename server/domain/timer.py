"""The break: proposed by one, agreed by the other, one deadline for both, nobody thrown out at its end."""

from collections.abc import Iterator

from msgspec.structs import replace

from server.domain.events import BreakAnswered, BreakProposed, CameBack, MoreBreak, Ring
from server.domain.state import BREAK_CAP_MINUTES, MINUTE, YES_LAPSES_MS, Break, Room
from server.domain.turn import Deadline, Turn
from server.domain.values import Device, Presence, Seat


def proposed(turn: Turn, event: BreakProposed) -> None:
    turn.both_present(event.seat)
    if turn.room.pause is not None:
        turn.refuse(event.seat, "break_already")
    turn.set(pause=Break("proposed", event.seat, event.minutes, turn.now + YES_LAPSES_MS))


def answered(turn: Turn, event: BreakAnswered) -> None:
    """The partner agrees or declines; who proposed it may take it back."""
    turn.present(event.seat)
    pause = turn.room.pause
    if pause is None or pause.state != "proposed":
        turn.refuse(event.seat, "no_break_proposed")
    if not event.agree:
        turn.set(pause=None)
        return
    if event.seat is pause.by:
        turn.refuse(event.seat, "not_yours_to_answer")
    turn.both_present(event.seat)
    turn.set(pause=replace(pause, state="running", until_ms=turn.now + pause.minutes * MINUTE))
    for seat in Seat:
        _devices_off(turn, seat)


def came_back(turn: Turn, event: CameBack) -> None:
    turn.present(event.seat)
    pause = _begun(turn, event.seat)
    turn.set(pause=replace(pause, back=pause.back | {event.seat}))


def more(turn: Turn, event: MoreBreak) -> None:
    """Adds minutes to a break that runs, or opens one again whose time was up."""
    turn.present(event.seat)
    pause = _begun(turn, event.seat)
    minutes = pause.minutes + event.minutes
    if minutes > BREAK_CAP_MINUTES:
        turn.refuse(event.seat, "break_too_long")
    until_ms = (turn.now if pause.until_ms is None else pause.until_ms) + event.minutes * MINUTE
    back = pause.back - {event.seat}
    turn.set(pause=replace(pause, state="running", minutes=minutes, until_ms=until_ms, back=back))


def settle(turn: Turn) -> None:
    """A proposal needs both in the room; a break ends when everybody who is in the room is back."""
    room, pause = turn.room, turn.room.pause
    if pause is None:
        return
    in_room = {seat for seat in Seat if room.seat(seat).presence is not Presence.ABSENT}
    if pause.state == "proposed":
        if len(in_room) < len(Seat):
            turn.set(pause=None)
    elif in_room and in_room <= pause.back:
        turn.set(pause=None)


def deadlines(room: Room) -> Iterator[Deadline]:
    if room.pause is not None and room.pause.until_ms is not None:
        yield room.pause.until_ms, _time_is_up


def _time_is_up(turn: Turn) -> None:
    pause = turn.room.pause
    if pause is None:
        return
    if pause.state == "proposed":
        turn.set(pause=None)
        return
    turn.set(pause=replace(pause, state="over", until_ms=None))
    turn.emit(Ring("break_over", tuple(Seat)))


def _begun(turn: Turn, seat: Seat) -> Break:
    pause = turn.room.pause
    if pause is None or pause.state == "proposed":
        turn.refuse(seat, "no_break")
    return pause


def _devices_off(turn: Turn, seat: Seat) -> None:
    state = turn.room.seat(seat)
    turn.set_seat(
        seat,
        microphone=Device.OFF if state.microphone is Device.ON else state.microphone,
        camera=Device.OFF if state.camera is Device.ON else state.camera,
    )
