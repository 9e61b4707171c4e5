"""Tells a room's story step by step: one event after another on a clock that stands still in between."""

from server.domain import room as machine
from server.domain.events import (
    BreakAnswered,
    BreakProposed,
    ClosePermit,
    ConsentAsked,
    ConsentGiven,
    Effect,
    EndRecording,
    Event,
    LegDurable,
    LegShut,
    LineLost,
    MintPermit,
    OpenRecording,
    PageCame,
    PageLeft,
    PulseHeard,
    Refuse,
    RunSealed,
    Tick,
)
from server.domain.shown import RecordingView, RoomView
from server.domain.values import Device, RecordingState, Seat
from server.domain.view import view

MENTOR, MENTEE = Seat.MENTOR, Seat.MENTEE
START = 1_800_000_000_000
SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000


def make_id(number: int) -> str:
    """A well-formed identifier that tells its number."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    text = ""
    for _ in range(16):
        number, digit = divmod(number, 32)
        text = letters[digit] + text
    return text


class Story:
    def __init__(self, *, days: int = 30, downloads: bool = True, may_not_record: str | None = None) -> None:
        self.now = START
        self.room = machine.new_room(days, downloads, may_not_record)
        self.effects: list[Effect] = []
        self.last: tuple[Effect, ...] = ()
        self._ids = iter(range(1, 1_000_000))

    # --- steps ---

    def do(self, event: Event) -> tuple[Effect, ...]:
        self.room, self.last = machine.transition(self.room, event, self.now)
        self.effects.extend(self.last)
        return self.last

    def wait(self, ms: int, *, pulses: bool = True) -> "Story":
        """Lets time pass, with a tick at each deadline and, as living browsers do, a pulse from each every second."""
        end = self.now + ms
        while self.now < end:
            due = machine.next_deadline(self.room)
            self.now = min(end, self.now + SECOND, end if due is None else max(due, self.now))
            for seat in Seat if pulses else ():
                if self.room.seat(seat).here:
                    self.do(PulseHeard(seat))
            self.do(Tick())
        return self

    def new_id(self) -> str:
        return make_id(next(self._ids))

    def come(self, seat: Seat, page: str | None = None) -> str:
        page = page or self.new_id()
        self.do(PageCame(seat, page, Device.ON, Device.ON, self.new_id()))
        return page

    def lose_line(self, seat: Seat) -> str:
        page = self.page(seat)
        self.do(LineLost(seat, page))
        return page

    def leave(self, seat: Seat) -> None:
        self.do(PageLeft(seat, self.page(seat)))

    def page(self, seat: Seat) -> str:
        page = self.room.seat(seat).page
        assert page is not None
        return page

    def ask(self, seat: Seat) -> str:
        nonce = self.new_id()
        self.do(ConsentAsked(seat, nonce, self.new_id()))
        return nonce

    def agree(self, seat: Seat) -> None:
        nonce = self.ask(seat)
        self.do(ConsentGiven(seat, nonce))

    def legs_durable(self) -> None:
        for seat in Seat:
            self.do(LegDurable(seat, self.tape, self.run, self.now))

    def legs_shut(self, recording: str, run: int) -> None:
        for seat in Seat:
            self.do(LegShut(seat, recording, run))

    def take_break(self, minutes: int = 5) -> None:
        self.do(BreakProposed(MENTOR, minutes))
        self.do(BreakAnswered(MENTEE, True))

    # --- chapters ---

    def both_here(self) -> "Story":
        self.come(MENTOR)
        self.come(MENTEE)
        return self

    def counting(self) -> "Story":
        self.both_here()
        self.agree(MENTOR)
        self.agree(MENTEE)
        return self

    def starting(self) -> "Story":
        return self.counting().wait(3 * SECOND)

    def recording(self) -> "Story":
        self.starting()
        self.legs_durable()
        return self

    def paused_by_break(self) -> "Story":
        self.recording().wait(10 * SECOND)
        self.take_break()
        self.legs_shut(self.tape, self.run)
        self.do(RunSealed(self.tape, self.run, 10 * SECOND))
        return self

    # --- what is seen ---

    def see(self, seat: Seat = MENTOR) -> RoomView:
        return view(self.room, seat, self.now, title="", names={MENTOR: "Ingrid", MENTEE: "Sam"})

    def rec(self, seat: Seat = MENTOR) -> RecordingView:
        return self.see(seat).recording

    @property
    def tape(self) -> str:
        assert self.room.tape is not None
        return self.room.tape.recording

    @property
    def run(self) -> int:
        assert self.room.tape is not None
        return self.room.tape.run

    @property
    def permit(self) -> bool:
        """Whether a permit is open, told from the effects alone."""
        changes = [effect for effect in self.effects if isinstance(effect, MintPermit | ClosePermit)]
        return bool(changes) and isinstance(changes[-1], MintPermit)

    @property
    def refusal(self) -> str | None:
        """Why the last event was refused."""
        return next((effect.code for effect in self.last if isinstance(effect, Refuse)), None)

    @property
    def ended(self) -> list[str]:
        return [effect.reason for effect in self.effects if isinstance(effect, EndRecording)]

    @property
    def opened(self) -> int:
        return sum(isinstance(effect, OpenRecording) for effect in self.effects)


def assert_all_off(story: Story, reason: str, by: Seat | None = None) -> None:
    """No permit, both switches off, ended once for this reason."""
    assert not story.permit
    assert story.rec().state is RecordingState.STOPPED
    assert story.rec().allowed == []
    assert (story.rec().reason, story.rec().reason_by) == (reason, by)
    assert story.ended == [reason]
