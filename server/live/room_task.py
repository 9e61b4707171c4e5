"""One room while people are in it: events go in, views come out, and effects are performed in order.

`dispatch` applies an event at once, in the same turn of the loop it came in: the transition is made and permits are
closed before it returns. What touches the database or files is put to the room's worker.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import assert_never

from structlog import get_logger

from server.domain import events as ev
from server.domain.from_server import Chime, Error, FromServer, GestureFrom, Room, Saved
from server.domain.room import new_room, next_deadline, resumed, transition
from server.domain.shown import RoomView
from server.domain.state import Room as RoomState
from server.domain.values import RecordingState, Seat
from server.domain.view import view
from server.live import facts
from server.live.consents import Consents
from server.live.deck import Deck
from server.live.facts import RoomFacts
from server.live.happenings import Observer, happenings
from server.live.journals import Journals
from server.live.page import Page
from server.live.recording import LiveRecording
from server.live.services import Services
from server.live.table import RoomTable
from server.live.worker import Job, Worker
from server.store import meetings, notices, recordings
from server.store.meetings import GoingOn
from server.store.receipts import Kind

log = get_logger()


class RoomTask:
    """Made by the hub, one a room. Everything here runs on the one event loop."""

    def __init__(
        self,
        services: Services,
        known: RoomFacts,
        quiet: Callable[[str], None],
        journals: Journals,
        meeting: GoingOn | None,
    ) -> None:
        """`quiet` is called when nobody is here and nothing is left to do. `meeting`: one that was begun before."""
        self._services = services
        self._facts = known
        self._quiet = quiet
        self._room = new_room(known.retention_days, known.downloads, known.may_not_record)
        if meeting is not None:
            self._room = resumed(self._room, meeting.id, meeting.empty_ms, meeting.declined_by)
        self._pages: dict[tuple[Seat, str], Page] = {}
        self._sent: dict[tuple[Seat, str], RoomView] = {}
        self._notices: dict[Seat, dict[str, None]] = {seat: dict.fromkeys(known.notices[seat]) for seat in Seat}
        self._timer: asyncio.Task[None] | None = None
        self._timer_ms = 0
        self._showing = False
        self._closed = False
        self._held = 0
        self._observers: list[Observer] = []
        self.id = known.room
        self.worker = Worker(known.room, services.clock, self._rest)
        self._journals = journals
        table = RoomTable(services, known.room, journals, self.observe, lambda: self._room)
        self.deck = Deck(services, known.room, self.worker, self._report, self._saved, table)
        self.consents = Consents(services, known.room, self.dispatch, lambda: self._room)
        self._arm()

    # --- what happens -------------------------------------------------------------------------------------------------

    @property
    def room(self) -> RoomState:
        return self._room

    def dispatch(self, event: ev.Event, sender: Page | None = None, *, paper: Job | None = None) -> bool:
        """Applies the event; False if it was refused, which the sender is told. `paper` goes to the worker before the
        event's effects, if it was accepted."""
        now, before = self._services.clock.now_ms(), self._room
        self._room, effects = transition(before, event, now)
        # First of all and whatever else follows: not one frame after a no.
        self.deck.close_permits(effects)
        accepted = not any(isinstance(effect, ev.Refuse) for effect in effects)
        self._note_lapsed(before)
        if paper is not None and accepted:
            self.worker.put("receipt", paper)
        for effect in effects:
            self._perform(effect, sender, type(event).__name__)
        self._tell_observers(before, effects, now)
        if self._room is not before:
            self._log_change(before, type(event).__name__)
            self._show_soon()
        self._arm()
        return accepted

    def _perform(self, effect: ev.Effect, sender: Page | None, event: str) -> None:  # noqa: C901 - one line an effect
        match effect:
            case ev.Refuse():
                log.info("event_refused", room=self.id, code=effect.code, event_name=event)
                if sender is not None:
                    sender.send(Error(effect.code, "This is not possible now."))
            case ev.EvictPage():
                page = self._pages.pop((effect.seat, effect.page), None)
                self._sent.pop((effect.seat, effect.page), None)
                if page is not None:
                    page.bye(effect.code)
            case ev.Ring():
                for seat in effect.seats:
                    self.send(seat, Chime(effect.kind))
            case ev.PassGesture():
                for seat in Seat:
                    self.send(seat, GestureFrom(effect.seat, effect.kind, effect.at_ms))
            case ev.MeetingBegan():
                self.worker.put("begin_meeting", partial(self._begin_meeting, effect))
            case ev.MeetingEmpty():
                self.worker.put("empty_meeting", partial(self._empty_meeting, effect))
            case ev.MeetingEnded():
                self.worker.put("end_meeting", partial(self._end_meeting, effect))
            case ev.OpenRecording():
                self.deck.open(effect, self._facts.public_key)
            case ev.MintPermit():
                self.deck.mint(effect)
            case ev.ClosePermit():
                self.deck.finish_run(effect)
            case ev.EndRecording():
                self.deck.end(effect)
                self.worker.put("refresh", self.refresh)  # there may be no room on the disk for another
            case ev.EraseRecording():
                self.deck.erase(effect)
            case ev.KeepRecording():
                pass  # it is kept unless somebody erases it
            case _:
                assert_never(effect)

    def _report(self, event: ev.Event) -> None:
        """From a recording. A failure in answering it must not fall back into the recorder."""
        try:
            self.dispatch(event)
        except Exception:
            log.exception("event_failed", room=self.id, event_name=type(event).__name__)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """From now on `observer` is told of gestures, thinking, breaks and quiet time. Returns what ends that."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def _tell_observers(self, before: RoomState, effects: Iterable[ev.Effect], now: int) -> None:
        if not self._observers:
            return
        for happening in happenings(before, self._room, effects, now):
            for observer in list(self._observers):
                try:
                    observer(happening)
                except Exception:
                    log.exception("observer_failed", room=self.id, about=happening.about.value)

    def _note_lapsed(self, before: RoomState) -> None:
        if self._room.note == "yes_lapsed":
            for seat in before.yes - self._room.yes:
                self.worker.put("receipt", self.consents.unsigned(Kind.LAPSE, seat, before.agreeing))

    def _log_change(self, before: RoomState, event: str) -> None:
        was, now = _state(before), _state(self._room)
        if was != now:
            tape = self._room.tape
            log.info(
                "room_changed",
                room=self.id,
                event_name=event,
                recording=tape.recording if tape is not None else None,
                was=was,
                now=now,
            )

    @contextmanager
    def hold(self) -> Iterator[None]:
        """While a socket is open the room stays live, also before its hello."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._rest()

    # --- pages --------------------------------------------------------------------------------------------------------

    def come(self, page: Page, hello_event: ev.PageCame) -> bool:
        """A socket said hello. False if the page may not have the seat any more (a newer one has)."""
        if self._closed:
            page.bye("going_down")
            return False
        key = (page.seat, page.page)
        former = self._pages.get(key)
        self._pages[key] = page
        if not self.dispatch(hello_event, page):
            if former is not None:
                self._pages[key] = former
            else:
                self._pages.pop(key, None)
            return False
        if former is not None and former is not page:
            former.bye("replaced")  # the same page on a new line; the old line has not noticed yet
        return True

    def gone(self, page: Page) -> None:
        """The socket has closed, whatever the reason."""
        key = (page.seat, page.page)
        if self._pages.get(key) is page:
            del self._pages[key]
            self._sent.pop(key, None)
            self.dispatch(ev.LineLost(page.seat, page.page))

    def leave(self, page: Page, code: str = "left") -> None:
        """The page says goodbye, or its seat is taken from it (`seat_revoked`)."""
        key = (page.seat, page.page)
        if self._pages.get(key) is page:
            self.consents.forget(page.seat)
            self.dispatch(ev.PageLeft(page.seat, page.page))
            self._pages.pop(key, None)
            self._sent.pop(key, None)
        page.bye(code)

    def page_of(self, seat: Seat) -> Page | None:
        """The page in the seat, while its socket is up."""
        page = self._room.seat(seat).page
        return self._pages.get((seat, page)) if page is not None else None

    def is_current(self, page: Page) -> bool:
        return self.page_of(page.seat) is page

    def send(self, seat: Seat, message: FromServer) -> None:
        """To the page in the seat, if its socket is up."""
        page = self.page_of(seat)
        if page is not None:
            page.send(message)

    def pages(self) -> list[Page]:
        return list(self._pages.values())

    # --- views --------------------------------------------------------------------------------------------------------

    def welcome_view(self, page: Page) -> RoomView:
        """What the page sees first; it is not sent again until something changes."""
        shown = self._view(page.seat, self._services.clock.now_ms())
        self._sent[page.seat, page.page] = shown
        return shown

    def _view(self, seat: Seat, now: int) -> RoomView:
        on_tape = self._room.tape or self._room.last
        tape = self.deck.get(on_tape.recording) if on_tape is not None else None
        sealed_ms = on_tape.recorded_ms if on_tape is not None else 0
        notices = list(self._notices[seat])
        if tape is not None and tape.notice is not None:
            notices.append(tape.notice)
        return view(
            self._room,
            seat,
            now,
            title=self._facts.title,
            names=self._facts.names,
            saved_ms=tape.saved_ms if tape is not None else sealed_ms,
            notices=notices,
        )

    def _show_soon(self) -> None:
        """One view for all that happens in this turn of the loop."""
        if not self._showing:
            self._showing = True
            asyncio.get_running_loop().call_soon(self._show)

    def _show(self) -> None:
        self._showing = False
        now = self._services.clock.now_ms()
        for key, page in list(self._pages.items()):
            was = self._sent.get(key)
            if was is None or not self.is_current(page):
                continue  # not welcomed yet, or on its way out
            shown = self._view(page.seat, now)
            if shown != was:
                self._sent[key] = shown
                page.send(Room(now_ms=now, room=shown))

    def _saved(self, tape: LiveRecording) -> None:
        for seat in Seat:
            self.send(seat, Saved(recording=tape.id, saved_ms=tape.saved_ms))
        if tape.notice is not None:
            self._show_soon()

    # --- time ---------------------------------------------------------------------------------------------------------

    def _arm(self) -> None:
        """A sleeper for the next deadline. One that wakes too early only looks again, so pulses, which put deadlines
        off, cost nothing."""
        due = next_deadline(self._room)
        if due is None or (self._timer is not None and self._timer_ms <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_ms = due
        self._timer = asyncio.get_running_loop().create_task(self._tick_at(due))

    async def _tick_at(self, due: int) -> None:
        await self._services.clock.sleep_until(due)
        self._timer = None
        deadline = next_deadline(self._room)
        if deadline is not None and deadline <= self._services.clock.now_ms():
            self._report(ev.Tick())
        self._arm()
        self._rest()

    # --- the store ----------------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Reads title, names, promises anew, and lets the room know."""
        known = await facts.load(self._services, self.id)
        if known is None:
            return
        self._facts = known
        for seat in Seat:
            self._notices[seat].update(dict.fromkeys(known.notices[seat]))
        self.dispatch(ev.RoomPolicyChanged(known.retention_days, known.downloads, known.may_not_record))
        self._show_soon()

    def told(self, seat: Seat) -> None:
        """The seat has been shown its notices: they are not shown again in another meeting."""
        if self._notices[seat]:
            self.worker.put("notices_seen", partial(self._notices_seen, seat))

    async def _notices_seen(self, seat: Seat) -> None:
        async with self._services.database.write() as tx:
            for notice in await notices.of_room(tx, self.id, unseen_by=seat):
                await notices.seen(tx, self.id, notice.id, seat, self._services.clock.now_ms())

    async def _begin_meeting(self, effect: ev.MeetingBegan) -> None:
        async with self._services.database.write() as tx:
            await recordings.begin_meeting(tx, effect.meeting, self.id, effect.at_ms)
        self._journals.meeting_turned(self.id)

    async def _empty_meeting(self, effect: ev.MeetingEmpty) -> None:
        async with self._services.database.write() as tx:
            await meetings.note_empty(tx, effect.meeting, effect.since_ms)

    async def _end_meeting(self, effect: ev.MeetingEnded) -> None:
        async with self._services.database.write() as tx:
            await recordings.end_meeting(tx, effect.meeting, effect.at_ms)
        self._journals.meeting_turned(self.id)

    # --- the end ------------------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Nobody here, no deadline, nothing to do: the room need not be live."""
        if not self._held and next_deadline(self._room) is None and self.worker.idle:
            if self._timer is not None:
                self._timer.cancel()
            self._quiet(self.id)

    async def close(self, code: str) -> None:
        """The server goes down: permits close now, runs are sealed, recordings end as kept."""
        self._closed = True
        self.deck.close_all_permits()
        if self._room.tape is not None:
            self._report(ev.LimitReached(self._room.tape.recording, code))
            self._show()
        for page in self.pages():
            self.leave(page, code)
        if self._timer is not None:
            self._timer.cancel()
        await self.deck.close()
        await self.consents.settle()
        await self.worker.close()


def _state(room: RoomState) -> str:
    """In one word, for the log."""
    if room.tape is not None:
        return room.tape.state.value
    if room.yes:
        return RecordingState.WAITING.value
    return RecordingState.STOPPED.value if room.last is not None else RecordingState.OFF.value
