"""Long random walks through a room, watched by a ledger of its own; and proof that the watching catches."""

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from server.domain import gestures, quiet, recording, room
from server.domain.events import (
    BreakAnswered,
    BreakProposed,
    CameBack,
    ConsentAsked,
    ConsentDeclined,
    ConsentGiven,
    ConsentWithdrawn,
    CountdownStopped,
    Event,
    GestureMade,
    LegDurable,
    LegShut,
    LimitReached,
    LineLost,
    MediaChanged,
    MoreBreak,
    OutcomeChosen,
    PageCame,
    PageLeft,
    PulseHeard,
    QuietAnswered,
    QuietEnded,
    QuietProposed,
    RecorderFailed,
    Refuse,
    RoomPolicyChanged,
    RunSealed,
    ThinkingSet,
    Tick,
    WentOn,
)
from server.domain.values import Choice, Device, GestureKind, Presence, RecordingState, Seat
from server.domain.view import view

from .ledger import Ledger
from .story import MINUTE, SECOND, START, make_id

SEATS = st.sampled_from(Seat)
MINUTES = st.integers(1, 30)
WALK = settings(
    max_examples=20,
    stateful_step_count=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class RoomWalk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.room = room.new_room(30, downloads=True)
        self.ledger = Ledger()
        self.ids = iter(range(1, 10**6))
        self.pages: dict[Seat, list[str]] = {seat: [] for seat in Seat}
        self.recordings = [make_id(0)]
        self.sound = True
        """Whether the last step was sound to its end; a walk that was not has no orderly end either."""

    def new_id(self) -> str:
        return make_id(next(self.ids))

    def do(self, event: Event) -> bool:
        """Takes the step; says whether it was accepted."""
        self.sound = False
        before = self.room
        self.room, effects = room.transition(before, event, self.now)
        refused = any(isinstance(effect, Refuse) for effect in effects)
        if refused and len(effects) == 1:
            assert self.room == before, "refused, and yet something changed"
        self._note(event, refused=refused)
        self.ledger.take(effects, self.now)
        if self.room.tape is not None and self.room.tape.recording not in self.recordings:
            self.recordings.append(self.room.tape.recording)
        due = room.next_deadline(self.room)
        assert due is None or due > self.now, "a deadline was left standing"
        self._all_gone_by_time()
        self.ledger.check(self.now)
        self.sound = True
        return not refused

    def _note(self, event: Event, *, refused: bool) -> None:  # noqa: C901 - one line an event
        """Tells the ledger what a person did, in words of its own."""
        if refused:
            return
        match event:
            case PageCame():
                if self.room.seat(event.seat).page == event.page:
                    known = self.pages[event.seat]
                    if known and known[-1] != event.page:
                        self.ledger.all_off()
                    known.append(event.page)
                    self.ledger.came(event.seat, self.now)
            case LineLost():
                if self.pages[event.seat][-1:] == [event.page]:
                    self.ledger.lost(event.seat)
            case PageLeft():
                self.ledger.gone(event.seat)
            case ConsentWithdrawn() | ConsentDeclined() | CountdownStopped():
                self.ledger.all_off()
            case ConsentGiven():
                self.ledger.said_yes(event.seat, self.now)
            case BreakAnswered(agree=True):
                pause = self.room.pause
                assert pause is not None
                self.ledger.break_began(self.now + pause.minutes * MINUTE)
            case MoreBreak():
                pause = self.room.pause
                assert pause is not None
                self.ledger.break_until = pause.until_ms
            case WentOn():
                self.ledger.pressed_go_on(event.seat, self.now)
            case PulseHeard():
                self.ledger.came(event.seat, self.now)
            case GestureMade():
                assert self.room.both_here, "a gesture nobody sees"
                assert not self.room.pause_begun, "a gesture during a break"
            case ThinkingSet():
                self.ledger.thinks(event.seat, event.on, self.now)
            case QuietProposed():
                self.ledger.quiet_asked(event.seat, event.minutes, self.now)
            case QuietAnswered():
                self.ledger.quiet_answered(event.seat, event.agree, self.now)
            case QuietEnded():
                self.ledger.quiet = None
            case LegDurable():
                if self.ledger.permit == (event.recording, event.run):
                    self.ledger.durable.add(event.seat)

    def _all_gone_by_time(self) -> None:
        """Whom the machine has given up by a deadline: that may only take people and yeses away."""
        for seat in Seat:
            if not self.room.seat(seat).here:
                self.ledger.lost(seat)
            elif seat not in self.ledger.here:
                self.ledger.came(seat, self.now)
        if not self.room.yes:
            self.ledger.all_off()
        if self.room.pause is None:
            self.ledger.break_until = None

    # --- people ---

    @initialize(begun=st.sampled_from([0, 1, 2, 2, 2]))
    def begin(self, begun: int) -> None:
        """Most walks begin with a recording: what matters comes after it."""
        self.do(PageCame(Seat.MENTOR, self.new_id(), Device.ON, Device.ON, self.new_id()))
        if begun > 0:
            self.do(PageCame(Seat.MENTEE, self.new_id(), Device.ON, Device.OFF, self.new_id()))
        if begun > 1:
            self.record()

    @rule()
    def record(self) -> None:
        """All that it takes, from wherever the room is."""
        for seat in Seat:
            if not self.room.seat(seat).here:
                page = self.room.seat(seat).page or self.new_id()
                self.do(PageCame(seat, page, Device.ON, Device.ON, self.new_id()))
        self.agree_both()
        self.both_go_on()
        for _ in range(4):
            self.wait(2 * SECOND, 2)
        self.legs_come_up()

    @rule(seat=SEATS)
    def come(self, seat: Seat) -> None:
        self.do(PageCame(seat, self.new_id(), Device.ON, Device.NONE, self.new_id()))

    @rule(seat=SEATS, back=st.integers(1, 3))
    def come_again(self, seat: Seat, back: int) -> None:
        if len(self.pages[seat]) >= back:
            self.do(PageCame(seat, self.pages[seat][-back], Device.ON, Device.ON, self.new_id()))

    @rule(seat=SEATS)
    def lose_line(self, seat: Seat) -> None:
        if self.pages[seat]:
            self.do(LineLost(seat, self.pages[seat][-1]))

    @rule(seat=SEATS, how=st.sampled_from([PageLeft, PageLeft, ConsentDeclined]))
    def leave_or_say_no(self, seat: Seat, how: type[PageLeft | ConsentDeclined]) -> None:
        page = self.pages[seat][-1] if self.pages[seat] else self.new_id()
        self.do(PageLeft(seat, page) if how is PageLeft else ConsentDeclined(seat))

    @rule(seat=SEATS, microphone=st.sampled_from(Device))
    def change_media(self, seat: Seat, microphone: Device) -> None:
        self.do(MediaChanged(seat, microphone, Device.ON))

    @rule()
    def agree_both(self) -> None:
        for seat in Seat:
            self.agree(seat)

    @rule(seat=SEATS)
    def agree(self, seat: Seat) -> None:
        nonce = self.new_id()
        self.do(ConsentAsked(seat, nonce, self.new_id()))
        self.do(ConsentGiven(seat, nonce))

    @rule(seat=SEATS)
    def agree_to_words_of_another(self, seat: Seat) -> None:
        nonce = self.room.seat(seat.other).nonce
        assert not self.do(ConsentGiven(seat, nonce or self.new_id()))

    @rule(event=st.sampled_from([ConsentWithdrawn, CountdownStopped, WentOn, CameBack, CameBack]), seat=SEATS)
    def press(self, event: type[WentOn], seat: Seat) -> None:
        self.do(event(seat))

    @rule()
    def both_go_on(self) -> None:
        for seat in Seat:
            self.do(CameBack(seat))
        for seat in Seat:
            self.do(WentOn(seat))

    @rule(seat=SEATS, minutes=MINUTES, answer=st.sampled_from([True, True, False, None]))
    def take_break(self, seat: Seat, minutes: int, answer: bool | None) -> None:
        self.do(BreakProposed(seat, minutes))
        if answer is not None:
            self.do(BreakAnswered(seat.other, answer))

    @rule(seat=SEATS, agree=st.booleans())
    def answer_break(self, seat: Seat, agree: bool) -> None:
        self.do(BreakAnswered(seat, agree))

    @rule(seat=SEATS, minutes=MINUTES)
    def more_break(self, seat: Seat, minutes: int) -> None:
        self.do(MoreBreak(seat, minutes))

    @rule(seat=SEATS, kinds=st.lists(st.sampled_from(GestureKind), min_size=1, max_size=6))
    def gesture(self, seat: Seat, kinds: list[GestureKind]) -> None:
        for kind in kinds:
            self.do(GestureMade(seat, kind))

    @rule(seat=SEATS, on=st.booleans())
    def think(self, seat: Seat, on: bool) -> None:
        self.do(ThinkingSet(seat, on))

    @rule(seat=SEATS, minutes=st.integers(1, 3), answer=st.sampled_from([True, True, False, None]))
    def be_quiet(self, seat: Seat, minutes: int, answer: bool | None) -> None:
        self.do(QuietProposed(seat, minutes))
        if answer is not None:
            self.do(QuietAnswered(seat.other, answer))

    @rule(seat=SEATS, agree=st.sampled_from([True, False, None]))
    def answer_or_end_quiet(self, seat: Seat, agree: bool | None) -> None:
        self.do(QuietEnded(seat) if agree is None else QuietAnswered(seat, agree))

    @rule(seat=SEATS, choice=st.sampled_from(Choice))
    def withdraw_and_choose(self, seat: Seat, choice: Choice) -> None:
        self.do(ConsentWithdrawn(seat))
        if self.room.last is not None:
            self.do(OutcomeChosen(seat, self.room.last.recording, choice))

    @rule(seat=SEATS, choice=st.sampled_from(Choice), back=st.integers(1, 2))
    def choose(self, seat: Seat, choice: Choice, back: int) -> None:
        self.do(OutcomeChosen(seat, self.recordings[-min(back, len(self.recordings))], choice))

    # --- the world ---

    @rule(ms=st.sampled_from([1, SECOND, 3 * SECOND, 4 * SECOND, 20 * SECOND]), pulses=st.sampled_from([2, 2, 2, 1, 0]))
    def wait(self, ms: int, pulses: int) -> None:
        """Ticks come when they are due; `pulses` says how many of the two browsers are alive."""
        end = self.now + ms
        while self.now < end:
            due = room.next_deadline(self.room) or end
            self.now = min(end, self.now + SECOND, due)
            for seat in list(Seat)[:pulses]:
                if self.room.seat(seat).socket:
                    self.do(PulseHeard(seat))
            self.do(Tick())
            self.ledger.check(self.now)

    @rule(ms=st.sampled_from([10 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 30 * MINUTE]))
    def oversleep(self, ms: int) -> None:
        """The server stood still; everything that was due is due at once."""
        self.now += ms
        self.do(Tick())

    @rule()
    def legs_come_up(self) -> None:
        tape = self.room.tape
        for seat in Seat if tape is not None else ():
            self.do(LegDurable(seat, tape.recording if tape else "", tape.run if tape else 0, self.now))

    @rule(seat=SEATS, stale=st.booleans())
    def leg_shut(self, seat: Seat, stale: bool) -> None:
        of = self.room.tape or self.room.last
        if of is not None:
            self.do(LegShut(seat, of.recording, of.run - stale))

    @rule(reason=st.sampled_from(["leg_failed", "write_failed", "too_long"]), stale=st.booleans())
    def recorder_ends(self, reason: str, stale: bool) -> None:
        recording_id = self.recordings[-2:][0] if stale else self.recordings[-1]
        if reason == "too_long":
            self.do(LimitReached(recording_id, reason))
        else:
            self.do(RecorderFailed(recording_id, self.room.tape.run if self.room.tape else 1, None, reason))

    @rule(run=st.integers(1, 3), length=st.sampled_from([0, 1000]))
    def run_sealed(self, run: int, length: int) -> None:
        self.do(RunSealed(self.recordings[-1], run, length))

    @rule(days=st.integers(1, 60), downloads=st.booleans(), code=st.sampled_from([None, "disk_full"]))
    def policy_changes(self, days: int, downloads: bool, code: str | None) -> None:
        """A full disk is made room on at once, or the rest of the walk would see no recording."""
        self.do(RoomPolicyChanged(days, downloads, code))
        self.do(RoomPolicyChanged(days, downloads, None))

    # --- what holds ---

    @invariant()
    def the_ledger_agrees(self) -> None:
        self.ledger.check(self.now)

    @invariant()
    def the_view_tells_the_truth(self) -> None:
        for seat in Seat:
            seen = view(self.room, seat, self.now, title="", names={}).recording
            on_record = seen.state in (RecordingState.STARTING, RecordingState.RECORDING)
            assert on_record == (self.ledger.permit is not None)
            assert on_record <= (len(seen.allowed) == 2)
            assert (seen.state is RecordingState.RECORDING) <= self.ledger.sounding

    @invariant()
    def signs_are_of_those_who_are_here_and_not_on_a_break(self) -> None:
        seen = view(self.room, Seat.MENTOR, self.now, title="", names={})
        away = seen.pause is not None and seen.pause.state != "proposed"
        for seat in Seat:
            if seen.seats[seat].thinking:
                assert seen.seats[seat].presence is Presence.HERE, "thinks without being here"
                assert not away, "thinks during a break"
                assert self.now < self.ledger.thinking[seat], "thinks for ever"
        if seen.quiet is None:
            return
        assert not away, "quiet time during a break"
        assert all(each.presence is not Presence.ABSENT for each in seen.seats.values()), "quiet alone"
        told = (seen.quiet.state, seen.quiet.by, seen.quiet.minutes, seen.quiet.until_ms)
        assert told == self.ledger.quiet, "quiet time nobody asked for"
        assert self.now < seen.quiet.until_ms, "quiet for ever"

    @invariant()
    def never_three(self) -> None:
        for seat in Seat:
            state = self.room.seat(seat)
            assert (state.page is None) == (state.presence is Presence.ABSENT)
        assert self.room.mentor.page is None or self.room.mentor.page != self.room.mentee.page

    def teardown(self) -> None:
        """Everybody goes home: every start has its stop."""
        if not self.sound:
            return
        for seat in Seat:
            page = self.room.seat(seat).page
            if page is not None:
                self.do(PageLeft(seat, page))
        self.now += 10 * MINUTE
        self.do(Tick())
        assert self.ledger.permit is None
        assert set(self.ledger.runs) == self.ledger.ended, "opened and never ended"
        assert self.ledger.meeting is None
        assert room.next_deadline(self.room) is None


def test_every_walk_keeps_the_rules() -> None:
    run_state_machine_as_test(RoomWalk, settings=WALK)


def _always(_room: room.Room) -> bool:
    return True


def _nothing(_turn: object) -> None:
    return None


@pytest.mark.parametrize(
    ("gone", "noticed"),
    [
        (["both_agree"], "without two yeses"),
        (["settle"], "records (without two people|during a break|a silent seat)"),
        (["both_agree", "settle"], "without two yeses"),
        (["thinking"], "thinks (without being here|during a break)"),
        (["quiet"], "quiet (alone|time during a break)"),
    ],
    ids=[
        "without the rule of consent",
        "without the closing step",
        "without both",
        "without the end of thinking",
        "without the end of quiet time",
    ],
)
def test_a_walk_notices_when_a_rule_is_taken_away(
    gone: list[str], noticed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "both_agree" in gone:
        monkeypatch.setattr(recording, "both_agree", _always)
    if "settle" in gone:
        monkeypatch.setattr(recording, "settle", _nothing)
    if "thinking" in gone:
        monkeypatch.setattr(gestures, "settle", _nothing)
    if "quiet" in gone:
        monkeypatch.setattr(quiet, "settle", _nothing)
    generate_only = settings(
        WALK,
        max_examples=200,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        print_blob=False,
    )
    with pytest.raises(AssertionError, match=noticed):
        run_state_machine_as_test(RoomWalk, settings=generate_only)
