"""Recording by consent: two yeses, a countdown, runs under a permit, pauses, and how it ends.

The permit is open exactly while the state is `starting` or `recording`.
"""

from collections.abc import Iterator

from server.domain.events import (
    ClosePermit,
    ConsentAsked,
    ConsentDeclined,
    ConsentGiven,
    ConsentWithdrawn,
    CountdownStopped,
    EndRecording,
    EraseRecording,
    KeepRecording,
    MintPermit,
    OpenRecording,
    OutcomeChosen,
    Ring,
    RoomPolicyChanged,
    WentOn,
)
from server.domain.state import (
    BOTH,
    COUNTDOWN_MS,
    LEGS_SHUT_MS,
    NOBODY,
    START_TIMEOUT_MS,
    YES_LAPSES_MS,
    Room,
    Stopped,
    Tape,
)
from server.domain.turn import Deadline, Turn
from server.domain.values import Choice, Presence, RecordingState, Seat


def both_agree(room: Room) -> bool:
    """The rule itself."""
    return room.yes == BOTH


# --- asking, yes and no -------------------------------------------------------------------------------------------


def asked(turn: Turn, event: ConsentAsked) -> None:
    _may_agree(turn, event.seat)
    turn.set_seat(event.seat, nonce=event.nonce)
    if turn.room.agreeing is None:
        turn.set(agreeing=event.fresh_recording)


def given(turn: Turn, event: ConsentGiven) -> None:
    _may_agree(turn, event.seat)
    if turn.room.seat(event.seat).nonce != event.nonce:
        turn.refuse(event.seat, "nonce_unknown")
    turn.set_seat(event.seat, nonce=None)
    until_ms = turn.room.yes_until_ms
    turn.set(
        yes=turn.room.yes | {event.seat},
        yes_until_ms=turn.now + YES_LAPSES_MS if until_ms is None else until_ms,
        note=None,
        note_by=None,
    )
    if both_agree(turn.room):
        _open(turn)


def declined(turn: Turn, event: ConsentDeclined) -> None:
    """Ends the asking for this meeting. A no is never refused for coming late: it then stops what has begun."""
    turn.present(event.seat)
    if turn.room.declined:
        turn.refuse(event.seat, "declined_today")
    _withdraw(turn, event.seat, "declined")
    turn.set(declined=True, note="declined", note_by=event.seat)


def withdrawn(turn: Turn, event: ConsentWithdrawn) -> None:
    turn.present(event.seat)
    room, last = turn.room, turn.room.last
    if room.tape is not None or event.seat in room.yes:
        _withdraw(turn, event.seat, "withdrawn")
    elif last is not None and last.choice == "pending" and event.seat not in last.choosers:
        turn.set_last(choosers=last.choosers | {event.seat})  # both withdrew: either chooses
    else:
        turn.refuse(event.seat, "no_yes")


def countdown_stopped(turn: Turn, event: CountdownStopped) -> None:
    """Counts as a withdrawal, also where the press came a moment after the countdown."""
    turn.present(event.seat)
    if turn.room.tape is None:
        turn.refuse(event.seat, "no_countdown")
    _withdraw(turn, event.seat, "countdown_stopped")


def went_on(turn: Turn, event: WentOn) -> None:
    turn.present(event.seat)
    tape = turn.room.tape
    if turn.room.on_break:
        turn.refuse(event.seat, "on_break")
    if tape is None or not tape.needs_go_on:
        turn.refuse(event.seat, "nothing_to_go_on")
    turn.set_tape(go_on=tape.go_on | {event.seat})


def outcome_chosen(turn: Turn, event: OutcomeChosen) -> None:
    """Of those asked, one who erases wins at once, also over a "keep", until the next recording or the meeting's end;
    it is kept when all who were asked have said so."""
    turn.present(event.seat)
    last = turn.room.last
    if last is None or last.recording != event.recording:
        turn.refuse(event.seat, "not_the_last_recording")
    if last.choice is None:
        turn.refuse(event.seat, "nothing_to_choose")
    if last.choice == "erased":
        turn.refuse(event.seat, "already_erased")
    if event.seat not in last.choosers:
        turn.refuse(event.seat, "not_yours_to_choose")
    if event.choice is Choice.ERASE:
        turn.set_last(choice="erased")
        turn.emit(EraseRecording(last.recording, event.seat))
        return
    keepers = last.keepers | {event.seat}
    turn.set_last(keepers=keepers)
    if last.choice == "pending" and keepers == last.choosers:
        turn.set_last(choice="kept")
        turn.emit(KeepRecording(last.recording))


def policy_changed(turn: Turn, event: RoomPolicyChanged) -> None:
    """Promises are only ever shortened. Who has read milder terms has not agreed to harder ones; a room that may not
    record forgets an unmet yes. What already runs is ended by the recorder or its limits, not from here."""
    room = turn.room
    harder = event.retention_days > room.retention_days or (event.downloads and not room.downloads)
    turn.set(retention_days=event.retention_days, downloads=event.downloads, may_not_record=event.may_not_record)
    if room.tape is not None:
        turn.set_tape(days=min(room.tape.days, event.retention_days))
    elif harder or event.may_not_record is not None:
        switches_off(turn, event.may_not_record or "terms_changed", None)
        _forget_words(turn)
    if room.last is not None:
        turn.set_last(days=min(room.last.days, event.retention_days))


def _may_agree(turn: Turn, seat: Seat) -> None:
    turn.present(seat)
    room = turn.room
    if room.may_not_record is not None:
        turn.refuse(seat, room.may_not_record)
    if room.declined:
        turn.refuse(seat, "declined_today")
    if seat in room.yes:
        turn.refuse(seat, "already_allowed")
    if room.on_break:
        turn.refuse(seat, "on_break")
    turn.both_present(seat)


# --- runs and pauses ----------------------------------------------------------------------------------------------


def _open(turn: Turn) -> None:
    room = turn.room
    if room.agreeing is None or room.meeting is None:
        return
    if room.last is not None and room.last.choice == "pending":
        turn.emit(KeepRecording(room.last.recording))
    turn.emit(OpenRecording(room.agreeing, room.meeting, room.retention_days, room.downloads))
    tape = Tape(room.agreeing, RecordingState.PAUSED, room.retention_days)
    turn.set(tape=tape, agreeing=None, last=None, yes_until_ms=None)
    _count_down(turn)


def _count_down(turn: Turn) -> None:
    for seat in Seat:
        turn.set_seat(seat, heard_ms=turn.now)
    turn.set_tape(
        state=RecordingState.COUNTDOWN,
        until_ms=turn.now + COUNTDOWN_MS,
        needs_go_on=False,
        go_on=NOBODY,
        reason=None,
        reason_by=None,
    )


def _start_run(turn: Turn) -> None:
    """The next run begins: from now on the permit is open."""
    tape = turn.room.tape
    if tape is None:
        return
    run = tape.run + 1
    turn.set_tape(
        state=RecordingState.STARTING,
        until_ms=turn.now + START_TIMEOUT_MS,
        run=run,
        permit=True,
        durable=NOBODY,
        legs=BOTH,
        legs_until_ms=None,
    )
    turn.emit(MintPermit(tape.recording, run))


def _close_permit(turn: Turn) -> None:
    """First of all: no frame after this. Then the run counts as unsealed until its length is known."""
    tape = turn.room.tape
    if tape is None or not tape.permit:
        return
    turn.emit(ClosePermit(tape.recording, tape.run))
    if tape.state is RecordingState.RECORDING:
        turn.emit(Ring("recording_stopped", tuple(Seat)))
    turn.set_tape(
        permit=False,
        ended_ms=turn.now,
        started_ms=None,
        unsealed=tape.unsealed | {tape.run},
        legs_until_ms=turn.now + LEGS_SHUT_MS if tape.legs else None,
    )


def _pause(turn: Turn, reason: str, by: Seat | None) -> None:
    _close_permit(turn)
    turn.set_tape(state=RecordingState.PAUSED, until_ms=None, reason=reason, reason_by=by)


# --- endings ------------------------------------------------------------------------------------------------------


def switches_off(turn: Turn, reason: str, by: Seat | None) -> None:
    """Both switches off, whatever they were for."""
    if turn.room.tape is not None:
        stop(turn, reason, by)
    elif turn.room.yes:
        turn.set(yes=NOBODY, yes_until_ms=None, note=reason, note_by=by)


def stop(turn: Turn, reason: str, by: Seat | None, choosers: frozenset[Seat] = NOBODY) -> None:
    """The recording ends and both switches go off. `choosers` are asked whether it is kept."""
    _close_permit(turn)
    tape = turn.room.tape
    if tape is None:
        return
    ended_ms = turn.now if tape.ended_ms is None else tape.ended_ms
    turn.emit(EndRecording(tape.recording, reason, ended_ms))
    last = Stopped(
        recording=tape.recording,
        reason=reason,
        reason_by=by,
        ended_ms=ended_ms,
        days=tape.days,
        run=tape.run,
        recorded_ms=tape.recorded_ms,
        unsealed=tape.unsealed,
        sealed_end_ms=tape.sealed_end_ms,
        legs=tape.legs,
        legs_until_ms=tape.legs_until_ms,
        choice=None if tape.run == 0 else "pending" if choosers else "kept",
        choosers=choosers if tape.run else NOBODY,
    )
    turn.set(tape=None, last=last, yes=NOBODY, yes_until_ms=None, note=None, note_by=None)
    _forget_words(turn)


def _yes_lapsed(turn: Turn) -> None:
    switches_off(turn, "yes_lapsed", None)


def _start_timed_out(turn: Turn) -> None:
    stop(turn, "leg_timeout", None)


def _withdraw(turn: Turn, seat: Seat, reason: str) -> None:
    if turn.room.tape is not None:
        stop(turn, reason, seat, frozenset({seat}))
    else:
        switches_off(turn, reason, seat)


def _forget_words(turn: Turn) -> None:
    turn.set(agreeing=None)
    for seat in Seat:
        turn.set_seat(seat, nonce=None)


# --- what holds whatever happened ---------------------------------------------------------------------------------


def settle(turn: Turn) -> None:
    """No yes without its two people; no recording without two yeses; no run unless both are here and at work; what
    only waited for somebody's line goes on."""
    room = turn.room
    gone = room.anyone(Presence.ABSENT)
    if gone is not None:
        switches_off(turn, "left", gone)
    elif room.tape is not None and not both_agree(room):
        stop(turn, "not_both_agree", None)
    if turn.room.tape is not None:
        _settle_tape(turn, turn.room.tape)


def _settle_tape(turn: Turn, tape: Tape) -> None:
    room = turn.room
    here = frozenset(seat for seat in Seat if room.seat(seat).here)
    if tape.state is not RecordingState.PAUSED and room.on_break:
        _pause(turn, "break", None)
    elif tape.state is not RecordingState.PAUSED and here != BOTH:
        _pause(turn, "line_lost", room.anyone(Presence.LINE_LOST))
    if room.on_break:
        turn.set_tape(needs_go_on=True, go_on=NOBODY)
    elif not tape.go_on <= here:
        turn.set_tape(go_on=tape.go_on & here)
    if turn.room.tape is not None and _may_go_on(turn.room, turn.room.tape):
        if room.pause is not None and room.pause.state == "over":
            turn.set(pause=None)
        _count_down(turn)


def _may_go_on(room: Room, tape: Tape) -> bool:
    return (
        tape.state is RecordingState.PAUSED
        and room.both_here
        and not room.on_break
        and not tape.legs
        and (not tape.needs_go_on or tape.go_on == BOTH)
    )


def deadlines(room: Room) -> Iterator[Deadline]:
    if room.yes_until_ms is not None:
        yield room.yes_until_ms, _yes_lapsed
    tape = room.tape
    if tape is not None and tape.until_ms is not None:
        yield tape.until_ms, _start_run if tape.state is RecordingState.COUNTDOWN else _start_timed_out
