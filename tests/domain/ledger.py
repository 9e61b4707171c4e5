"""A second, tiny opinion on a room: kept from what people did and from effects alone, never from the room's state.

It knows nothing of how the machine works; it only remembers who is there, who said yes, and which permits are open.
"""

from server.domain.events import (
    ClosePermit,
    Effect,
    EndRecording,
    EraseRecording,
    MeetingBegan,
    MeetingEnded,
    MintPermit,
    OpenRecording,
    PassGesture,
    Ring,
)
from server.domain.values import Seat

SILENCE_MS = 3_000
COUNTDOWN_MS = 3_000
MINUTE = 60_000


class Ledger:
    def __init__(self) -> None:
        self.here: set[Seat] = set()
        self.yes: set[Seat] = set()
        self.heard: dict[Seat, int] = dict.fromkeys(Seat, -SILENCE_MS)
        self.break_until: int | None = None
        self.presses_needed = False
        self.pressed: set[Seat] = set()
        self.could_stop_since = 0
        """The last moment at which somebody did what a start or a going-on follows."""
        self.runs: dict[str, int] = {}
        self.ended: set[str] = set()
        self.erased: set[str] = set()
        self.permit: tuple[str, int] | None = None
        self.durable: set[Seat] = set()
        self.sounding = False
        self.meeting: str | None = None
        self.gestures: dict[Seat, list[int]] = {seat: [] for seat in Seat}
        self.thinking: dict[Seat, int] = dict.fromkeys(Seat, 0)
        """Until when, at most."""
        self.quiet: tuple[str, Seat, int, int] | None = None

    # --- what people did ---

    def came(self, seat: Seat, now: int) -> None:
        self.heard[seat] = now
        if seat not in self.here:
            self.here.add(seat)
            self.could_stop_since = now

    def lost(self, seat: Seat) -> None:
        self.here.discard(seat)
        self.pressed.discard(seat)

    def all_off(self) -> None:
        self.yes.clear()

    def gone(self, seat: Seat) -> None:
        self.lost(seat)
        self.all_off()

    def said_yes(self, seat: Seat, now: int) -> None:
        self.yes.add(seat)
        self.could_stop_since = now

    def break_began(self, until: int) -> None:
        self.break_until = until
        self.presses_needed = True
        self.pressed.clear()

    def pressed_go_on(self, seat: Seat, now: int) -> None:
        self.pressed.add(seat)
        self.could_stop_since = now

    def thinks(self, seat: Seat, on: bool, now: int) -> None:
        self.thinking[seat] = now + 5 * MINUTE if on else 0

    def quiet_asked(self, seat: Seat, minutes: int, now: int) -> None:
        self.quiet = ("proposed", seat, minutes, now + 2 * MINUTE)

    def quiet_answered(self, seat: Seat, agree: bool, now: int) -> None:
        assert self.quiet is not None
        _, by, minutes, _ = self.quiet
        assert not agree or by is not seat, "agreed to one's own quiet time"
        self.quiet = ("running", by, minutes, now + minutes * MINUTE) if agree else None

    # --- what the machine did about it ---

    def take(self, effects: tuple[Effect, ...], now: int) -> None:
        for effect in effects:
            self._take(effect, now)

    def _take(self, effect: Effect, now: int) -> None:  # noqa: C901 - some lines an effect
        match effect:
            case OpenRecording():
                assert effect.recording not in self.runs, "opened twice"
                assert set(self.runs) == self.ended, "two recordings at once"
                assert self.yes == set(Seat), "opened without two yeses"
                assert effect.meeting == self.meeting
                self.runs[effect.recording] = 0
                self.presses_needed = False
            case MintPermit():
                self._minted(effect, now)
            case ClosePermit():
                assert self.permit == (effect.recording, effect.run), "closed what was not open"
                self.permit = None
            case EndRecording():
                assert effect.recording in self.runs, "ended what was never opened"
                assert effect.recording not in self.ended, "ended twice"
                assert self.permit is None, "ended with an open permit"
                assert effect.at_ms <= now
                self.ended.add(effect.recording)
                self.all_off()
            case EraseRecording():
                assert effect.recording in self.ended, "erased while it runs"
                assert effect.recording not in self.erased, "erased twice"
                self.erased.add(effect.recording)
            case Ring(kind="recording_started"):
                assert self.durable == set(Seat), "called recording before both legs were durable"
                assert not self.sounding
                self.sounding = True
            case Ring(kind="recording_stopped"):
                assert self.sounding, "stopped without a start"
                self.sounding = False
            case PassGesture():
                made = self.gestures[effect.seat]
                made.append(now)
                # any stretch of time holds four, and one more for each 1.5 s
                assert all(len(made) - i <= 4 + (now - at) / 1_500 for i, at in enumerate(made)), "a shower of gestures"
            case MeetingBegan():
                assert self.meeting is None
                self.meeting = effect.meeting
            case MeetingEnded():
                assert effect.meeting == self.meeting
                assert not self.yes, "a consent outlived its meeting"
                self.meeting = None

    def _minted(self, effect: MintPermit, now: int) -> None:
        assert self.permit is None, "two permits at once"
        assert effect.recording not in self.ended, "a permit after the end"
        assert effect.run == self.runs[effect.recording] + 1, "runs are not counted one by one"
        assert now - self.could_stop_since >= COUNTDOWN_MS, "a start without its countdown"
        if self.presses_needed:
            assert self.pressed == set(Seat), 'went on after a break without two "Go on"'
        self.presses_needed = False
        self.runs[effect.recording] = effect.run
        self.permit = (effect.recording, effect.run)
        self.durable.clear()

    def check(self, now: int) -> None:
        """Holds after every step, whatever happened."""
        if self.break_until is not None and now >= self.break_until:
            self.break_until = None
        if self.permit is None:
            assert not self.sounding, "said to record with a closed permit"
            return
        assert self.yes == set(Seat), "records without two yeses"
        assert self.here == set(Seat), "records without two people"
        assert self.break_until is None, "records during a break"
        assert max(now - heard for heard in self.heard.values()) < SILENCE_MS, "records a silent seat"
