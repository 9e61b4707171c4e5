"""What one seat sees of a room."""

from collections.abc import Mapping, Sequence

from server.domain.retention import due_ms
from server.domain.shown import BreakView, QuietView, RecordingView, RoomView, SeatView
from server.domain.state import LINE_RETURN_MS, MINUTE, Room, Stopped, Tape
from server.domain.values import Presence, RecordingState, Seat


def view(
    room: Room,
    seat: Seat,
    now: int,
    *,
    title: str,
    names: Mapping[Seat, str | None],
    saved_ms: int = 0,
    notices: Sequence[str] = (),
) -> RoomView:
    """`names` holds `None` for a seat nobody has claimed; `saved_ms` is how much of the recording is durably sealed.

    `due_ms` is the day the recording would get if it ended now: while it runs rounded down to the minute, so that views
    stay equal in between; in a pause and afterwards counted from the end of its last part, as its row does.
    """
    return RoomView(
        title=title,
        seats={each: _seat(room, each, names.get(each)) for each in Seat},
        pause=_pause(room),
        recording=_recording(room, seat, now, saved_ms),
        retention_days=room.retention_days,
        downloads=room.downloads,
        may_record=room.may_not_record is None,
        may_not_record=room.may_not_record,
        notices=list(notices),
        quiet=_quiet(room),
    )


def _seat(room: Room, seat: Seat, name: str | None) -> SeatView:
    state = room.seat(seat)
    return SeatView(
        claimed=name is not None,
        name=name or "",
        presence=state.presence,
        page=state.page,
        microphone=state.microphone,
        camera=state.camera,
        thinking=state.thinking_until_ms is not None,
    )


def _pause(room: Room) -> BreakView | None:
    pause = room.pause
    if pause is None:
        return None
    return BreakView(pause.state, pause.by, pause.minutes, pause.until_ms, sorted(pause.back))


def _quiet(room: Room) -> QuietView | None:
    quiet = room.quiet
    return None if quiet is None else QuietView(quiet.state, quiet.by, quiet.minutes, quiet.until_ms)


def _recording(room: Room, seat: Seat, now: int, saved_ms: int) -> RecordingView:
    if room.tape is not None:
        return _running(room, room.tape, now, saved_ms)
    return _stopped_or_off(room, room.last, seat, saved_ms)


def _running(room: Room, tape: Tape, now: int, saved_ms: int) -> RecordingView:
    reason, by, until_ms = tape.reason, tape.reason_by, tape.until_ms
    lost = room.anyone(Presence.LINE_LOST)
    if tape.state is RecordingState.PAUSED and lost is not None:
        reason, by = "line_lost", lost
        lost_ms = room.seat(lost).lost_ms
        until_ms = None if lost_ms is None else lost_ms + LINE_RETURN_MS
    elif tape.state is RecordingState.PAUSED and tape.needs_go_on:
        reason, by = "break", None
    return RecordingView(
        state=tape.state,
        allowed=sorted(room.yes),
        declined=room.declined,
        recording=tape.recording,
        run=tape.run,
        until_ms=until_ms,
        started_ms=tape.started_ms,
        recorded_ms=tape.recorded_ms,
        saved_ms=saved_ms,
        due_ms=due_ms(_end(tape) or now - now % MINUTE, tape.days),
        reason=reason,
        go_on=sorted(tape.go_on),
        choice=None,
        choice_by=None,
        quiet=not tape.legs,
        reason_by=by,
    )


def _end(of: Tape | Stopped) -> int:
    """End of the last part; until that is sealed, the moment its permit closed. 0: it has not ended yet."""
    if isinstance(of, Tape) and (of.permit or of.ended_ms is None):
        return 0
    return (of.ended_ms or 0) if of.unsealed or of.sealed_end_ms is None else of.sealed_end_ms


def _stopped_or_off(room: Room, last: Stopped | None, seat: Seat, saved_ms: int) -> RecordingView:
    reason, by = room.note, room.note_by
    if room.yes:
        state = RecordingState.WAITING
    elif last is not None and (room.note is None or last.choice == "pending"):
        state, reason, by = RecordingState.STOPPED, last.reason, last.reason_by
    else:
        state = RecordingState.OFF
    return RecordingView(
        state=state,
        allowed=sorted(room.yes),
        declined=room.declined,
        recording=last.recording if last else None,
        run=last.run if last else 0,
        until_ms=room.yes_until_ms,
        started_ms=None,
        recorded_ms=last.recorded_ms if last else 0,
        saved_ms=saved_ms,
        due_ms=due_ms(_end(last), last.days) if last and last.choice in ("pending", "kept") else None,
        reason=reason,
        go_on=[],
        choice=last.choice if last else None,
        choice_by=_asked_to_choose(last, seat),
        quiet=last is None or not last.legs,
        reason_by=by,
    )


def _asked_to_choose(last: Stopped | None, seat: Seat) -> Seat | None:
    """Oneself before the partner, where both are asked."""
    if last is None or last.choice != "pending":
        return None
    waiting = last.choosers - last.keepers
    return seat if seat in waiting else next(iter(waiting), None)
