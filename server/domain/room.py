"""The state machine of a room: `transition(room, event, now) -> (room, effects)`.

Pure: it draws nothing, waits for nothing and never raises. An event that is not allowed changes nothing and answers
`Refuse(seat, code)`; a late answer of the world (a leg that was durable in a run that is over) is ignored. What an
event does stands in `seats`, `timer`, `gestures`, `quiet`, `recording` and `recorder`; here is the order in which it is
done.
"""

from typing import assert_never

from msgspec.structs import replace

from server.domain import events as e
from server.domain import gestures, quiet, recorder, recording, seats, timer
from server.domain.events import Effect, Event
from server.domain.state import Room
from server.domain.turn import Deadline, Refused, Turn
from server.domain.values import Seat

__all__ = ["Room", "new_room", "next_deadline", "resumed", "transition"]


def new_room(retention_days: int, downloads: bool, may_not_record: str | None = None) -> Room:
    """An empty room. `may_not_record` is the code of what forbids recording here, e.g. `password_not_yours`."""
    return Room(retention_days=retention_days, downloads=downloads, may_not_record=may_not_record)


def resumed(room: Room, meeting: str, empty_ms: int, declined_by: Seat | None) -> Room:
    """A new room in which a meeting goes on that a former process began: nobody is here since `empty_ms`. Both switches
    are off, and what was asked is forgotten. "Not today" still holds, so that nobody is asked again."""
    declined = declined_by is not None
    note = "declined" if declined else None
    return replace(room, meeting=meeting, empty_ms=empty_ms, declined=declined, note=note, note_by=declined_by)


def transition(room: Room, event: Event, now: int) -> tuple[Room, tuple[Effect, ...]]:
    """The room after `event` at `now` (ms since the epoch), and what must be done, in this order.

    Deadlines that have passed are applied first, then the event, then the rules that hold whatever happened. An
    event was accepted if and only if no `Refuse` is among the effects. Send a new view only where it differs from the
    last one sent: pulses change the room, not the view.
    """
    turn = Turn(room, now)
    while (deadline := _earliest(turn.room)) is not None and deadline[0] <= now:
        deadline[1](turn)
        settle(turn)
    kept, effects = turn.room, list(turn.effects)
    try:
        _apply(turn, event)
    except Refused as refused:
        turn.room, turn.effects = kept, [*effects, e.Refuse(refused.seat, refused.code)]
    else:
        settle(turn)
    return turn.room, tuple(turn.effects)


def next_deadline(room: Room) -> int | None:
    """When the next `Tick` is due (ms since the epoch), or `None` if nothing is waited for."""
    deadline = _earliest(room)
    return None if deadline is None else deadline[0]


def settle(turn: Turn) -> None:
    """The closing step: the rules that hold whatever happened, so that no path can forget them."""
    timer.settle(turn)
    gestures.settle(turn)
    quiet.settle(turn)
    recording.settle(turn)
    seats.settle(turn)


def _earliest(room: Room) -> Deadline | None:
    # min() keeps the first of equals: silence is looked at before a countdown that ends in the same moment.
    due = [
        *seats.deadlines(room),
        *recording.deadlines(room),
        *recorder.deadlines(room),
        *timer.deadlines(room),
        *gestures.deadlines(room),
        *quiet.deadlines(room),
    ]
    return min(due, key=lambda deadline: deadline[0], default=None)


def _apply(turn: Turn, event: Event) -> None:  # noqa: C901 - one line an event
    match event:
        case e.PageCame():
            seats.page_came(turn, event)
        case e.LineLost():
            seats.line_lost(turn, event)
        case e.PageLeft():
            seats.page_left(turn, event)
        case e.MediaChanged():
            seats.media_changed(turn, event)
        case e.PulseHeard():
            seats.pulse_heard(turn, event)
        case e.BreakProposed():
            timer.proposed(turn, event)
        case e.BreakAnswered():
            timer.answered(turn, event)
        case e.CameBack():
            timer.came_back(turn, event)
        case e.MoreBreak():
            timer.more(turn, event)
        case e.GestureMade():
            gestures.made(turn, event)
        case e.ThinkingSet():
            gestures.thinking_set(turn, event)
        case e.QuietProposed():
            quiet.proposed(turn, event)
        case e.QuietAnswered():
            quiet.answered(turn, event)
        case e.QuietEnded():
            quiet.ended(turn, event)
        case e.ConsentAsked():
            recording.asked(turn, event)
        case e.ConsentGiven():
            recording.given(turn, event)
        case e.ConsentDeclined():
            recording.declined(turn, event)
        case e.ConsentWithdrawn():
            recording.withdrawn(turn, event)
        case e.CountdownStopped():
            recording.countdown_stopped(turn, event)
        case e.WentOn():
            recording.went_on(turn, event)
        case e.OutcomeChosen():
            recording.outcome_chosen(turn, event)
        case e.RoomPolicyChanged():
            recording.policy_changed(turn, event)
        case e.LegDurable():
            recorder.leg_durable(turn, event)
        case e.LegShut():
            recorder.leg_shut(turn, event)
        case e.RecorderFailed():
            recorder.failed(turn, event)
        case e.LimitReached():
            recorder.limit_reached(turn, event)
        case e.RunSealed():
            recorder.run_sealed(turn, event)
        case e.Tick():
            pass
        case _:
            assert_never(event)
