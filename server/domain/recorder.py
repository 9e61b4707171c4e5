"""What the recorder answers. It answers late at times: what is not about the recording at hand is ignored."""

from collections.abc import Iterator

from server.domain.events import LegDurable, LegShut, LimitReached, RecorderFailed, Ring, RunSealed
from server.domain.recording import stop
from server.domain.state import BOTH, NOBODY, Room, Stopped, Tape
from server.domain.turn import Deadline, Turn
from server.domain.values import RecordingState, Seat


def leg_durable(turn: Turn, event: LegDurable) -> None:
    """It is called recording once something of both lies on the disk. Its time counts from its first frame, as the
    recording's own does: else more would be said to be saved than there is."""
    tape = turn.room.tape
    if tape is None or not tape.permit or (tape.recording, tape.run) != (event.recording, event.run):
        return
    durable = tape.durable | {event.seat}
    turn.set_tape(durable=durable, legs=tape.legs | {event.seat})
    if tape.state is RecordingState.STARTING and durable == BOTH:
        started_ms = min(turn.now, event.since_ms)
        turn.set_tape(state=RecordingState.RECORDING, until_ms=None, started_ms=started_ms)
        turn.emit(Ring("recording_started", tuple(Seat)))


def leg_shut(turn: Turn, event: LegShut) -> None:
    """The pause (or the end) is quiet once both legs are shut."""
    tape, last = turn.room.tape, turn.room.last
    if tape is not None and (tape.recording, tape.run) == (event.recording, event.run):
        legs = tape.legs - {event.seat}
        turn.set_tape(legs=legs, legs_until_ms=_unless_shut(legs, tape))
    elif last is not None and (last.recording, last.run) == (event.recording, event.run):
        legs = last.legs - {event.seat}
        turn.set_last(legs=legs, legs_until_ms=_unless_shut(legs, last))


def failed(turn: Turn, event: RecorderFailed) -> None:
    """A leg that broke matters only in the run that is on; what cannot be written matters at any time."""
    tape = turn.room.tape
    if tape is None or tape.recording != event.recording:
        return
    if event.reason.startswith("leg_") and not (tape.permit and tape.run == event.run):
        return
    stop(turn, event.reason, event.seat)


def limit_reached(turn: Turn, event: LimitReached) -> None:
    tape = turn.room.tape
    if tape is not None and tape.recording == event.recording:
        stop(turn, event.reason, None)


def run_sealed(turn: Turn, event: RunSealed) -> None:
    tape, last = turn.room.tape, turn.room.last
    if tape is not None and tape.recording == event.recording and event.run in tape.unsealed:
        recorded_ms, unsealed = tape.recorded_ms + event.length_ms, tape.unsealed - {event.run}
        turn.set_tape(recorded_ms=recorded_ms, unsealed=unsealed, sealed_end_ms=event.ended_ms)
    elif last is not None and last.recording == event.recording and event.run in last.unsealed:
        recorded_ms = last.recorded_ms + event.length_ms
        unsealed = last.unsealed - {event.run}
        turn.set_last(recorded_ms=recorded_ms, unsealed=unsealed, sealed_end_ms=event.ended_ms)
        if recorded_ms == 0 and last.unsealed == {event.run} and last.choice != "erased":
            turn.set_last(choice=None, choosers=NOBODY)  # nothing came of it, so there is nothing to keep


def deadlines(room: Room) -> Iterator[Deadline]:
    for value in (room.tape, room.last):
        if value is not None and value.legs_until_ms is not None:
            yield value.legs_until_ms, _legs_waited_for


def _legs_waited_for(turn: Turn) -> None:
    """No word from a browser: its permit is closed and the recorder has dropped its leg, so the wait ends."""
    for value, change in ((turn.room.tape, turn.set_tape), (turn.room.last, turn.set_last)):
        if value is not None and value.legs_until_ms is not None and value.legs_until_ms <= turn.now:
            change(legs=NOBODY, legs_until_ms=None)


def _unless_shut(legs: frozenset[Seat], of: Tape | Stopped) -> int | None:
    return of.legs_until_ms if legs else None
