"""Who is here: pages come, lose their line, come back, are replaced, leave. The newest page of a seat wins."""

from collections.abc import Iterator
from functools import partial

from server.domain import recording
from server.domain.events import (
    EvictPage,
    KeepRecording,
    LineLost,
    MediaChanged,
    MeetingBegan,
    MeetingEmpty,
    MeetingEnded,
    PageCame,
    PageLeft,
    PulseHeard,
    Ring,
)
from server.domain.state import LINE_RETURN_MS, MEETING_ENDS_MS, NOBODY, REMEMBERED_PAGES, SILENCE_MS, Room, SeatState
from server.domain.turn import Deadline, Turn
from server.domain.values import Presence, RecordingState, Seat

_PULSED = (RecordingState.COUNTDOWN, RecordingState.STARTING, RecordingState.RECORDING)


def page_came(turn: Turn, event: PageCame) -> None:
    seat = turn.room.seat(event.seat)
    arrives = seat.presence is Presence.ABSENT
    if not arrives and event.page in seat.evicted:
        turn.refuse(event.seat, "replaced")
    if not arrives and seat.page is not None and seat.page != event.page:
        if seat.socket:
            turn.emit(EvictPage(event.seat, seat.page, "replaced"))
        recording.switches_off(turn, "page_changed", event.seat)
    before = seat.page or seat.former
    if before != event.page:
        turn.set_seat(event.seat, thinking_until_ms=None)
    turn.set_seat(
        event.seat,
        presence=Presence.HERE,
        page=event.page,
        microphone=event.microphone,
        camera=event.camera,
        socket=True,
        lost_ms=None,
        heard_ms=turn.now,
        nonce=seat.nonce if before == event.page else None,
        former=None,
        evicted=_evicted(seat, before, event.page),
    )
    if turn.room.meeting is None:
        turn.set(meeting=event.fresh_meeting)
        turn.emit(MeetingBegan(event.fresh_meeting, turn.now))
    if arrives and turn.room.both_here:
        turn.emit(Ring("partner_came", (event.seat.other,)))


def _evicted(seat: SeatState, before: str | None, now: str) -> tuple[str, ...]:
    pages = [page for page in seat.evicted if page != now]
    if before is not None and before != now:
        pages.append(before)
    return tuple(pages[-REMEMBERED_PAGES:])


def line_lost(turn: Turn, event: LineLost) -> None:
    seat = turn.room.seat(event.seat)
    if seat.page != event.page or not seat.socket:
        return  # an older page's socket, closed because a newer one came
    lost_ms = turn.now if seat.lost_ms is None else seat.lost_ms
    turn.set_seat(event.seat, presence=Presence.LINE_LOST, socket=False, lost_ms=lost_ms)


def page_left(turn: Turn, event: PageLeft) -> None:
    if turn.room.seat(event.seat).page != event.page:
        turn.refuse(event.seat, "not_here")
    _leave(turn, event.seat, "left")


def media_changed(turn: Turn, event: MediaChanged) -> None:
    turn.present(event.seat)
    turn.set_seat(event.seat, microphone=event.microphone, camera=event.camera)


def pulse_heard(turn: Turn, event: PulseHeard) -> None:
    turn.present(event.seat)
    turn.set_seat(event.seat, heard_ms=turn.now)


def settle(turn: Turn) -> None:
    """While a meeting is on, notes since when the room is empty."""
    room = turn.room
    if room.meeting is None:
        return
    empty = room.anyone(Presence.HERE) is None
    if empty is (room.empty_ms is None):
        empty_ms = turn.now if empty else None
        turn.set(empty_ms=empty_ms)
        turn.emit(MeetingEmpty(room.meeting, empty_ms))


def deadlines(room: Room) -> Iterator[Deadline]:
    for seat in Seat:
        state = room.seat(seat)
        if state.here and room.tape is not None and room.tape.state in _PULSED:
            yield state.heard_ms + SILENCE_MS, _fell_silent
        if state.lost_ms is not None:
            yield state.lost_ms + LINE_RETURN_MS, partial(_line_did_not_return, seat=seat)
    if room.empty_ms is not None:
        yield room.empty_ms + MEETING_ENDS_MS, _end_meeting


def _fell_silent(turn: Turn) -> None:
    """Counts as a lost line, although the socket is still up. Looks at both at once: the pause that one's silence
    brings must not hide the other's."""
    for seat in Seat:
        state = turn.room.seat(seat)
        if state.here and state.heard_ms + SILENCE_MS <= turn.now:
            turn.set_seat(seat, presence=Presence.LINE_LOST, lost_ms=turn.now)


def _line_did_not_return(turn: Turn, seat: Seat) -> None:
    """Counts as leaving."""
    state = turn.room.seat(seat)
    if state.socket and state.page is not None:
        turn.emit(EvictPage(seat, state.page, "too_slow"))
    _leave(turn, seat, "line_lost")


def _end_meeting(turn: Turn) -> None:
    """No consent outlives it; what nobody chose to erase is kept."""
    room = turn.room
    if room.meeting is None:
        return
    if room.last is not None and room.last.choice == "pending":
        turn.emit(KeepRecording(room.last.recording))
    turn.emit(MeetingEnded(room.meeting, turn.now))
    turn.set(
        meeting=None,
        empty_ms=None,
        pause=None,
        declined=False,
        agreeing=None,
        yes=NOBODY,
        yes_until_ms=None,
        last=None,
        note=None,
        note_by=None,
    )
    for seat in Seat:
        turn.set_seat(seat, nonce=None)


def _leave(turn: Turn, seat: Seat, reason: str) -> None:
    left = turn.room.seat(seat)
    nobody = SeatState(former=left.page, evicted=left.evicted, gestures_ms=left.gestures_ms)
    turn.room = turn.room.with_seat(seat, nobody)
    recording.switches_off(turn, reason, seat)
